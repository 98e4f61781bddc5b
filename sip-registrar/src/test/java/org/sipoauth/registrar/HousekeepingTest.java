package org.sipoauth.registrar;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HousekeepingTest {

    @Test
    void taskThatFailsIsDoneAgainAndNoOtherSuffers() {
        AtomicInteger failures = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        try (Housekeeping housekeeping = new Housekeeping()) {
            housekeeping.every(Duration.ofMillis(1), "the one", () -> {
                failures.incrementAndGet();
                throw new IllegalStateException("as a test wants it");
            });
            housekeeping.every(Duration.ofMillis(1), "the other", others::incrementAndGet);

            await().until(() -> failures.get() > 2 && others.get() > 2);
        }
    }
}
