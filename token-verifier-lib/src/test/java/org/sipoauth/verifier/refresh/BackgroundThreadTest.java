package org.sipoauth.verifier.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackgroundThreadTest {
    private static final String NAME = "sipoauth-background-thread-test";
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final List<String> done = new CopyOnWriteArrayList<>();
    private final BackgroundThread thread = new BackgroundThread(NAME, () -> done.add("at the end"));
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void release() {
        release.countDown();
        Awaitility.await().until(() -> Threads.named(NAME).isEmpty());
    }

    @Test
    void waitsUntilItsThreadHasEnded() throws Exception {
        beginWhatCannotBeInterrupted();
        Thread ending = new Thread(() -> thread.end(FOR_EVER));
        ending.start();
        Awaitility.await().until(() -> ending.getState() == Thread.State.TIMED_WAITING);
        assertThat(done).isEmpty();
        release.countDown();
        ending.join();
        assertThat(done).containsExactly("the task", "at the end");
        assertThat(Threads.named(NAME)).isEmpty();
    }

    @Test
    void interruptsWhatIsUnderWay() throws Exception {
        thread.execute(() -> {
            begun.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                done.add("interrupted");
            }
        });
        begun.await();
        thread.end(FOR_EVER);
        assertThat(done).containsExactly("interrupted", "at the end");
    }

    @Test
    void waitsNoLongerThanItShould() throws Exception {
        beginWhatCannotBeInterrupted();
        thread.end(Duration.ofMillis(1));
        assertThat(done).isEmpty();
    }

    @Test
    void doesNotWaitWhereItsCallerIsInterrupted() throws Exception {
        beginWhatCannotBeInterrupted();
        Thread.currentThread().interrupt();
        thread.end(FOR_EVER);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(done).isEmpty();
    }

    @Test
    void doesNotWaitForItself() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        thread.execute(() -> {
            thread.end(FOR_EVER);
            ended.countDown();
        });
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void dropsWhatComesAfterItsEnd() {
        thread.end(FOR_EVER);
        thread.execute(() -> done.add("too late"));
        assertThat(done).containsExactly("at the end");
        assertThat(Threads.named(NAME)).isEmpty();
    }

    private void beginWhatCannotBeInterrupted() throws InterruptedException {
        thread.execute(() -> {
            begun.countDown();
            while (release.getCount() > 0) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    continue;
                }
            }
            done.add("the task");
        });
        begun.await();
    }
}
