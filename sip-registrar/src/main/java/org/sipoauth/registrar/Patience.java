package org.sipoauth.registrar;

import java.time.Duration;
import java.util.function.LongSupplier;

/** How long a start waits for others, for all of them together. */
final class Patience {
    private final LongSupplier nanos;
    private final long end;

    /**
     * Begins now.
     *
     * @param nanos as {@link System#nanoTime}
     */
    Patience(Duration all, LongSupplier nanos) {
        this.nanos = nanos;
        this.end = nanos.getAsLong() + all.toNanos();
    }

    /** Never negative. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, end - nanos.getAsLong()));
    }
}
