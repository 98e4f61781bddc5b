package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ExpectationsTest {
    @Test
    void takesToleranceFromZeroToFiveMinutes() {
        assertThat(new Expectations("i", "a", Duration.ZERO).clockTolerance()).isZero();
        assertThat(new Expectations("i", "a", Duration.ofMinutes(5)).clockTolerance())
                .isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void refusesToleranceBeyondEitherBound() {
        assertRefused("i", "a", Duration.ofNanos(-1));
        assertRefused("i", "a", Duration.ofMinutes(5).plusNanos(1));
    }

    @Test
    void refusesToExpectAnyIssuerOrAudience() {
        assertRefused("", "a", Duration.ZERO);
        assertRefused("i", " ", Duration.ZERO);
    }

    private static void assertRefused(String issuer, String audience, Duration tolerance) {
        assertThatThrownBy(() -> new Expectations(issuer, audience, tolerance))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
