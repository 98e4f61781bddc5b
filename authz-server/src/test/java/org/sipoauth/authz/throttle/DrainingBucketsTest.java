package org.sipoauth.authz.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.throttle.SharedBuckets.Limit;

class DrainingBucketsTest {
    private static final Limit FIVE_HUNDRED_A_SECOND = new Limit(10, Duration.ofMillis(2));

    private final TestClock clock = new TestClock(Instant.parse("2026-01-31T12:00:00Z"));

    /** 450 a second, in pairs, of which neither gap is whole milliseconds. */
    @Test
    void refusesNothingOfASteadyRateBelowTheLimit() {
        DrainingBuckets buckets = new DrainingBuckets(clock);
        for (int i = 0; i < 10_000; i++) {
            clock.advance(Duration.ofNanos(i % 2 == 0 ? 900_000 : 3_544_444));

            assertThat(buckets.untilRoom("network", FIVE_HUNDRED_A_SECOND)).isZero();
            buckets.add("network", FIVE_HUNDRED_A_SECOND);
        }
    }

    @Test
    void refusesWhatComesFasterUntilThereIsRoom() {
        DrainingBuckets buckets = new DrainingBuckets(clock);
        for (int i = 0; i < 10; i++) {
            buckets.add("network", FIVE_HUNDRED_A_SECOND);
        }
        clock.advance(Duration.ofNanos(500_000));

        assertThat(buckets.untilRoom("network", FIVE_HUNDRED_A_SECOND)).isEqualTo(Duration.ofNanos(1_500_000));
        clock.advance(Duration.ofNanos(1_500_000));
        assertThat(buckets.untilRoom("network", FIVE_HUNDRED_A_SECOND)).isZero();
    }
}
