package org.sipoauth.authz.devicegrant;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class UserCodeThrottleTest {
    private static final String OFFICE = "192.0.2.1";

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final InstantSource source = () -> now;
    private final UserCodeThrottle throttle = new UserCodeThrottle(source.withZone(ZoneOffset.UTC));

    @Test
    void shutsAnAccountAfterTenWrongCodesFromAnywhereForAMinuteEach() {
        for (int i = 0; i < 9; i++) {
            throttle.failed("mallory", "203.0.113." + i);
        }
        assertThat(throttle.wait("mallory", OFFICE)).isEmpty();

        throttle.failed("mallory", "203.0.113.9");

        assertThat(throttle.wait("mallory", OFFICE)).hasValue(Duration.ofMinutes(1));
        now = now.plusSeconds(60);
        assertThat(throttle.wait("mallory", OFFICE)).isEmpty();
    }

    @Test
    void leavesEveryOtherAccountAlone() {
        for (int i = 0; i < 100; i++) {
            throttle.failed("mallory", OFFICE);
        }

        assertThat(throttle.wait("alice", OFFICE)).isEmpty();
    }

    @Test
    void shutsAnAddressWithManyAccountsForThoseThatHaveFailed() {
        for (int i = 0; i < 50; i++) {
            throttle.failed("account" + i, OFFICE);
        }

        assertThat(throttle.wait("account7", OFFICE)).isPresent();
        assertThat(throttle.wait("account7", "198.51.100.1")).isEmpty();
        assertThat(throttle.wait("alice", OFFICE)).isEmpty();
        throttle.failed("alice", OFFICE);
        assertThat(throttle.wait("alice", OFFICE)).isPresent();
    }
}
