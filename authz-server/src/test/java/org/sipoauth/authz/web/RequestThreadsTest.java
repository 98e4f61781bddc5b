package org.sipoauth.authz.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RequestThreadsTest {
    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1); // it may wrap
    private final RequestThreads threads = new RequestThreads(8443, 1, 1, nanoTime::get);
    private final CountDownLatch firstMayEnd = new CountDownLatch(1);

    @BeforeEach
    void start() throws Exception {
        threads.start();
    }

    @AfterEach
    void stop() throws Exception {
        firstMayEnd.countDown();
        threads.stop();
    }

    @Test
    void knowHowLongARequestHasWaitedForOneOfThem() throws Exception {
        occupy();
        CompletableFuture<Duration> first = ask();
        nanoTime.addAndGet(Duration.ofSeconds(4).toNanos());
        CompletableFuture<Duration> second = ask();
        nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
        firstMayEnd.countDown();

        assertThat(first.join()).isEqualTo(Duration.ofSeconds(5));
        assertThat(second.join()).isEqualTo(Duration.ofSeconds(1));
        assertThat(ask().join()).isEqualTo(Duration.ZERO);
    }

    @Test
    void takeRequestsInTheOrderInWhichTheyCame() throws Exception {
        List<Integer> taken = new CopyOnWriteArrayList<>();
        occupy();
        threads.execute(() -> taken.add(1));
        threads.execute(() -> taken.add(2));
        CompletableFuture<Duration> last = ask();
        firstMayEnd.countDown();

        last.join();
        assertThat(taken).containsExactly(1, 2);
    }

    /** Returns once a request has the one thread. */
    private void occupy() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        threads.execute(() -> {
            begun.countDown();
            try {
                firstMayEnd.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        begun.await();
    }

    private CompletableFuture<Duration> ask() {
        return CompletableFuture.supplyAsync(RequestThreads::waited, threads);
    }
}
