package org.sipoauth.authz.signing;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Down while the ring has been out of reach for so long that nothing is signed. */
@Component("signing")
final class SigningHealth implements HealthIndicator {
    private final CurrentKeyRing ring;

    SigningHealth(CurrentKeyRing ring) {
        this.ring = ring;
    }

    @Override
    public Health health() {
        try {
            ring.get();
            return Health.up().build();
        } catch (IllegalStateException e) {
            return Health.down()
                    .withDetail("reason", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
