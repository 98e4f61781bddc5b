package org.sipoauth.benchmarks.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The soak in short; what it needs, the build made or Maven brought. */
class RotationSoakIT {

    @Test
    void losesNothingWhileKeysRotateUnderLoad() throws Exception {
        Plan plan = new Plan(Duration.ofSeconds(36), Duration.ofSeconds(10), 4);
        Tally tally = new Tally();

        Soak.Result result = RotationSoak.run(plan, tally, System.out);

        assertThat(tally.violations.details()).isEmpty();
        assertThat(tally.tokens.sum()).isGreaterThan(100);
        assertThat(tally.refreshes.sum()).isGreaterThan(50);
        assertThat(tally.verifications.sum())
                .as("each token by four verifiers, twice")
                .isEqualTo(tally.tokens.sum() * 8);
        assertThat(result.rotations()).isGreaterThanOrEqualTo(3);
        assertThat(result.untilRejected())
                .hasSize(4)
                .allSatisfy((verifier, taken) -> assertThat(taken).isLessThanOrEqualTo(plan.revocationBound()));
    }
}
