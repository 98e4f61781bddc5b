package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.status.StatusSnapshot;

/** Phones that go on with an expired token while the server is away. */
class OutageGraceTest {
    private static final Duration TOLERANCE = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofHours(4);
    private static final Expectations EXPECTATIONS =
            new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, TOLERANCE);
    private static final KeySource KEYS = KeySource.fixed(TestKeys.allKeys());
    private static final String TOKEN =
            TestTokens.valid().withStatus(TestTokens.STATUS_LIST, 8).sign();
    private static final Instant END = TestTokens.EXPIRES.plus(TOLERANCE);
    private static final Instant LAST_CHANCE = END.minus(Duration.ofMinutes(15));

    private Instant now = TestTokens.ISSUED.plusSeconds(60);
    private KeySnapshot keys = KEYS.current();
    private Optional<Instant> unreachableSince = Optional.empty();
    private StatusSnapshot lists = lists();

    private final KeySource source = new KeySource() {
        @Override
        public KeySnapshot current() {
            return keys;
        }

        @Override
        public Optional<Instant> unreachableSince() {
            return unreachableSince;
        }
    };

    private final TokenVerifier verifier = builder().outageGrace(GRACE).build();

    private TokenVerifier.Builder builder() {
        return TokenVerifier.builder(EXPECTATIONS, source).statuses(() -> lists).clock(() -> now);
    }

    @Test
    void acceptsKnownTokenUntilTheGraceEnds() {
        seenBeforeTheOutage();
        now = END.minusNanos(1);
        assertThat(accepted().graceUntil()).isEmpty();
        assertThat(verifier.acceptedByGrace()).isZero();
        now = END;
        assertThat(accepted().graceUntil()).contains(END.plus(GRACE));
        assertThat(accepted().token().expiresAt()).isEqualTo(TestTokens.EXPIRES);
        now = END.plus(GRACE).minusNanos(1);
        assertThat(accepted().graceUntil()).contains(END.plus(GRACE));
        assertThat(verifier.acceptedByGrace()).isEqualTo(3);
        now = END.plus(GRACE);
        assertThat(reason()).isEqualTo(Reason.EXPIRED);
        assertThat(verifier.acceptedByGrace()).isEqualTo(3);
    }

    @Test
    void givesNoGraceUnlessToldSo() {
        TokenVerifier strict = builder().build();
        strict.verify(TOKEN);
        unreachableSince = Optional.of(now);
        now = END;
        assertThat(strict.verify(TOKEN)).isInstanceOf(Verdict.Rejected.class);
        assertThat(strict.acceptedByGrace()).isZero();
    }

    @Test
    void givesNoGraceToTokensThatItHasNotAccepted() {
        unreachableSince = Optional.of(now);
        now = END;
        assertThat(reason()).isEqualTo(Reason.EXPIRED);
    }

    @Test
    void givesNoGraceOnceTheServerAnswers() {
        seenBeforeTheOutage();
        now = END.plusSeconds(600);
        assertThat(reason()).isNull();
        unreachableSince = Optional.empty();
        assertThat(reason()).isEqualTo(Reason.EXPIRED);
        unreachableSince = Optional.of(now); // away again: the phone had its chance
        now = END.plusSeconds(1200);
        assertThat(reason()).isEqualTo(Reason.EXPIRED);
    }

    @Test
    void givesNoGraceWhereThePhoneCouldHaveRefreshed() {
        seenBeforeTheOutage();
        unreachableSince = Optional.of(LAST_CHANCE.plusNanos(1));
        now = END.plus(Duration.ofHours(1));
        assertThat(reason()).isEqualTo(Reason.EXPIRED);
        unreachableSince = Optional.of(LAST_CHANCE);
        assertThat(reason()).isNull();
    }

    @Test
    void givesNoGraceToRevokedLogins() {
        seenBeforeTheOutage();
        now = END;
        lists = lists(8);
        assertThat(reason()).isEqualTo(Reason.EXPIRED);
        lists = lists();
        assertThat(reason()).isNull();
    }

    @Test
    void givesNoGraceWhereNobodyCanTellTheStatus() {
        String newer =
                TestTokens.valid().withStatus(TestTokens.STATUS_LIST + "9", 8).sign();
        String none = TestTokens.valid().sign();
        lists = StatusSnapshot.verify(Map.of(), TestTokens.ISSUER, source, TestTokens.ISSUED);
        assertThat(verifier.verify(newer)).isInstanceOf(Verdict.Accepted.class);
        assertThat(verifier.verify(none)).isInstanceOf(Verdict.Accepted.class);
        seenBeforeTheOutage();
        now = END;
        assertThat(reason(verifier.verify(newer))).isEqualTo(Reason.EXPIRED);
        assertThat(reason(verifier.verify(none))).isEqualTo(Reason.EXPIRED);
    }

    @Test
    void trustsKeysNoLongerForIt() {
        keys = KeySnapshot.parse(TestKeys.allKeys(), now).tooOldAfter(Duration.ofHours(2));
        seenBeforeTheOutage();
        now = END;
        assertThat(reason()).isNull();
        now = TestTokens.ISSUED.plusSeconds(60).plus(Duration.ofHours(2));
        assertThat(reason()).isEqualTo(Reason.KEYS_TOO_OLD);
    }

    @Test
    void rejectsItWhenItsKeyIsWithdrawn() {
        seenBeforeTheOutage();
        now = END;
        keys = KeySnapshot.parse(TestKeys.jwkSet(TestKeys.RS256), now);
        assertThat(reason()).isEqualTo(Reason.UNKNOWN_KEY);
    }

    @Test
    void refusesAGraceThatIsUnboundedOrBlind() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().outageGrace(Duration.ofHours(24).plusNanos(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().outageGrace(Duration.ofNanos(-1)));
        assertThat(builder().outageGrace(Duration.ofHours(24)).build()).isNotNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenVerifier.builder(EXPECTATIONS, source)
                        .outageGrace(GRACE)
                        .build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().outageGrace(GRACE).knownTokens(0).build());
    }

    /** A phone that was here, and a server that goes away at once. */
    private void seenBeforeTheOutage() {
        lists = lists();
        assertThat(reason()).isNull();
        unreachableSince = Optional.of(now);
    }

    private Verdict.Accepted accepted() {
        Verdict verdict = verifier.verify(TOKEN);
        assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
        return (Verdict.Accepted) verdict;
    }

    private @Nullable Reason reason() {
        return reason(verifier.verify(TOKEN));
    }

    private static @Nullable Reason reason(Verdict verdict) {
        return verdict instanceof Verdict.Rejected rejected ? rejected.reason() : null;
    }

    private static StatusSnapshot lists(int... revoked) {
        String list = TestStatusList.of(TestTokens.STATUS_LIST, TestTokens.ISSUED)
                .revoked(revoked)
                .sign();
        return StatusSnapshot.verify(Map.of(TestTokens.STATUS_LIST, list), TestTokens.ISSUER, KEYS, TestTokens.ISSUED);
    }
}
