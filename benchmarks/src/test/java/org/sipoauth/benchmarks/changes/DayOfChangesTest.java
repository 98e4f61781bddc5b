package org.sipoauth.benchmarks.changes;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DayOfChangesTest {
    @Test
    void refusesAPlanWithTooShortHoursOrTooFewPhones() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DayOfChanges.Plan(4, Duration.ofMillis(4999), 10, false))
                .withMessageContaining("5 seconds");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DayOfChanges.Plan(4, Duration.ofSeconds(5), 9, false))
                .withMessageContaining("10 phones");
    }
}
