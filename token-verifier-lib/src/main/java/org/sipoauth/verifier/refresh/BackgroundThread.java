package org.sipoauth.verifier.refresh;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;

/** The one daemon thread of a source. */
public final class BackgroundThread {
    private BackgroundThread() {}

    /** An executor that drops what comes after its shutdown; the last thing it does is {@code atTheEnd}. */
    public static ScheduledThreadPoolExecutor named(String name, Runnable atTheEnd) {
        ThreadFactory daemon = task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(1, daemon, new ThreadPoolExecutor.DiscardPolicy()) {
                    @Override
                    protected void terminated() {
                        atTheEnd.run();
                    }
                };
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
