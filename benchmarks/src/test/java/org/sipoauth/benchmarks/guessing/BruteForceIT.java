package org.sipoauth.benchmarks.guessing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Violations;

/** The run in short. */
class BruteForceIT {

    @Test
    void shutsNobodyOutButTheGuesser() throws Exception {
        BruteForce.Plan plan = new BruteForce.Plan(8, 8, 16);
        Violations<Violation> violations = new Violations<>(Violation.class);

        List<BruteForce.Figures> figures;
        try (Cluster cluster = Cluster.start(BruteForce.setup(2))) {
            figures = BruteForce.run(plan, cluster, violations, System.out);
        }

        assertThat(violations.details()).isEmpty();
        assertThat(figures)
                .hasSize(5)
                .allSatisfy(each -> assertThat(each.lookedAt()).isPositive());
    }
}
