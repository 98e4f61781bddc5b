package org.sipoauth.authz.directory;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** No part of readiness: without the directory nobody new signs in, but phones refresh as ever. */
final class DirectoryHealth implements HealthIndicator {
    private final Directory directory;

    DirectoryHealth(Directory directory) {
        this.directory = directory;
    }

    @Override
    public Health health() {
        try {
            directory.check();
            return Health.up().build();
        } catch (DirectoryAway e) {
            return Health.down()
                    .withDetail("reason", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
