package org.sipoauth.benchmarks.attack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.platform.RegistrarRig.Metrics;
import org.sipoauth.benchmarks.platform.Violations;

class WatchTest {
    private static final Attacks.Volume FULL = new Attacks.Volume(10_000, 500, 1_000_000_000, 1_000_000);
    private static final Attacks.Volume LITTLE = new Attacks.Volume(900, 30, 20_000_000, 20_000);

    private final Violations<Violation> violations = new Violations<>(Violation.class);

    private void check(int bindings, long unfinished) {
        Watch.check(
                new Metrics("sip_bindings " + bindings + "\nsip_unfinished_bytes " + unfinished + "\n"),
                50,
                violations);
    }

    @Test
    void violationIsWhatExceedsItsBound() {
        check(50, Watch.MOST_UNFINISHED);
        assertThat(violations.isEmpty()).isTrue();

        check(50, Watch.MOST_UNFINISHED * 5 / 4);
        check(49, 0);
        assertThat(violations.count(Violation.UNBOUNDED)).isEqualTo(1);
        assertThat(violations.count(Violation.LOST)).isEqualTo(1);
    }

    @Test
    void attackAtFullSizeMustHaveCrowdedSomebodyOut() {
        Metrics none = new Metrics("sip_connections_crowded_out_total{port=\"oauth\"} 0.0\n");
        AttackedRegistrar.crowdedOut(none, LITTLE, violations);
        AttackedRegistrar.crowdedOut(new Metrics("sip_connections_crowded_out_total 7\n"), FULL, violations);
        assertThat(violations.isEmpty()).isTrue();

        AttackedRegistrar.crowdedOut(none, FULL, violations);
        assertThat(violations.count(Violation.INCOMPLETE)).isEqualTo(1);
    }
}
