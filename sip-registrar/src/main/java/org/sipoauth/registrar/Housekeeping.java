package org.sipoauth.registrar;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done now and then, one after the other on a thread of its own. A task that fails is told of in the log and comes again:
 * the executor by itself would drop it for good, without a word.
 */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "housekeeping");
        thread.setDaemon(true);
        return thread;
    });

    /** @param interval from the end of one time to the next */
    void every(Duration interval, String name, Runnable task) {
        thread.scheduleWithFixedDelay(
                guarded(name, task), interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    void after(Duration delay, String name, Runnable task) {
        thread.schedule(guarded(name, task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static Runnable guarded(String name, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error unexpected) {
                LOG.error("{} has failed, and is done again when it is due: our own fault", name, unexpected);
            }
        };
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
