package org.sipoauth.authz.session;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sweeps on a thread of its own, for it may take minutes. */
final class SweepThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SweepThread.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread worker = new Thread(task, "sweep");
        worker.setDaemon(true);
        return worker;
    });

    SweepThread(Runnable sweep) {
        Runnable turn = () -> {
            try {
                sweep.run();
            } catch (RuntimeException e) { // it would not be called again
                LOG.error("a sweep of logins failed", e);
            }
        };
        thread.scheduleWithFixedDelay(turn, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
