package org.sipoauth.verifier.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.sipoauth.verifier.Reason;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.VerdictCounts;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.status.StatusSource;
import org.sipoauth.verifier.status.UrlStatusLists;
import org.sipoauth.verifier.status.UrlStatusLists.Counts;

/**
 * What a verifier and its sources tell a {@link MeterRegistry}. All series exist from the start, and their number does not
 * depend on what tokens say; no token, name or address is a tag. Read when the registry is; nothing is added to a verification.
 *
 * <p>Where there are several verifiers or sources in one registry, tags of the caller's tell them apart.
 */
@SuppressWarnings("exports") // who meters has Micrometer, and says so
public final class VerifierMetrics {
    private final MeterRegistry registry;
    private final Tags tags;

    private VerifierMetrics(MeterRegistry registry, Iterable<Tag> tags) {
        this.registry = registry;
        this.tags = Tags.of(tags);
    }

    /**
     * {@code sipoauth.verifier.verifications} by {@code outcome} ({@code accepted}, {@code rejected}) and {@code reason} (a
     * {@link Reason} in small letters, {@code none} for the accepted); {@code sipoauth.verifier.known.hits}, those of the
     * accepted that were known; {@code sipoauth.verifier.grace.hits}, those of them that had expired
     * ({@link TokenVerifier.Builder#outageGrace}).
     */
    public static MeterBinder verdicts(TokenVerifier verifier, Iterable<Tag> tags) {
        VerdictCounts counts = verifier.counts();
        return registry -> {
            VerifierMetrics meters = new VerifierMetrics(registry, tags);
            meters.verifications("accepted", "none", counts, VerdictCounts::accepted);
            for (Reason reason : Reason.values()) {
                String name = reason.name().toLowerCase(Locale.ROOT);
                meters.verifications("rejected", name, counts, all -> all.rejected(reason));
            }
            meters.counter("known.hits", "Accepted for they were known", counts, VerdictCounts::acceptedAsKnown);
            meters.counter("grace.hits", "Accepted by grace", verifier, TokenVerifier::acceptedByGrace);
        };
    }

    /**
     * {@code sipoauth.verifier.keys}, how many are held; {@code …keys.tables}, how many have a table in use;
     * {@code …keys.age} in seconds since they were last confirmed; {@code …keys.refresh.failures}.
     */
    public static MeterBinder keys(KeySource keys, InstantSource clock, Iterable<Tag> tags) {
        return registry -> {
            VerifierMetrics meters = new VerifierMetrics(registry, tags);
            meters.gauge("keys", "Keys held", () -> keys.current().keyIds().size());
            meters.gauge("keys.tables", "Keys with a table in use", () -> tables(keys.current()));
            meters.age(
                    "keys.age",
                    "Since the keys were last confirmed",
                    () -> age(keys.current().readAt(), clock));
            meters.counter("keys.refresh.failures", "Readings that failed", keys, KeySource::failedRefreshes);
        };
    }

    /**
     * {@code sipoauth.verifier.status.lists}, how many are held; {@code …status.revoked}, how many tokens they call revoked;
     * {@code …status.age} in seconds since the issuer last told which lists there are, {@code …status.oldest.age} since the
     * list that was confirmed longest ago was. Of {@link UrlStatusLists} also {@code …status.polls},
     * {@code …status.refresh.failures}, {@code …status.lists.taken}, {@code …status.lists.refused} and
     * {@code …status.read.bytes}.
     */
    public static MeterBinder statusLists(StatusSource statuses, InstantSource clock, Iterable<Tag> tags) {
        return registry -> {
            VerifierMetrics meters = new VerifierMetrics(registry, tags);
            meters.gauge(
                    "status.lists",
                    "Status lists held",
                    () -> statuses.current().uris().size());
            meters.gauge(
                    "status.revoked",
                    "Tokens that they call revoked",
                    () -> statuses.current().countRevoked());
            meters.age(
                    "status.age",
                    "Since the issuer told which there are",
                    () -> age(statuses.current().readAt(), clock));
            meters.age(
                    "status.oldest.age",
                    "Since the oldest was confirmed",
                    () -> age(statuses.current().oldestConfirmedAt(), clock));
            if (statuses instanceof UrlStatusLists polled) {
                meters.polls("polls", "Polls that ended", polled, Counts::polls);
                meters.polls("refresh.failures", "Polls that failed", polled, Counts::failedPolls);
                meters.polls("lists.taken", "Lists that were new or changed", polled, Counts::listsTaken);
                meters.polls("lists.refused", "Lists that were not believed", polled, Counts::listsRefused);
                meters.polls("read.bytes", "Of documents, without headers", polled, Counts::bytesRead);
            }
        };
    }

    private static int tables(KeySnapshot keys) {
        int tables = 0;
        for (String keyId : keys.keyIds()) {
            if (keys.find(keyId).orElseThrow().usesTable()) {
                tables++;
            }
        }
        return tables;
    }

    /** In seconds; NaN where there was no time yet. */
    private static double age(Instant time, InstantSource clock) {
        return time.equals(Instant.MIN)
                ? Double.NaN
                : Duration.between(time, clock.instant()).toMillis() / 1000.0;
    }

    private void verifications(
            String outcome, String reason, VerdictCounts counts, ToDoubleFunction<VerdictCounts> count) {
        counter("verifications", "Tokens by outcome and reason", counts, count, "outcome", outcome, "reason", reason);
    }

    private void polls(String name, String description, UrlStatusLists lists, ToDoubleFunction<Counts> count) {
        counter("status." + name, description, lists, source -> count.applyAsDouble(source.counts()));
    }

    private <T> void counter(
            String name, String description, T source, ToDoubleFunction<T> count, String... furtherTags) {
        FunctionCounter.builder("sipoauth.verifier." + name, source, count)
                .description(description)
                .tags(tags.and(furtherTags))
                .register(registry);
    }

    private void age(String name, String description, Supplier<Number> seconds) {
        register(gauge(name, seconds).description(description).baseUnit("seconds"));
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        register(gauge(name, value).description(description));
    }

    private static Gauge.Builder<Supplier<Number>> gauge(String name, Supplier<Number> value) {
        return Gauge.builder("sipoauth.verifier." + name, value);
    }

    private void register(Gauge.Builder<?> gauge) {
        gauge.tags(tags).register(registry);
    }
}
