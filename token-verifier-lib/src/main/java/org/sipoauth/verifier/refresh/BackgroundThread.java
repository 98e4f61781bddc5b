package org.sipoauth.verifier.refresh;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/** The one daemon thread of a source. */
public final class BackgroundThread {
    private BackgroundThread() {}

    /** As {@link #named(String, Runnable)}, with nothing to do at the end. */
    public static ScheduledThreadPoolExecutor named(String name) {
        return named(name, null);
    }

    /** An executor that drops what comes after its shutdown; the last thing it does is {@code atTheEnd}. */
    public static ScheduledThreadPoolExecutor named(String name, @Nullable Runnable atTheEnd) {
        ThreadFactory daemon = task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(1, daemon, new ThreadPoolExecutor.DiscardPolicy()) {
                    @Override
                    protected void terminated() {
                        if (atTheEnd != null) {
                            atTheEnd.run();
                        }
                    }
                };
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
