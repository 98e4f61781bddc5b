package org.sipoauth.authz.session;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Sweeps on a thread of its own, for it may take minutes. Stops before the store's connections do. */
public final class SweepThread implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(SweepThread.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LAST_WRITES = Duration.ofSeconds(3);

    private final Runnable sweep;
    private @Nullable ScheduledExecutorService thread;

    /** @param sweep called every second, after it has come to its end; it does nothing if nothing is to be done */
    public SweepThread(Runnable sweep) {
        this.sweep = sweep;
    }

    @Override
    public synchronized void start() {
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread worker = new Thread(task, "sweep");
            worker.setDaemon(true);
            return worker;
        });
        started.scheduleWithFixedDelay(this::turn, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        thread = started;
    }

    private void turn() {
        try {
            sweep.run();
        } catch (RuntimeException e) { // it would not be called again
            LOG.error("a sweep of logins failed", e);
        }
    }

    @Override
    public synchronized void stop() {
        if (thread != null) {
            thread.shutdownNow();
            try {
                thread.awaitTermination(LAST_WRITES.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            thread = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }
}
