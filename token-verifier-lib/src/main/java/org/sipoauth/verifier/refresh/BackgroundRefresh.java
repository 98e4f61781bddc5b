package org.sipoauth.verifier.refresh;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Refreshes a source from its one thread, again and again: on schedule, with back-off, and when it is asked to. */
public final class BackgroundRefresh implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BackgroundRefresh.class.getName());

    private final URI source;
    private final Supplier<?> held;
    private final RefreshSchedule schedule;
    private final Task task;
    private final BackgroundThread thread;

    private final AtomicInteger underWay = new AtomicInteger(); // running, or to run at once
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean lastFailed;
    private volatile long lastStartNanos = System.nanoTime();

    // by the background thread alone
    private int failures;
    private @Nullable Future<?> next;

    /** One refresh. What it throws is a failure, after which the source keeps what it has. */
    @FunctionalInterface
    public interface Task {
        void refresh() throws IOException, InterruptedException;
    }

    /**
     * @param threadName names the thread
     * @param held what the source holds, for logs
     * @param atTheEnd the last thing that the thread does
     */
    public BackgroundRefresh(String threadName, UrlSettings settings, Supplier<?> held, Task task, Runnable atTheEnd) {
        this.source = settings.uri();
        this.held = held;
        this.schedule = new RefreshSchedule(settings.interval());
        this.task = task;
        this.thread = new BackgroundThread(threadName, atTheEnd);
    }

    /** The first refresh is at once, and each sets the time of the next. */
    public void start() {
        atOnce();
    }

    /** Asks for one refresh ahead of schedule, {@code pause} after the last began at the soonest; does not wait. */
    public void ask(Duration pause) {
        if (!asked.compareAndSet(false, true)) {
            return;
        }
        long waitNanos = lastStartNanos + pause.toNanos() - System.nanoTime();
        if (waitNanos <= 0) {
            atOnce();
        } else {
            thread.schedule(this::refresh, waitNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** For other work of the same source, which then waits for a refresh that is under way. */
    public Executor thread() {
        return thread;
    }

    /** Whether the last refresh failed or one is under way: not one that waits for its turn, nor any once this is closed. */
    public boolean isUnsettled() {
        return !thread.isShutdown() && underWay.get() > 0 || lastFailed;
    }

    /** Whether the last refresh that ended has failed. */
    public boolean hasFailed() {
        return lastFailed;
    }

    /** Refreshes that ended, the failed among them. */
    public long done() {
        return done.get();
    }

    public long failed() {
        return failed.get();
    }

    @Override
    public void close() {
        thread.end();
    }

    private void atOnce() {
        underWay.incrementAndGet();
        thread.execute(() -> {
            try {
                refresh();
            } finally {
                underWay.decrementAndGet();
            }
        });
    }

    private void refresh() {
        if (next != null) {
            next.cancel(false);
        }
        underWay.incrementAndGet();
        lastStartNanos = System.nanoTime();
        asked.set(false);
        Duration pause = schedule.interval();
        try {
            pause = tryRefresh();
        } finally { // whatever happened, there is a next time
            underWay.decrementAndGet();
            next = thread.schedule(this::refresh, pause.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private Duration tryRefresh() {
        double random = ThreadLocalRandom.current().nextDouble();
        try {
            task.refresh();
            boolean again = lastFailed;
            lastFailed = false;
            failures = 0;
            if (again) {
                LOG.log(Level.INFO, "{0}: reached again", source);
            }
            return schedule.afterSuccess(random);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (IOException | RuntimeException | Error e) { // out of memory, say, is no reason to stop
            boolean again = lastFailed;
            lastFailed = true;
            failed.incrementAndGet(); // before the log, which may fail for the same reason
            // the first failure in a row is news; the others are for who asks
            LOG.log(
                    again ? Level.DEBUG : Level.WARNING,
                    source + ": keeping " + held.get() + ": " + e,
                    e instanceof Error && !(e instanceof OutOfMemoryError) ? e : null); // a mistake of ours has a trace
        } finally {
            done.incrementAndGet();
        }
        return schedule.afterFailure(++failures, random);
    }
}
