package org.sipoauth.benchmarks.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Violations;

/** One failover; what it needs, the build made or Maven brought. */
class FailoversIT {

    @Test
    void losesNeitherPhonesNorLoginsNorRevocationsWithTheLastSecond() throws Exception {
        Failovers.Plan plan = new Failovers.Plan(1, 20, Duration.ofSeconds(3), Duration.ofSeconds(1));
        Violations<Violation> violations = new Violations<>(Violation.class);
        SentinelRedis redis = new SentinelRedis();

        Failovers.Result result;
        try (Cluster cluster = Cluster.start(Failovers.cluster(2, redis))) {
            result = Failovers.run(plan, redis, cluster, violations, System.out);
        }

        assertThat(violations.details()).isEmpty();
        assertThat(result.fastForwards()).as("writes that were lost").isPositive();
        assertThat(result.refreshes()).isGreaterThan(20);
        assertThat(result.logins()).isPositive();
        assertThat(result.revocations()).isPositive();
    }
}
