package org.sipoauth.benchmarks.changes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.platform.Workplace;

/** The run in short: some hours of half a day, with few phones. */
class DayOfChangesIT {

    @Test
    void noPhoneIsRefusedButWhileTheModeOrItsEdgeIsOff() throws Exception {
        boolean edges = Workplace.onPath("kamailio").isPresent();
        assertThat(edges || !Boolean.parseBoolean(System.getenv("SIPOAUTH_REQUIRE_PEERS")))
                .as("kamailio is installed, or SIPOAUTH_REQUIRE_PEERS is not set")
                .isTrue();

        DayOfChanges.Seen seen =
                DayOfChanges.run(new DayOfChanges.Plan(4, Duration.ofSeconds(6), 10, edges), System.out);

        assertThat(seen.faults()).isEmpty();
        assertThat(seen.certificates()).isEqualTo(2);
        assertThat(seen.authorities()).isEqualTo(edges ? 3 : 2);
        assertThat(seen.modeRefusals()).isPositive();
        assertThat(seen.edgeRefusals() > 0).isEqualTo(edges);
        assertThat(seen.sum("registrations")).isGreaterThan(100);
        assertThat(seen.sum("refreshes")).isPositive();
    }
}
