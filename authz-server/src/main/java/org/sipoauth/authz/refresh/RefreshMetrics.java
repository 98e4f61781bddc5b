package org.sipoauth.authz.refresh;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.stereotype.Component;

/**
 * Makes every series of refreshes and revocations exist from the start: an alert on the first replay cannot see a counter that
 * begins with 1.
 */
@Component
final class RefreshMetrics implements MeterBinder {

    @Override
    public void bindTo(MeterRegistry registry) {
        Set<String> outcomes = new TreeSet<>(RefreshAdvice.outcomes());
        for (Presentation.Outcome outcome : Presentation.Outcome.values()) {
            outcomes.add(outcome.name().toLowerCase(Locale.ROOT));
        }
        for (String outcome : outcomes) {
            Counter.builder("sipoauth.refreshes")
                    .description("Refresh tokens presented, by outcome")
                    .tag("outcome", outcome)
                    .register(registry);
        }
        for (Sessions.Kind kind : Sessions.Kind.values()) {
            Counter.builder("sipoauth.families.revoked")
                    .description("Logins ended before their time, by who or what ended them")
                    .tag("kind", kind.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Counter.builder("sipoauth.families.begun").description("Logins begun").register(registry);
    }
}
