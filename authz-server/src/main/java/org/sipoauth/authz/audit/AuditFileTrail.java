package org.sipoauth.authz.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Takes every record off the hands of requests and appends it to an {@link AuditFolder}, on a thread of its own. While the
 * disk takes none they wait, up to a number; what comes then is dropped, and once there is room again a record says how
 * many were. Phones are served all the while: the log and the search have the records, too.
 */
final class AuditFileTrail implements AuditTrail, SmartLifecycle {
    static final int MOST_WAITING = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(AuditFileTrail.class);
    private static final int BATCH = 500;
    private static final int RECORDS_OF_AN_EPOCH = 1_000;
    private static final long CHECKPOINT_NANOS = Duration.ofMinutes(1).toNanos();
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_WRITES = Duration.ofSeconds(3);

    private final AuditFolder folder;
    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong droppedUnsaid = new AtomicLong();
    private final AtomicLong lastSeq = new AtomicLong();
    private final Counter dropped;
    private volatile boolean stopping;
    private @Nullable Thread writer;

    // the writer's alone
    private boolean full;
    private int sinceCheckpoint;
    private long checkpointAt = System.nanoTime();

    AuditFileTrail(AuditFolder folder, MeterRegistry meters) {
        this.folder = folder;
        this.dropped = meters.counter("sipoauth.audit.file.dropped");
        Gauge.builder("sipoauth.audit.file.waiting", waiting, BlockingQueue::size)
                .register(meters);
        Gauge.builder("sipoauth.audit.file.sequence", lastSeq, AtomicLong::get).register(meters);
    }

    @Override
    public void keep(String record) {
        // every record comes by the other way
    }

    @Override
    public void record(String record) {
        if (!waiting.offer(record)) {
            droppedUnsaid.incrementAndGet();
            dropped.increment();
        }
    }

    @Override
    public synchronized void start() {
        Thread thread = new Thread(this::write, "audit-file");
        thread.setDaemon(true);
        thread.start();
        writer = thread;
    }

    /** Writes what is waiting, if the disk takes it now, and a checkpoint. */
    @Override
    public synchronized void stop() {
        stopping = true;
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

    /** After the web server, whose last requests are recorded. */
    @Override
    public int getPhase() {
        return 1000;
    }

    private void write() {
        try (folder) {
            List<String> batch = new ArrayList<>();
            while (true) {
                take(batch);
                boolean last = stopping && waiting.isEmpty();
                if (!append(batch, last)) {
                    if (stopping) {
                        return;
                    }
                    TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
                } else if (last) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(List<String> batch) throws InterruptedException {
        if (batch.isEmpty()) {
            String first = waiting.poll(stopping ? 0 : RETRY.toMillis(), TimeUnit.MILLISECONDS);
            if (first != null) {
                batch.add(first);
                waiting.drainTo(batch, BATCH - 1);
            }
        }
    }

    /** Empties the batch if the disk takes it. */
    private boolean append(List<String> batch, boolean last) {
        try {
            long unsaid = droppedUnsaid.get();
            if (unsaid > 0) {
                batch.add(0, folder.record("audit_dropped", Map.of("records", unsaid)));
                droppedUnsaid.addAndGet(-unsaid);
            }
            if (!batch.isEmpty()) {
                folder.append(batch);
                sinceCheckpoint += batch.size();
                batch.clear();
            }
            if (sinceCheckpoint > 0 && (last || sinceCheckpoint >= RECORDS_OF_AN_EPOCH || isCheckpointDue())) {
                folder.checkpoint();
                sinceCheckpoint = 0;
                checkpointAt = System.nanoTime();
            }
            lastSeq.set(folder.chain().seq());
            if (full) {
                full = false;
                LOG.info("the audit file is written again");
            }
            return true;
        } catch (IOException | RuntimeException e) { // whatever it is, the next attempt may do
            if (!full) {
                full = true;
                LOG.error("the audit file cannot be written, and records wait: {}", e.toString());
            }
            return false;
        }
    }

    private boolean isCheckpointDue() {
        return System.nanoTime() - checkpointAt >= CHECKPOINT_NANOS;
    }
}
