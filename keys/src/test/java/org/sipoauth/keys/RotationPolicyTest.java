package org.sipoauth.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RotationPolicyTest {
    private static final Duration TICK = Duration.ofNanos(1);

    @Test
    void propagationCoversRefreshIntervalAndCacheAge() {
        RotationPolicy.Builder builder =
                RotationPolicy.builder().verifierRefresh(Duration.ofMinutes(10)).jwkSetMaxAge(Duration.ofMinutes(5));

        assertThat(builder.propagation(Duration.ofMinutes(15)).build().propagation())
                .isEqualTo(Duration.ofMinutes(15));
        assertThatThrownBy(() ->
                        builder.propagation(Duration.ofMinutes(15).minus(TICK)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("propagation")
                .hasMessageContaining("verifierRefresh + jwkSetMaxAge");
    }

    @Test
    void retentionCoversTheLongestTokenSkewAndOutage() {
        Duration floor = Duration.ofMinutes(62);

        assertThat(RotationPolicy.builder().retention(floor).build().retention())
                .isEqualTo(floor);
        assertThatThrownBy(() ->
                        RotationPolicy.builder().retention(floor.minus(TICK)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("retention")
                .hasMessageContaining("accessTokenLifetime + clockTolerance + ringOutage");
    }

    @Test
    void rotatesNoFasterThanKeysPropagate() {
        assertThatThrownBy(() -> RotationPolicy.builder()
                        .rotateEvery(Duration.ofMinutes(14))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rotateEvery")
                .hasMessageContaining("propagation");
    }

    @Test
    void refusesTimesThatMakeNoSense() {
        assertThatThrownBy(() -> RotationPolicy.builder()
                        .accessTokenLifetime(Duration.ZERO)
                        .build())
                .hasMessageContaining("accessTokenLifetime");
        assertThatThrownBy(() -> RotationPolicy.builder()
                        .clockTolerance(Duration.ofSeconds(-1))
                        .build())
                .hasMessageContaining("clockTolerance");
    }
}
