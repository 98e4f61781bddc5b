package org.sipoauth.verifier.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** What its sources' tests do not show. */
class BackgroundRefreshTest {
    /** A heap too small for a document, say, or for a line of the log: to be seen like any other failure, and over when there is room again. */
    @Test
    void countsErrorsOfTheVirtualMachineAmongFailuresAndGoesOn() {
        UrlSettings settings = new UrlSettings(URI.create("https://localhost/keys"), Duration.ofMillis(10));
        Semaphore room = new Semaphore(0);
        BackgroundRefresh refresh = new BackgroundRefresh(
                "test-refresh",
                settings,
                () -> {
                    throw new OutOfMemoryError("the log's");
                },
                () -> {
                    if (!room.tryAcquire()) {
                        throw new OutOfMemoryError("a test's");
                    }
                },
                () -> {});
        try (refresh) {
            refresh.start();
            await().until(() -> refresh.failed() >= 2);
            assertThat(refresh.hasFailed()).isTrue();

            room.release(Integer.MAX_VALUE);
            await().until(() -> !refresh.hasFailed());
        }
    }
}
