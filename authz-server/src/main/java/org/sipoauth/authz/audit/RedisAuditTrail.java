package org.sipoauth.authz.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Takes records off the hands of requests and appends them to the {@link AuditStream} in batches, on a thread of its own.
 * While Redis is away they wait, up to a number; what comes then is dropped and counted. The log has everything.
 */
@Component
final class RedisAuditTrail implements AuditTrail, SmartLifecycle {
    static final int MOST_WAITING = 10_000;
    private static final int BATCH = 200;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_WRITES = Duration.ofSeconds(3);
    private static final Logger LOG = LoggerFactory.getLogger(RedisAuditTrail.class);

    private final AuditStream stream;
    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Counter kept;
    private final Counter dropped;
    private @Nullable Thread writer;
    private boolean away; // the writer's alone

    RedisAuditTrail(AuditStream stream, MeterRegistry meters) {
        this.stream = stream;
        this.kept = meters.counter("sipoauth.audit.kept");
        this.dropped = meters.counter("sipoauth.audit.dropped");
        Gauge.builder("sipoauth.audit.waiting", waiting, BlockingQueue::size).register(meters);
    }

    @Override
    public void keep(String record) {
        if (!waiting.offer(record)) {
            dropped.increment();
        }
    }

    @Override
    public synchronized void start() {
        Thread thread = new Thread(this::write, "audit-trail");
        thread.setDaemon(true);
        thread.start();
        writer = thread;
    }

    /** Writes what is waiting, if Redis takes it now. */
    @Override
    public synchronized void stop() {
        stopping.countDown();
        if (writer != null) {
            try {
                writer.join(LAST_WRITES.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            writer = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return writer != null;
    }

    /** After the web server, whose last requests are recorded; before the connection to Redis, whose phase is 0. */
    @Override
    public int getPhase() {
        return 1000;
    }

    private void write() {
        try {
            List<String> batch = new ArrayList<>();
            while (true) {
                if (batch.isEmpty()) {
                    take(batch);
                }
                if (batch.isEmpty() && isStopping()) {
                    return;
                }
                if (batch.isEmpty() || append(batch)) {
                    batch.clear();
                } else if (stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                    dropped.increment(batch.size() + (double) waiting.size());
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(List<String> batch) throws InterruptedException {
        String first = isStopping() ? waiting.poll() : waiting.poll(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
            batch.add(first);
            waiting.drainTo(batch, BATCH - 1);
        }
    }

    private boolean append(List<String> batch) {
        try {
            stream.append(batch);
            kept.increment(batch.size());
            if (away) {
                away = false;
                LOG.info("the audit trail is written again");
            }
            return true;
        } catch (RuntimeException storeAway) { // whatever it is, the next attempt may do
            if (!away) {
                away = true;
                LOG.warn("the audit trail waits: {}", String.valueOf(storeAway.getMessage()));
            }
            return false;
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }
}
