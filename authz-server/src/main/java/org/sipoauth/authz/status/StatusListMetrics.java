package org.sipoauth.authz.status;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** How much the status lists hold, and how old what this server knows of them is. */
@Component
final class StatusListMetrics implements MeterBinder {
    private final StatusListMirror mirror;
    private final Clock clock;

    StatusListMetrics(StatusListMirror mirror, Clock clock) {
        this.mirror = mirror;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("sipoauth.status_lists", () -> mirror.seen().lists().size())
                .description("Status lists served")
                .register(registry);
        Gauge.builder("sipoauth.status_lists.revoked", () -> mirror.seen().revoked())
                .description("Logins marked as revoked in the status lists served")
                .register(registry);
        Supplier<Number> age =
                () -> Duration.between(mirror.seen().at(), clock.instant()).toMillis();
        TimeGauge.builder("sipoauth.status_lists.age", age, TimeUnit.MILLISECONDS)
                .description("Time since every shard of the status lists was read")
                .register(registry);
    }
}
