package org.sipoauth.verifier.refresh;

import java.time.Duration;

/**
 * When to fetch next. Jitter spreads a fleet that started together, and only ever shortens: a rotation policy counts on
 * every verifier's having read the new keys within one interval, and a revocation on its having read the new lists.
 */
final class RefreshSchedule {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    private final Duration interval;

    RefreshSchedule(Duration interval) {
        this.interval = interval;
    }

    Duration interval() {
        return interval;
    }

    /** @param random from 0 to 1 */
    Duration afterSuccess(double random) {
        return shortened(interval, 0.2, random);
    }

    /**
     * Doubles from a second to the interval.
     *
     * @param failures in a row, at least 1
     * @param random from 0 to 1
     */
    Duration afterFailure(int failures, double random) {
        int doublings = Math.min(failures - 1, 30);
        Duration backOff = FIRST_RETRY.multipliedBy(1L << doublings);
        return shortened(backOff.compareTo(interval) < 0 ? backOff : interval, 0.5, random);
    }

    private static Duration shortened(Duration duration, double atMost, double random) {
        return Duration.ofNanos((long) (duration.toNanos() * (1 - atMost * random)));
    }
}
