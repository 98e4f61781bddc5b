package org.sipoauth.authz.status;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks on a thread of its own: a revocation does not wait for whatever else this server does on a timer. */
final class StatusListTimer {
    private static final Logger LOG = LoggerFactory.getLogger(StatusListTimer.class);

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread worker = new Thread(task, "status-lists");
        worker.setDaemon(true);
        return worker;
    });

    /** The first look is made before this returns. */
    StatusListTimer(StatusListMirror mirror, Duration every) {
        Runnable look = () -> {
            try {
                mirror.look();
            } catch (RuntimeException e) { // the timer would stop
                LOG.error("the status lists cannot be published", e);
            }
        };
        look.run();
        thread.scheduleWithFixedDelay(look, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Called by Spring. A look under way comes to its end, which it does within seconds. */
    public void close() throws InterruptedException {
        thread.shutdown();
        thread.awaitTermination(LONGEST_LOOK.toSeconds(), TimeUnit.SECONDS);
    }
}
