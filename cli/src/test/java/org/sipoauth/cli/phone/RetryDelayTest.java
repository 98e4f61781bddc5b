package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryDelayTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 4", "6, 32", "7, 60", "1000, 60"})
    void doublesToAMinuteAndIsAtLeastHalfOfThat(int failures, long fullSeconds) {
        RetryDelay delay = new RetryDelay(new Random(failures));

        for (int i = 0; i < 1000; i++) {
            assertThat(delay.after(failures))
                    .isBetween(Duration.ofMillis(fullSeconds * 500), Duration.ofSeconds(fullSeconds));
        }
    }
}
