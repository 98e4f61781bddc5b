package org.sipoauth.benchmarks.rotation;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.sipoauth.benchmarks.rotation.Tally.Violation;

/**
 * Clients at full speed on a few threads. Work is done in the order in which it falls due, so that nothing waits for
 * long: a client's next request joins the queue when its last one ended.
 */
final class Load {
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final ScheduledExecutorService workers;
    private final Tally tally;
    private final CountDownLatch stopped;
    private volatile boolean stopping;

    private Load(ScheduledExecutorService workers, Tally tally, int clients) {
        this.workers = workers;
        this.tally = tally;
        this.stopped = new CountDownLatch(clients);
    }

    static Load start(List<Client> clients, ScheduledExecutorService workers, Tally tally) {
        Load load = new Load(workers, tally, clients.size());
        clients.forEach(client -> workers.execute(() -> load.run(client)));
        return load;
    }

    /** Lets every client end what it is at. */
    void stop() throws InterruptedException {
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
            tally.violated(Violation.REQUEST_FAILED, failure.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // ended
            return;
        }
        workers.schedule(() -> run(client), pause.toMillis(), TimeUnit.MILLISECONDS);
    }
}
