package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.audit.AnonymousRecords.LeftOut;

class AnonymousRecordsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Instant NEXT_MINUTE = NOON.plus(Repeats.WINDOW);

    private static final int MOST_A_MINUTE = 10;

    private final AnonymousRecords records = new AnonymousRecords(MOST_A_MINUTE);

    @Test
    void writesTheSameOnceAMinuteAndThenSaysHowManyThereWere() {
        assertThat(records.admit("one", NOON)).contains(new LeftOut(0, 0));
        assertThat(records.admit("one", NOON)).isEmpty();
        assertThat(records.admit("one", NEXT_MINUTE.minusMillis(1))).isEmpty();

        assertThat(records.admit("one", NEXT_MINUTE)).contains(new LeftOut(2, 0));
    }

    @Test
    void writesAFewAMinuteOfAMillionFromEverywhere() {
        long written = 0;
        for (int request = 0; request < 1_000_000; request++) {
            written += records.admit("network " + request, NOON).isPresent() ? 1 : 0;
        }

        assertThat(written).isEqualTo(MOST_A_MINUTE);
        assertThat(records.admit("one", NEXT_MINUTE)).contains(new LeftOut(0, 1_000_000 - written));
        assertThat(records.admit("other", NEXT_MINUTE)).contains(new LeftOut(0, 0));
    }

    @Test
    void isNotSilencedBeyondTheMinute() {
        for (int network = 0; network < 2 * MOST_A_MINUTE; network++) {
            records.admit("network " + network, NOON);
        }

        assertThat(records.admit("one", NEXT_MINUTE.minusMillis(1))).isEqualTo(Optional.empty());
        assertThat(records.admit("one", NEXT_MINUTE)).isPresent();
    }
}
