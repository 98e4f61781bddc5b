package org.sipoauth.benchmarks.platform;

import java.io.IOException;
import java.time.Duration;

/** Somebody who keeps asking the servers for something. */
public interface Client {
    /**
     * Does the next thing.
     *
     * @return how long to wait before the one after it
     */
    Duration act() throws IOException, InterruptedException;

    /** Whether a request waits to be repeated: not the moment to stop. */
    default boolean isWaiting() {
        return false;
    }
}
