package org.sipoauth.verifier.refresh;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** The one daemon thread of a source, and what it has to do; what comes after its end is dropped. */
public final class BackgroundThread extends ScheduledThreadPoolExecutor {
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final @Nullable Runnable atTheEnd;
    private volatile @Nullable Thread thread;

    public BackgroundThread(String name) {
        this(name, null);
    }

    /** @param atTheEnd the last thing that the thread does */
    BackgroundThread(String name, @Nullable Runnable atTheEnd) {
        super(1, new ThreadPoolExecutor.DiscardPolicy());
        this.atTheEnd = atTheEnd;
        setRemoveOnCancelPolicy(true);
        setThreadFactory(task -> {
            Thread daemon = new Thread(task, name);
            daemon.setDaemon(true);
            thread = daemon;
            return daemon;
        });
    }

    /**
     * Interrupts what is under way, drops what was to come, and waits for the thread to end: then it touches no file any more. Not
     * for longer than 5 seconds, for it may be with a listener of the embedder's; and not where the thread itself ends its source.
     */
    public void end() {
        end(MAX_WAIT);
    }

    void end(Duration maxWait) {
        shutdownNow();
        Thread ending = thread;
        if (ending != null && ending != Thread.currentThread()) {
            try {
                ending.join(maxWait.toMillis());
            } catch (InterruptedException e) { // who wants the caller itself to end wants no waiting
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    protected void terminated() {
        if (atTheEnd != null) {
            atTheEnd.run();
        }
    }
}
