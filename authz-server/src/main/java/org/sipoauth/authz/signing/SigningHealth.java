package org.sipoauth.authz.signing;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.stereotype.Component;

/** Down while the ring has been out of reach for so long that nothing is signed, or the clock is wrong. */
@Component("signing")
final class SigningHealth implements HealthIndicator {
    private final CurrentKeyRing ring;
    private final ClockCheck clockCheck;

    SigningHealth(CurrentKeyRing ring, ClockCheck clockCheck) {
        this.ring = ring;
        this.clockCheck = clockCheck;
    }

    @Override
    public Health health() {
        try {
            ring.get();
            return clockCheck.offset().abs().compareTo(clockCheck.tolerance()) <= 0
                    ? Health.up().build()
                    : Health.down()
                            .withDetail(
                                    "reason", "this server's clock is " + clockCheck.offset() + " off that of Redis")
                            .build();
        } catch (DataAccessResourceFailureException e) {
            return Health.down()
                    .withDetail("reason", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
