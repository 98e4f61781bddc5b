package org.sipoauth.benchmarks.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A short run of what {@link HostileInputs} does for long. */
class HostileInputsTest {
    @Test
    void acceptsNothingAndThrowsNothing() throws Exception {
        HostileInputs.Result result = HostileInputs.run(50_000, 2, 1, System.out);
        assertThat(result.inputs()).isEqualTo(50_000);
        assertThat(result.accepted()).isZero();
        assertThat(result.thrown()).isZero();
    }
}
