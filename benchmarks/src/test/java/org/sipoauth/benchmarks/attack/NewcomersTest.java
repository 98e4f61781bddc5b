package org.sipoauth.benchmarks.attack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.platform.Violations;

class NewcomersTest {
    private final Violations<Violation> violations = new Violations<>(Violation.class);
    private final Newcomers newcomers = new Newcomers(violations);

    @Test
    void tellsOfThoseThatFailOnce() {
        newcomers.registered();
        newcomers.failed("Connection reset");
        newcomers.registered();
        newcomers.failed("Read timed out");

        assertThat(newcomers).hasToString("2 of 4 new phones could not register at first; the first: Connection reset");
        assertThat(violations.isEmpty()).isTrue();
    }

    @Test
    void takesTwoFailuresInARowForAViolation() {
        newcomers.failed("Connection reset");
        newcomers.failed("Connection reset");

        assertThat(violations.count(Violation.KEPT_OUT)).isEqualTo(1);
    }
}
