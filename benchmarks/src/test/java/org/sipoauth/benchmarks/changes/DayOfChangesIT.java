package org.sipoauth.benchmarks.changes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.platform.Workplace;

/** The run in short: some hours of the day, with noon among them. */
class DayOfChangesIT {

    @Test
    void noPhoneIsEverRefused() throws Exception {
        boolean edge = Workplace.onPath("kamailio").isPresent();
        assertThat(edge || !Boolean.parseBoolean(System.getenv("SIPOAUTH_REQUIRE_PEERS")))
                .as("kamailio is installed, or SIPOAUTH_REQUIRE_PEERS is not set")
                .isTrue();

        DayOfChanges.Seen seen = DayOfChanges.run(new DayOfChanges.Plan(4, Duration.ofSeconds(6), edge), System.out);

        assertThat(seen.failures()).as(seen.storms().toString()).isZero();
        assertThat(seen.certificates()).isEqualTo(3);
        assertThat(seen.sum("registrations")).isGreaterThan(100);
        assertThat(seen.sum("refreshes")).isPositive();
    }
}
