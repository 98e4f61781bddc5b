package org.sipoauth.authz.signing;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.KeyUse;
import org.springframework.stereotype.Component;

/** How old the active keys are, when the next ones follow, and how many keys there are in each state. */
@Component
final class SigningMetrics implements MeterBinder {
    private final KeyRingKeeper keeper;
    private final Clock clock;
    private final ClockCheck clockCheck;

    SigningMetrics(KeyRingKeeper keeper, Clock clock, ClockCheck clockCheck) {
        this.keeper = keeper;
        this.clock = clock;
        this.clockCheck = clockCheck;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Supplier<Number> offset = () -> clockCheck.offset().toMillis();
        TimeGauge.builder("sipoauth.clock.offset", offset, TimeUnit.MILLISECONDS)
                .description("This server's time less that of Redis")
                .register(registry);
        for (KeyUse use : KeyUse.values()) {
            Supplier<Number> age = () -> activeFor(use).toSeconds();
            TimeGauge.builder("sipoauth.keys.active.age", age, TimeUnit.SECONDS)
                    .description("Time since the active key became active")
                    .tag("use", label(use))
                    .register(registry);
            Supplier<Number> next = () -> untilRotation(use).toSeconds();
            TimeGauge.builder("sipoauth.keys.next.rotation", next, TimeUnit.SECONDS)
                    .description("Time until the active key is due to be replaced; negative: overdue")
                    .tag("use", label(use))
                    .register(registry);
            for (KeyState state : KeyState.values()) {
                Gauge.builder("sipoauth.keys", () -> count(use, state))
                        .description("Keys in the ring")
                        .tag("use", label(use))
                        .tag("state", label(state))
                        .register(registry);
            }
        }
    }

    private Duration activeFor(KeyUse use) {
        Instant since = keeper.lastRead().active(use).activatedAt().orElseThrow();
        return Duration.between(since, clock.instant());
    }

    private Duration untilRotation(KeyUse use) {
        return Duration.between(clock.instant(), keeper.lastRead().nextRotation(use, keeper.policy()));
    }

    private long count(KeyUse use, KeyState state) {
        return keeper.lastRead().keys().stream()
                .filter(key -> key.use() == use && key.state() == state)
                .count();
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
