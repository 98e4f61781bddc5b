package org.sipoauth.authz.console;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.mode.ModeStore;
import org.sipoauth.authz.parameter.CurrentParameters;
import org.sipoauth.authz.signing.KeyAdministration;
import org.sipoauth.authz.signing.ListedKey;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** How things are, at a glance. */
@Controller
final class OverviewPage {
    /** A page that renews itself keeps its sign-in session alive: after ten minutes it waits for somebody to look. */
    private static final int RENEWALS = 40;

    private final Rates rates;
    private final HealthOfParts health;
    private final KeyAdministration keys;
    private final ModeStore mode;
    private final MeterRegistry meters;
    private final CurrentParameters parameters;
    private final Registrars registrars;
    private final Registrations registrations;
    private final Clock clock;

    OverviewPage(
            Rates rates,
            HealthOfParts health,
            KeyAdministration keys,
            ModeStore mode,
            MeterRegistry meters,
            CurrentParameters parameters,
            Registrars registrars,
            Registrations registrations,
            Clock clock) {
        this.rates = rates;
        this.health = health;
        this.keys = keys;
        this.mode = mode;
        this.meters = meters;
        this.parameters = parameters;
        this.registrars = registrars;
        this.registrations = registrations;
        this.clock = clock;
    }

    /** A row of the table of refusals. */
    record RefusedFor(String grant, String cause, long count, Optional<Remedies.Remedy> remedy) {}

    /** @param lastRefusal its cause, and how long ago */
    record RegistrarRow(
            String node, String state, boolean up, String mode, long bindings, Optional<String> lastRefusal) {}

    @GetMapping(Pages.CONSOLE)
    String overview(@RequestParam(defaultValue = "0") int renewal, Model model) {
        Instant now = clock.instant();
        List<Rates.Sample> samples = rates.samples();
        List<HealthOfParts.Part> parts = health.parts();
        List<ListedKey> ring = keys.keys();
        boolean enabled = mode.load().isEnabled();
        Map<Rates.Cause, Long> refused = byCause(samples);
        Duration accessLife = parameters.get().accessToken();
        List<Registrars.Seen> seen = registrars.all();

        model.addAttribute("now", Moment.of(now, now));
        model.addAttribute("renewal", renewal < RENEWALS ? renewal + 1 : 0);
        model.addAttribute("parts", parts);
        model.addAttribute("enabled", enabled);
        model.addAttribute(
                "alerts", Alerts.of(new Alerts.Facts(now, enabled, ring, down(parts), refused, dropped(), seen)));
        model.addAttribute("registrars", seen.stream().map(one -> row(one, now)).toList());
        model.addAttribute(
                "registered", seen.stream().mapToLong(Registrars.Seen::bindings).sum());
        model.addAttribute(
                "answering", seen.stream().filter(Registrars.Seen::answers).count());
        model.addAttribute("registrations", RateChart.ofLevels(registrations.levels(seen, now), now));
        RateChart issued = RateChart.of(samples, Rates.Sample::issued, now);
        RateChart refusals = RateChart.of(samples, Rates.Sample::refusals, now);
        model.addAttribute("issued", issued);
        model.addAttribute("issuedInAll", total(issued));
        model.addAttribute("refusals", refusals);
        model.addAttribute("refusalsInAll", total(refusals));
        model.addAttribute("refused", rows(refused));
        model.addAttribute("liveTokens", issuedSince(samples, now.minus(accessLife)));
        model.addAttribute("accessLife", Moment.length(accessLife));
        model.addAttribute("revoked", (long) gauge("sipoauth.status_lists.revoked"));
        model.addAttribute(
                "timeline",
                KeyTimeline.of(
                        ring.stream()
                                .filter(key -> key.use().equals(KeyUses.ACCESS_TOKEN_SIGNING.label()))
                                .toList(),
                        now));
        return "console/overview";
    }

    private static long total(RateChart rates) {
        return rates.bars().stream().mapToLong(RateChart.Bar::value).sum();
    }

    private static RegistrarRow row(Registrars.Seen seen, Instant now) {
        return new RegistrarRow(
                seen.node(),
                seen.answers() ? seen.state().toLowerCase(Locale.ROOT).replace('_', ' ') : "does not answer",
                seen.up(),
                seen.mode(),
                seen.bindings(),
                seen.refusals().stream()
                        .findFirst()
                        .map(refusal -> refusal.cause() + ", "
                                + Moment.of(refusal.at(), now).distance()));
    }

    private static Map<String, String> down(List<HealthOfParts.Part> parts) {
        Map<String, String> down = new LinkedHashMap<>();
        parts.stream().filter(part -> !part.up()).forEach(part -> down.put(part.name(), part.note()));
        return down;
    }

    private static Map<Rates.Cause, Long> byCause(List<Rates.Sample> samples) {
        Map<Rates.Cause, Long> sums = new LinkedHashMap<>();
        for (Rates.Sample sample : samples) {
            sample.refused().forEach((cause, count) -> sums.merge(cause, count, Long::sum));
        }
        return sums;
    }

    private static List<RefusedFor> rows(Map<Rates.Cause, Long> refused) {
        return refused.entrySet().stream()
                .sorted(Map.Entry.<Rates.Cause, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(entry -> new RefusedFor(
                        entry.getKey().grant().replace('_', ' '),
                        entry.getKey().name(),
                        entry.getValue(),
                        Remedies.of(Remedies.Where.SERVER, entry.getKey().name())))
                .toList();
    }

    private static long issuedSince(List<Rates.Sample> samples, Instant since) {
        return samples.stream()
                .filter(sample -> sample.end().isAfter(since))
                .mapToLong(Rates.Sample::issued)
                .sum();
    }

    private long dropped() {
        Collection<Counter> counters = meters.find("sipoauth.audit.dropped").counters();
        return (long) counters.stream().mapToDouble(Counter::count).sum();
    }

    private double gauge(String name) {
        return Optional.ofNullable(meters.find(name).gauge())
                .map(gauge -> gauge.value())
                .filter(value -> !value.isNaN())
                .orElse(0.0);
    }
}
