package org.sipoauth.benchmarks.theft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Violations;

/** The run in short, so without thieves that stay one generation behind: for them 70 seconds have to pass. */
class StolenTokensIT {

    @Test
    void detectsEveryReplayAndTellsTheVerifierWithinOnePoll() throws Exception {
        StolenTokens.Plan plan = new StolenTokens.Plan(40, 0, 5, Duration.ofSeconds(3), Duration.ofMinutes(2));
        Violations<Violation> violations = new Violations<>(Violation.class);

        List<Duration> untilRejected;
        try (Cluster cluster = Cluster.start(Cluster.Setup.plain(1))) {
            untilRejected = StolenTokens.run(plan, cluster, violations, System.out);
        }

        assertThat(violations.details()).isEmpty();
        assertThat(untilRejected).hasSize(40);
    }
}
