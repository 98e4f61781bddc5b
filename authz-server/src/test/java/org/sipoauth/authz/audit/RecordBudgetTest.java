package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.audit.RecordBudget.LeftOut;

class RecordBudgetTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Instant NEXT_MINUTE = NOON.plus(Repeats.WINDOW);

    private static final int MOST_A_MINUTE = 10;
    private static final int MOST_OF_ONE = 3;

    private final RecordBudget records = new RecordBudget(MOST_A_MINUTE, MOST_OF_ONE);

    @Test
    void writesTheSameOnceAMinuteAndThenSaysHowManyThereWere() {
        assertThat(records.admit("kind", "one", NOON)).contains(new LeftOut(0, 0));
        assertThat(records.admit("kind", "one", NOON)).isEmpty();
        assertThat(records.admit("kind", "one", NEXT_MINUTE.minusMillis(1))).isEmpty();

        assertThat(records.admit("kind", "one", NEXT_MINUTE)).contains(new LeftOut(2, 0));
    }

    @Test
    void writesAFewAMinuteOfAMillionFromEverywhere() {
        long written = 0;
        for (int request = 0; request < 1_000_000; request++) {
            written += records.admit("kind", "network " + request, NOON).isPresent() ? 1 : 0;
        }

        assertThat(written).isEqualTo(MOST_A_MINUTE);
        assertThat(records.admit("kind", "one", NEXT_MINUTE)).contains(new LeftOut(0, 1_000_000 - written));
        assertThat(records.admit("kind", "other", NEXT_MINUTE)).contains(new LeftOut(0, 0));
    }

    @Test
    void isNotSilencedBeyondTheMinute() {
        for (int network = 0; network < 2 * MOST_A_MINUTE; network++) {
            records.admit("kind", "network " + network, NOON);
        }

        assertThat(records.admit("kind", "one", NEXT_MINUTE.minusMillis(1))).isEqualTo(Optional.empty());
        assertThat(records.admit("kind", "one", NEXT_MINUTE)).isPresent();
    }

    @Test
    void leavesRoomForOthersWhateverOneSends() {
        long written = 0;
        for (int request = 0; request < 1_000; request++) {
            written += records.admit("kind " + request, "one", NOON).isPresent() ? 1 : 0;
        }

        assertThat(written).isEqualTo(MOST_OF_ONE);
        assertThat(records.admit("kind", "other", NOON)).contains(new LeftOut(0, 1_000 - written));
        assertThat(records.admit("kind", "one", NEXT_MINUTE)).isPresent();
    }

    @Test
    void goesOnWhenTheClockIsSetBack() {
        for (int network = 0; network < 2 * MOST_A_MINUTE; network++) {
            records.admit("kind", "network " + network, NOON);
        }

        Instant anHourAgo = NOON.minusSeconds(3600);

        assertThat(records.admit("kind", "one", anHourAgo)).isPresent();
        assertThat(records.admit("kind", "network 0", anHourAgo)).isPresent();
        assertThat(records.admit("kind", "one", anHourAgo)).isEmpty();
    }
}
