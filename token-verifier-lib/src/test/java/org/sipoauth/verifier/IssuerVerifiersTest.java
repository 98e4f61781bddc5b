package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.keys.DecryptionKeySource;
import org.sipoauth.verifier.keys.DecryptionKeys;
import org.sipoauth.verifier.keys.KeySource;

class IssuerVerifiersTest {
    private static final Instant NOW = TestTokens.ISSUED.plusSeconds(60);
    private static final String SECOND = "https://recovery.example.com";
    private static final ECKey FIRST_KEY = TestKeys.ES256;
    private static final ECKey SECOND_KEY = TestKeys.es256("test-es256"); // the same kid
    private static final OctetSequenceKey FIRST_SECRET = TestKeys.a256gcm("test-first");
    private static final OctetSequenceKey SECOND_SECRET = TestKeys.a256gcm("test-second");

    private final IssuerVerifiers verifiers = IssuerVerifiers.of(
            builder(TestTokens.ISSUER, FIRST_KEY).build(),
            builder(SECOND, SECOND_KEY).build());

    @Test
    void verifiesEachTokenWithTheKeysOfItsIssuer() {
        assertThat(reason(TestTokens.valid().sign(FIRST_KEY))).isNull();
        assertThat(reason(TestTokens.valid().with("iss", SECOND).sign(SECOND_KEY)))
                .isNull();
    }

    @Test
    void letsNoIssuerSpeakForAnother() {
        assertThat(reason(TestTokens.valid().with("iss", SECOND).sign(FIRST_KEY)))
                .isEqualTo(Reason.BAD_SIGNATURE);
        assertThat(reason(TestTokens.valid().sign(SECOND_KEY))).isEqualTo(Reason.BAD_SIGNATURE);
    }

    @Test
    void rejectsIssuersItDoesNotKnow() {
        for (String other : List.of("https://other.example.com", SECOND + "/", SECOND.toUpperCase(), "x")) {
            assertThat(reason(TestTokens.valid().with("iss", other).sign(SECOND_KEY)))
                    .isEqualTo(Reason.WRONG_ISSUER);
        }
        assertThat(reason(TestTokens.valid().with("iss", "").sign())).isEqualTo(Reason.MISSING_CLAIM);
        assertThat(reason(TestTokens.valid().without("iss").sign())).isEqualTo(Reason.MISSING_CLAIM);
        assertThat(reason(TestTokens.valid().with("iss", List.of(SECOND)).sign()))
                .isEqualTo(Reason.MALFORMED);
    }

    @Test
    void readsTheIssuerAsStrictlyAsAllElse() {
        String header = TestTokens.valid().header("ES256", "test-es256");
        String claims = TestTokens.valid().claims();
        for (String payload : List.of(
                claims.replaceFirst("\\{", "{\"iss\":\"" + SECOND + "\","),
                claims.replaceFirst("\\{", "{\"\\\\u0069ss\":\"" + SECOND + "\","),
                claims + "x",
                "[" + claims + "]",
                "")) {
            assertThat(reason(TestTokens.signRaw(header, payload, FIRST_KEY))).isEqualTo(Reason.MALFORMED);
        }
        assertThat(reason("")).isEqualTo(Reason.MALFORMED);
        assertThat(reason("a.b.c.d.e")).isEqualTo(Reason.MALFORMED);
        assertThat(reason("x".repeat(8 * 1024 + 1))).isEqualTo(Reason.MALFORMED);
        String none = null;
        assertThatNullPointerException().isThrownBy(() -> verifiers.verify(none));
    }

    @Test
    void knowsTokensAgain() {
        for (String token : List.of(
                TestTokens.valid().sign(FIRST_KEY),
                TestTokens.valid().with("iss", SECOND).sign(SECOND_KEY))) {
            Verdict first = verifiers.verify(token);
            assertThat(first).isInstanceOf(Verdict.Accepted.class);
            assertThat(verifiers.verify(token)).isSameAs(first);
        }
    }

    @Test
    void countsEachVerdictOnceWithTheVerifierThatGaveIt() {
        TokenVerifier first = builder(TestTokens.ISSUER, FIRST_KEY).build();
        TokenVerifier second = builder(SECOND, SECOND_KEY).build();
        IssuerVerifiers both = IssuerVerifiers.of(first, second);
        String token = TestTokens.valid().with("iss", SECOND).sign(SECOND_KEY);
        for (int i = 0; i < 3; i++) {
            assertThat(both.verify(token)).isInstanceOf(Verdict.Accepted.class);
        }

        assertThat(second.counts().accepted()).isEqualTo(3);
        assertThat(second.counts().acceptedAsKnown()).isEqualTo(2);
        assertThat(first.counts().accepted()).isZero();
    }

    @Test
    void takesNestedTokensOfEachWithTheSecretOfEach() {
        List<String> unknown = new ArrayList<>();
        IssuerVerifiers nested = IssuerVerifiers.of(
                builder(TestTokens.ISSUER, FIRST_KEY)
                        .decryptionKeys(source(FIRST_SECRET, unknown))
                        .build(),
                builder(SECOND, SECOND_KEY)
                        .decryptionKeys(source(SECOND_SECRET, unknown))
                        .build());
        String firsts = TestTokens.valid().sign(FIRST_KEY);
        String seconds = TestTokens.valid().with("iss", SECOND).sign(SECOND_KEY);
        assertThat(reason(nested.verify(TestTokens.encrypt(firsts, FIRST_SECRET))))
                .isNull();
        assertThat(reason(nested.verify(TestTokens.encrypt(seconds, SECOND_SECRET))))
                .isNull();
        assertThat(unknown).isEmpty();
        assertThat(reason(nested.verify(seconds))).isEqualTo(Reason.NOT_DECRYPTED);
        // encrypted with the secret of one, signed by the other
        assertThat(reason(nested.verify(TestTokens.encrypt(firsts, SECOND_SECRET))))
                .isEqualTo(Reason.UNKNOWN_KEY);
        assertThat(unknown).containsExactly("first asked for test-second");
        assertThat(reason(nested.verify(TestTokens.encrypt(seconds, TestKeys.a256gcm("test-second")))))
                .isEqualTo(Reason.NOT_DECRYPTED);
        unknown.clear();
        assertThat(reason(nested.verify(TestTokens.encrypt(seconds, TestKeys.a256gcm("test-third")))))
                .isEqualTo(Reason.UNKNOWN_KEY);
        assertThat(unknown).containsExactly("first asked for test-third", "second asked for test-third");
    }

    @Test
    void refusesTwoVerifiersOfOneIssuerAndNone() {
        TokenVerifier one = builder(SECOND, SECOND_KEY).build();
        TokenVerifier same = builder(SECOND, FIRST_KEY).build();
        assertThatIllegalArgumentException().isThrownBy(() -> IssuerVerifiers.of(one, same));
        assertThatIllegalArgumentException().isThrownBy(IssuerVerifiers::of);
    }

    private static DecryptionKeySource source(OctetSequenceKey key, List<String> unknown) {
        DecryptionKeys keys = DecryptionKeys.parse(TestKeys.decryptionKeys(key));
        String name = key.getKeyID().substring("test-".length());
        return new DecryptionKeySource() {
            @Override
            public DecryptionKeys current() {
                return keys;
            }

            @Override
            public void keyUnknown(String keyId) {
                unknown.add(name + " asked for " + keyId);
            }
        };
    }

    private static TokenVerifier.Builder builder(String issuer, ECKey key) {
        return TokenVerifier.builder(
                        new Expectations(issuer, TestTokens.AUDIENCE, Duration.ZERO),
                        KeySource.fixed(TestKeys.jwkSet(key)))
                .clock(() -> NOW);
    }

    private @Nullable Reason reason(String token) {
        return reason(verifiers.verify(token));
    }

    private static @Nullable Reason reason(Verdict verdict) {
        return verdict instanceof Verdict.Rejected rejected ? rejected.reason() : null;
    }
}
