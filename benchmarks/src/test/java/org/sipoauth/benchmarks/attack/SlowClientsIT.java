package org.sipoauth.benchmarks.attack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Violations;

/** The run in short, with more clients than would fit in the heap. */
class SlowClientsIT {

    @Test
    void serverIsWellAfterEveryKindOfSlowClients() throws Exception {
        Violations<SlowClients.Harm> violations = new Violations<>(SlowClients.Harm.class);

        try (Cluster cluster = Cluster.start(SlowClients.setup(128))) {
            SlowClients.run(new SlowClients.Plan(1_000, 2), cluster, violations, System.out);
        }

        assertThat(violations.details()).isEmpty();
    }
}
