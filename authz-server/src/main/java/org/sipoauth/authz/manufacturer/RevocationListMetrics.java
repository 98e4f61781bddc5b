package org.sipoauth.authz.manufacturer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.sipoauth.authz.manufacturer.ManufacturerConfiguration.Manufacturers;
import org.springframework.stereotype.Component;

/** How long the manufacturers' revocation lists hold: once one has ended, phones are turned away. */
@Component
final class RevocationListMetrics implements MeterBinder {
    private final Manufacturers manufacturers;
    private final Clock clock;

    RevocationListMetrics(Manufacturers manufacturers, Clock clock) {
        this.manufacturers = manufacturers;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Supplier<Number> remaining = this::remainingSeconds;
        TimeGauge.builder("sipoauth.manufacturers.revocation.lists.remaining", remaining, TimeUnit.SECONDS)
                .description("Time until the first of the manufacturers' revocation lists ends; NaN: there are none")
                .register(registry);
    }

    private double remainingSeconds() {
        return manufacturers.all().stream()
                .map(Manufacturer::revocationListsEnd)
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder())
                .map(end -> (double) Duration.between(clock.instant(), end).toSeconds())
                .orElse(Double.NaN);
    }
}
