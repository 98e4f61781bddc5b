package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PatienceTest {
    @Test
    void hasLeftWhatThoseBeforeHaveNotTaken() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1); // as it may be
        Patience patience = new Patience(Duration.ofSeconds(5), nanos::get);
        assertThat(patience.left()).hasSeconds(5);

        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        assertThat(patience.left()).hasSeconds(2);
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        assertThat(patience.left()).isZero();
    }
}
