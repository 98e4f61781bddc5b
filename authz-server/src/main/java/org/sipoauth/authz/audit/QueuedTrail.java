package org.sipoauth.authz.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Takes records off the hands of requests and writes them in batches, on a thread of its own. While that fails they wait,
 * up to a number; what comes then is dropped and counted, and once there is room again a record says how many were. Phones
 * are served all the while: the log has everything.
 */
abstract class QueuedTrail implements AuditTrail, SmartLifecycle {
    static final int MOST_WAITING = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(QueuedTrail.class);
    private static final int BATCH = 500;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_WRITES = Duration.ofSeconds(3);

    private final String name;
    private final Clock clock;
    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicLong droppedUnsaid = new AtomicLong();
    private final Counter dropped;
    private @Nullable Thread writer;
    private boolean away; // the writer's alone, as is the next
    private @Nullable String note; // the batch's word on what was dropped: a record of its own, which nobody kept

    /**
     * @param name what the log calls it, such as {@code the audit file}
     * @param metrics what the names of its metrics begin with
     */
    QueuedTrail(String name, String metrics, Clock clock, MeterRegistry meters) {
        this.name = name;
        this.clock = clock;
        this.dropped = meters.counter(metrics + ".dropped");
        Gauge.builder(metrics + ".waiting", waiting, BlockingQueue::size).register(meters);
    }

    /**
     * Writes records in their order and takes them off the list; what a failure leaves there comes again. Called about
     * once a second with none, too; always by the same thread.
     *
     * @param last whether nothing will follow
     */
    abstract void write(List<String> records, boolean last) throws IOException;

    /** When nothing is written any more, by the same thread. */
    void close() {}

    /** Never waits. */
    final void offer(String record) {
        if (!waiting.offer(record)) {
            dropped.increment();
            droppedUnsaid.incrementAndGet();
        }
    }

    @Override
    public synchronized void start() {
        Thread thread = new Thread(this::writeUntilTheEnd, getClass().getSimpleName());
        thread.setDaemon(true);
        thread.start();
        writer = thread;
    }

    /** Writes what is waiting, if that is possible now. */
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

    private void writeUntilTheEnd() {
        List<String> batch = new ArrayList<>();
        try {
            while (true) {
                if (batch.isEmpty()) {
                    take(batch);
                    sayWhatWasDropped(batch);
                }
                boolean last = isStopping() && waiting.isEmpty() && droppedUnsaid.get() == 0;
                boolean written = attempt(batch, last);
                if (written && last) {
                    return;
                }
                if (!written && stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                    dropped.increment(recordsIn(batch) + (double) waiting.size());
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private void take(List<String> batch) throws InterruptedException {
        String first = isStopping() ? waiting.poll() : waiting.poll(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
            batch.add(first);
            waiting.drainTo(batch, BATCH - 1);
        }
    }

    private boolean attempt(List<String> batch, boolean last) {
        try {
            write(batch, last);
            if (away) {
                away = false;
                LOG.info("{} is written again", name);
            }
            return true;
        } catch (IOException | RuntimeException e) { // whatever it is, the next attempt may do
            if (!away) {
                away = true;
                LOG.error("{} cannot be written, and records wait: {}", name, e.toString());
            }
            return false;
        }
    }

    /** In the batch itself: what a failed write leaves in it, an older batch's records perhaps, is not to be lost. */
    private void sayWhatWasDropped(List<String> batch) {
        long records = droppedUnsaid.getAndSet(0);
        if (records > 0) {
            note = AuditRecord.ofItself("audit_dropped", clock.instant(), Map.of("records", records));
            batch.add(0, note);
        }
    }

    private long recordsIn(List<String> batch) {
        return batch.stream().filter(record -> !record.equals(note)).count();
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }
}
