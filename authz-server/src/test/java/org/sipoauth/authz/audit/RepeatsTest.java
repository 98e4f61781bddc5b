package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class RepeatsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Repeats repeats = new Repeats();

    @Test
    void keepsTheFirstOfEveryKind() {
        assertThat(repeats.sinceLastKept("one", NOON)).hasValue(0);
        assertThat(repeats.sinceLastKept("other", NOON)).hasValue(0);
    }

    @Test
    void keepsTheNextAfterAMinuteAndSaysHowManyCameBetween() {
        repeats.sinceLastKept("one", NOON);
        assertThat(repeats.sinceLastKept("one", NOON)).isEmpty();
        assertThat(repeats.sinceLastKept("one", NOON.plus(Repeats.WINDOW).minusMillis(1)))
                .isEmpty();

        assertThat(repeats.sinceLastKept("one", NOON.plus(Repeats.WINDOW))).hasValue(2);
        assertThat(repeats.sinceLastKept("one", NOON.plus(Repeats.WINDOW.multipliedBy(2))))
                .hasValue(0);
    }

    @Test
    void forgetsTheOldestWhenAnAttackerMakesUpKinds() {
        repeats.sinceLastKept("one", NOON);
        for (int kind = 0; kind < 10_000; kind++) {
            repeats.sinceLastKept("made up " + kind, NOON);
        }

        assertThat(repeats.sinceLastKept("one", NOON)).hasValue(0);
        assertThat(repeats.sinceLastKept("made up 9999", NOON)).isEmpty();
    }

    @Test
    void keepsTheNextWhenTheClockIsSetBack() {
        repeats.sinceLastKept("one", NOON);
        repeats.sinceLastKept("one", NOON);

        assertThat(repeats.sinceLastKept("one", NOON.minusSeconds(3600))).hasValue(1);
        assertThat(repeats.sinceLastKept("one", NOON.minusSeconds(3599))).isEmpty();
    }
}
