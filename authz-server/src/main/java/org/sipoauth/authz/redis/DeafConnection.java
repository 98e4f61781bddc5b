package org.sipoauth.authz.redis;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces the shared connection when a command got no answer. A node that hangs, or a network that swallows packets,
 * leaves the connection up, and so everything would go on to the old node long after another has taken over.
 */
final class DeafConnection {
    private static final Logger LOG = LoggerFactory.getLogger(DeafConnection.class);
    private static final long PAUSE_NANOS = 1_000_000_000;

    private final Runnable replace;
    private final LongSupplier nanoTime;
    private final AtomicLong last;

    DeafConnection(Runnable replace, LongSupplier nanoTime) {
        this.replace = replace;
        this.nanoTime = nanoTime;
        this.last = new AtomicLong(nanoTime.getAsLong() - PAUSE_NANOS);
    }

    /** At most once a second: of many requests that waited in vain, the first replaces it. */
    void gotNoAnswer() {
        long before = last.get();
        long now = nanoTime.getAsLong();
        if (now - before >= PAUSE_NANOS && last.compareAndSet(before, now)) {
            LOG.warn("the connection to Redis gives no answer; opening another");
            replace.run();
        }
    }
}
