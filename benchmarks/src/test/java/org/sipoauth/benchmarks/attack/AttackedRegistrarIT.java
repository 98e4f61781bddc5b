package org.sipoauth.benchmarks.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.platform.Violations;

/** The run in short: every attack, with little of each. */
class AttackedRegistrarIT {

    @Test
    void phonesStayRegisteredUnderEveryAttack() throws Exception {
        AttackedRegistrar.Plan plan = new AttackedRegistrar.Plan(
                50,
                Duration.ofSeconds(1),
                new Attacks.Volume(900, 30, 20_000_000, 20_000),
                Duration.ofSeconds(5), // what a phone of ours must not miss either, on a machine that may stand still
                Duration.ofSeconds(6),
                900_000_000);
        Violations<Violation> violations = new Violations<>(Violation.class);

        AttackedRegistrar.run(plan, violations, System.out);

        assertThat(violations.details()).isEmpty();
    }
}
