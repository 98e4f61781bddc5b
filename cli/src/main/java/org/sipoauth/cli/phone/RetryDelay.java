package org.sipoauth.cli.phone;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: doubling from a second to a minute, and of that half to all at random, so that
 * phones that lost the same server do not come back in step (as RFC 5626 §4.5).
 */
final class RetryDelay {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int DOUBLINGS_TO_LONGEST = 6;

    private final RandomGenerator random;

    RetryDelay(RandomGenerator random) {
        this.random = random;
    }

    /** @param failures in a row, at least 1 */
    Duration after(int failures) {
        Duration full = failures > DOUBLINGS_TO_LONGEST ? LONGEST : FIRST.multipliedBy(1L << (failures - 1));
        return Duration.ofMillis(Math.round(full.toMillis() * (0.5 + random.nextDouble() / 2)));
    }
}
