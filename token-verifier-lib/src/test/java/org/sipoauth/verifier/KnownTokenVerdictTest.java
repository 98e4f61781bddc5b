package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.status.StatusSnapshot;

/** What becomes of a token that was accepted before, when something has changed since. */
class KnownTokenVerdictTest {
    private static final Duration TOLERANCE = Duration.ofSeconds(30);
    private static final Expectations EXPECTATIONS =
            new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, TOLERANCE);
    private static final String TOKEN =
            TestTokens.valid().withStatus(TestTokens.STATUS_LIST, 8).sign();

    private Instant now = TestTokens.ISSUED.plusSeconds(60);
    private KeySnapshot keys = KeySnapshot.parse(TestKeys.allKeys(), now);
    private StatusSnapshot lists = lists();

    private TokenVerifier.Builder builder() {
        return TokenVerifier.builder(EXPECTATIONS, () -> keys)
                .statuses(() -> lists)
                .clock(() -> now);
    }

    private final TokenVerifier verifier = builder().build();

    @Test
    void answersTheSameAgain() {
        Verdict first = verifier.verify(TOKEN);

        assertThat(first).isInstanceOf(Verdict.Accepted.class);
        assertThat(verifier.verify(new String(TOKEN))).isSameAs(first);
        TokenVerifier digests = builder().knownTokensAsDigests().build();
        assertThat(digests.verify(TOKEN)).isSameAs(digests.verify(TOKEN));
        TokenVerifier forgetful = builder().knownTokens(0).build();
        assertThat(forgetful.verify(TOKEN)).isNotSameAs(forgetful.verify(TOKEN));
    }

    @Test
    void acceptsNothingThatOnlyResemblesAKnownToken() {
        verifier.verify(TOKEN);
        for (int i = 0; i < TOKEN.length(); i++) {
            char other = TOKEN.charAt(i) == 'A' ? 'B' : 'A';
            String altered = TOKEN.substring(0, i) + other + TOKEN.substring(i + 1);
            assertThat(verifier.verify(altered)).isInstanceOf(Verdict.Rejected.class);
        }
        assertThat(reason(TOKEN)).isNull();
    }

    @Test
    void rejectsItWhenItHasExpired() {
        verifier.verify(TOKEN);
        now = TestTokens.EXPIRES.plus(TOLERANCE).minusNanos(1);
        assertThat(reason(TOKEN)).isNull();
        now = TestTokens.EXPIRES.plus(TOLERANCE);
        assertThat(reason(TOKEN)).isEqualTo(Reason.EXPIRED);
    }

    @Test
    void rejectsItWhenTheClockWasSetBack() {
        String token = TestTokens.valid()
                .with("nbf", TestTokens.ISSUED.plusSeconds(30).getEpochSecond())
                .sign();
        verifier.verify(token);
        now = TestTokens.ISSUED;
        assertThat(reason(token)).isNull();
        now = TestTokens.ISSUED.minusNanos(1);
        assertThat(reason(token)).isEqualTo(Reason.NOT_YET_VALID);
    }

    @Test
    void knowsItAgainFromTheVeryInstantOn() {
        verifier.verify(TOKEN);
        now = TestTokens.ISSUED.minus(TOLERANCE);

        assertThat(reason(TOKEN)).isNull();
        assertThat(verifier.counts().acceptedAsKnown()).isOne();
    }

    @Test
    void rejectsItWhenItsKeyIsWithdrawn() {
        verifier.verify(TOKEN);
        keys = KeySnapshot.parse(TestKeys.jwkSet(TestKeys.RS256), now);
        assertThat(reason(TOKEN)).isEqualTo(Reason.UNKNOWN_KEY);
        keys = KeySnapshot.parse(TestKeys.jwkSet(TestKeys.es256("test-es256")), now); // another under the same name
        assertThat(reason(TOKEN)).isEqualTo(Reason.BAD_SIGNATURE);
        keys = KeySnapshot.parse(TestKeys.allKeys(), now);
        assertThat(reason(TOKEN)).isNull();
    }

    @Test
    void rejectsItWhenTheKeysAreTooOld() {
        keys = keys.tooOldAfter(Duration.ofMinutes(10));
        verifier.verify(TOKEN);
        now = now.plus(Duration.ofMinutes(10));
        assertThat(reason(TOKEN)).isEqualTo(Reason.KEYS_TOO_OLD);
    }

    @Test
    void rejectsItWhenItIsRevoked() {
        verifier.verify(TOKEN);
        lists = lists(8);
        assertThat(reason(TOKEN)).isEqualTo(Reason.REVOKED);
    }

    @Test
    void remembersNoRefusal() {
        keys = KeySnapshot.parse(TestKeys.jwkSet(TestKeys.RS256), now);
        assertThat(reason(TOKEN)).isEqualTo(Reason.UNKNOWN_KEY);
        keys = KeySnapshot.parse(TestKeys.allKeys(), now);
        lists = lists(8);
        assertThat(reason(TOKEN)).isEqualTo(Reason.REVOKED);
        lists = lists();
        assertThat(reason(TOKEN)).isNull();
    }

    private @Nullable Reason reason(String token) {
        return verifier.verify(token) instanceof Verdict.Rejected rejected ? rejected.reason() : null;
    }

    private StatusSnapshot lists(int... revoked) {
        String list = TestStatusList.of(TestTokens.STATUS_LIST, TestTokens.ISSUED)
                .revoked(revoked)
                .sign();
        return StatusSnapshot.verify(
                Map.of(TestTokens.STATUS_LIST, list),
                TestTokens.ISSUER,
                KeySource.fixed(TestKeys.allKeys()),
                TestTokens.ISSUED);
    }
}
