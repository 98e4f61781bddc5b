package org.sipoauth.verifier.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefreshScheduleTest {
    private final RefreshSchedule schedule = new RefreshSchedule(Duration.ofMinutes(5));

    @Test
    void fetchesAgainWithinTheIntervalAndNoSoonerThanFourFifthsOfIt() {
        assertThat(schedule.afterSuccess(0)).isEqualTo(Duration.ofMinutes(5));
        assertThat(schedule.afterSuccess(0.5)).isEqualTo(Duration.ofSeconds(270));
        assertThat(schedule.afterSuccess(1)).isEqualTo(Duration.ofMinutes(4));
    }

    @Test
    void backsOffFromOneSecondDoublingToTheInterval() {
        assertThat(schedule.afterFailure(1, 0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(schedule.afterFailure(2, 0)).isEqualTo(Duration.ofSeconds(2));
        assertThat(schedule.afterFailure(9, 0)).isEqualTo(Duration.ofSeconds(256));
        assertThat(schedule.afterFailure(10, 0)).isEqualTo(Duration.ofMinutes(5));
        assertThat(schedule.afterFailure(Integer.MAX_VALUE, 0)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void spreadsRetriesOverHalfTheBackOff() {
        assertThat(schedule.afterFailure(3, 1)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void neverBacksOffBeyondAnIntervalOfLessThanASecond() {
        assertThat(new RefreshSchedule(Duration.ofMillis(50)).afterFailure(1, 0))
                .isEqualTo(Duration.ofMillis(50));
    }
}
