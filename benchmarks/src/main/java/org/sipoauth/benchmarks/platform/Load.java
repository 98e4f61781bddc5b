package org.sipoauth.benchmarks.platform;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Clients at full speed on a few threads. Work is done in the order in which it falls due, so that nothing waits for
 * long: a client's next request joins the queue when its last one ended.
 */
public final class Load {
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final ScheduledExecutorService workers;
    private final Consumer<Exception> onFailure;
    private final CountDownLatch stopped;
    private volatile boolean stopping;

    private Load(ScheduledExecutorService workers, Consumer<Exception> onFailure, int clients) {
        this.workers = workers;
        this.onFailure = onFailure;
        this.stopped = new CountDownLatch(clients);
    }

    /** @param onFailure told of what a client threw; the client goes on after a second */
    public static Load start(List<Client> clients, ScheduledExecutorService workers, Consumer<Exception> onFailure) {
        Load load = new Load(workers, onFailure, clients.size());
        clients.forEach(client -> workers.execute(() -> load.run(client)));
        return load;
    }

    /** Lets every client end what it is at. */
    public void stop() throws InterruptedException {
        stopping = true;
        stopped.await();
    }

    private void run(Client client) {
        if (stopping && !client.isWaiting()) {
            stopped.countDown();
            return;
        }
        Duration pause = PAUSE_AFTER_FAILURE;
        try {
            pause = client.act();
        } catch (IOException | RuntimeException failure) {
            onFailure.accept(failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // ended
            return;
        }
        workers.schedule(() -> run(client), pause.toMillis(), TimeUnit.MILLISECONDS);
    }
}
