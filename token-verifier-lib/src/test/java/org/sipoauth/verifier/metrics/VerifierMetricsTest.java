package org.sipoauth.verifier.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.Reason;
import org.sipoauth.verifier.TestKeys;
import org.sipoauth.verifier.TestStatusList;
import org.sipoauth.verifier.TestTokens;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.status.StatusSnapshot;
import org.sipoauth.verifier.status.StatusSource;

class VerifierMetricsTest {
    private static final Instant NOW = TestTokens.ISSUED.plusSeconds(60);
    private static final Expectations EXPECTATIONS =
            new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO);
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void countsVerdictsByOutcomeAndReason() {
        TokenVerifier verifier = verifier();
        VerifierMetrics.verdicts(verifier, Tags.empty()).bindTo(registry);
        String valid = TestTokens.valid().sign(TestKeys.ES256);

        verifier.verify(valid);
        verifier.verify(valid);
        verifier.verify("nonsense");
        verifier.verify(TestTokens.valid().with("aud", "sip:other").sign(TestKeys.ES256));

        assertThat(verifications("accepted", "none")).isEqualTo(2);
        assertThat(registry.get("sipoauth.verifier.known.hits")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(verifications("rejected", "malformed")).isEqualTo(1);
        assertThat(verifications("rejected", "wrong_audience")).isEqualTo(1);
        assertThat(verifications("rejected", "expired")).isZero();
    }

    @Test
    void countsExpiredTokensTakenByGrace() {
        AtomicReference<Instant> now = new AtomicReference<>(NOW);
        KeySnapshot held = KeySource.fixed(TestKeys.allKeys()).current();
        KeySource outOfReach = new KeySource() {
            @Override
            public KeySnapshot current() {
                return held;
            }

            @Override
            public Optional<Instant> unreachableSince() {
                return Optional.of(NOW);
            }
        };
        String list =
                TestStatusList.of(TestTokens.STATUS_LIST, TestTokens.ISSUED).sign(TestKeys.ES256);
        StatusSnapshot lists =
                StatusSnapshot.verify(Map.of(TestTokens.STATUS_LIST, list), TestTokens.ISSUER, outOfReach, NOW);
        TokenVerifier verifier = TokenVerifier.builder(EXPECTATIONS, outOfReach)
                .statuses(() -> lists)
                .outageGrace(Duration.ofHours(1))
                .clock(now::get)
                .build();
        VerifierMetrics.verdicts(verifier, Tags.empty()).bindTo(registry);
        String token = TestTokens.valid().withStatus(TestTokens.STATUS_LIST, 7).sign(TestKeys.ES256);

        verifier.verify(token);
        assertThat(graceHits()).isZero();
        now.set(TestTokens.EXPIRES);
        verifier.verify(token);

        assertThat(graceHits()).isEqualTo(1);
        assertThat(verifications("accepted", "none")).isEqualTo(2);
    }

    private double graceHits() {
        return registry.get("sipoauth.verifier.grace.hits").functionCounter().count();
    }

    @Test
    void hasOneSeriesAReasonWhateverTokensSay() {
        TokenVerifier verifier = verifier();
        VerifierMetrics.verdicts(verifier, Tags.empty()).bindTo(registry);
        int before = registry.getMeters().size();

        for (int i = 0; i < 50; i++) {
            verifier.verify(TestTokens.valid()
                    .with("sub", "user" + i)
                    .with("iss", "https://" + i)
                    .sign(TestKeys.ES256));
        }

        assertThat(registry.getMeters()).hasSize(before).hasSize(Reason.values().length + 3);
    }

    @Test
    void tellsVerifiersApartByTheCallersTags() {
        VerifierMetrics.verdicts(verifier(), Tags.of("issuer", "a")).bindTo(registry);
        TokenVerifier other = verifier();
        VerifierMetrics.verdicts(other, Tags.of("issuer", "b")).bindTo(registry);

        other.verify("nonsense");

        assertThat(registry.get("sipoauth.verifier.verifications")
                        .tags("issuer", "b", "reason", "malformed")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("sipoauth.verifier.verifications")
                        .tags("issuer", "a", "reason", "malformed")
                        .functionCounter()
                        .count())
                .isZero();
    }

    @Test
    void showsKeysTheirAgeAndFailures() {
        KeySource failing = new KeySource() {
            @Override
            public KeySnapshot current() {
                return KeySnapshot.parse(TestKeys.allKeys(), NOW.minusSeconds(90));
            }

            @Override
            public long failedRefreshes() {
                return 3;
            }
        };

        VerifierMetrics.keys(failing, CLOCK, Tags.empty()).bindTo(registry);

        assertThat(gauge("keys")).isEqualTo(3);
        assertThat(gauge("keys.tables")).isZero(); // nobody builds any for these
        assertThat(gauge("keys.age")).isEqualTo(90);
        assertThat(registry.get("sipoauth.verifier.keys.refresh.failures")
                        .functionCounter()
                        .count())
                .isEqualTo(3);
    }

    @Test
    void hasNoAgeBeforeTheFirstReading() {
        VerifierMetrics.keys(KeySnapshot::none, CLOCK, Tags.empty()).bindTo(registry);

        assertThat(gauge("keys.age")).isNaN();
    }

    @Test
    void showsStatusLists() {
        String list = TestStatusList.of(TestTokens.STATUS_LIST, NOW.minusSeconds(5))
                .revoked(1, 7)
                .sign();
        StatusSnapshot lists = StatusSnapshot.verify(
                Map.of(TestTokens.STATUS_LIST, list),
                TestTokens.ISSUER,
                KeySource.fixed(TestKeys.allKeys()),
                NOW.minusSeconds(5));
        StatusSource source = () -> lists;

        VerifierMetrics.statusLists(source, CLOCK, Tags.empty()).bindTo(registry);

        assertThat(gauge("status.lists")).isEqualTo(1);
        assertThat(gauge("status.revoked")).isEqualTo(2);
        assertThat(gauge("status.age")).isEqualTo(5);
        assertThat(gauge("status.oldest.age")).isEqualTo(5);
    }

    private static TokenVerifier verifier() {
        return TokenVerifier.builder(EXPECTATIONS, KeySource.fixed(TestKeys.allKeys()))
                .clock(CLOCK)
                .build();
    }

    private double verifications(String outcome, String reason) {
        return registry.get("sipoauth.verifier.verifications")
                .tags("outcome", outcome, "reason", reason)
                .functionCounter()
                .count();
    }

    private double gauge(String name) {
        return registry.get("sipoauth.verifier." + name).gauge().value();
    }
}
