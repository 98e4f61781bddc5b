package org.sipoauth.authz.status;

import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Down while the lists that this server serves may lack revocations: another server should be asked for them. */
@Component("statusLists")
final class StatusListHealth implements HealthIndicator {
    private final StatusListMirror mirror;
    private final Clock clock;

    StatusListHealth(StatusListMirror mirror, Clock clock) {
        this.mirror = mirror;
        this.clock = clock;
    }

    @Override
    public Health health() {
        Duration age = Duration.between(mirror.seen().at(), clock.instant());
        Health.Builder health = age.compareTo(SignedStatusLists.CONFIRMED_FOR) <= 0
                ? Health.up()
                : Health.down().withDetail("reason", "the status lists could not be read for " + age);
        return health.withDetail("lists", mirror.seen().lists().size()).build();
    }
}
