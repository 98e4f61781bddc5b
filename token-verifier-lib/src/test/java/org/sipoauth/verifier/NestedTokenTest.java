package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.verifier.keys.DecryptionKeySource;
import org.sipoauth.verifier.keys.DecryptionKeys;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;

/** Tokens that are signed, then encrypted to us. */
class NestedTokenTest {
    private static final Expectations EXPECTATIONS =
            new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ofSeconds(30));
    private static final KeySource KEYS = KeySource.fixed(TestKeys.allKeys());
    private static final String SIGNED = TestTokens.valid().sign();
    private static final String NESTED = TestTokens.encrypt(SIGNED, TestKeys.A256GCM);
    private static final String HEADER = TestTokens.encryptionHeader("test-a256gcm");

    private Instant now = TestTokens.ISSUED.plusSeconds(60);
    private DecryptionKeys decryptionKeys = keys(TestKeys.A256GCM);
    private final TokenVerifier verifier = builder().build();

    private TokenVerifier.Builder builder() {
        return TokenVerifier.builder(EXPECTATIONS, KEYS)
                .decryptionKeys(() -> decryptionKeys)
                .clock(() -> now);
    }

    @Test
    void acceptsTokenOfEveryAlgorithmInside() {
        for (String signed : List.of(
                SIGNED,
                TestTokens.valid().sign(TestKeys.RS256),
                TestTokens.valid().sign(TestKeys.ED25519, "Ed25519"))) {
            assertThat(reason(TestTokens.encrypt(signed, TestKeys.A256GCM))).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", "jwt", "application/jwt", "at+jwt", "application/AT+JWT"})
    void acceptsContentThatIsAToken(String type) {
        assertThat(reason(sealed(HEADER.replace("JWT", type)))).isNull();
    }

    @Test
    void acceptsWhatNimbusEncrypts() throws JOSEException {
        JWEHeader header = new JWEHeader.Builder(JWEAlgorithm.DIR, EncryptionMethod.A256GCM)
                .contentType("JWT")
                .keyID("test-a256gcm")
                .build();
        JWEObject jwe = new JWEObject(header, new Payload(SIGNED));
        jwe.encrypt(new DirectEncrypter(TestKeys.A256GCM));
        assertThat(reason(jwe.serialize())).isNull();
    }

    // ---- what is encrypted, and what is not

    @Test
    void rejectsTokenThatIsSignedAlone() {
        assertThat(reason(SIGNED)).isEqualTo(Reason.NOT_DECRYPTED);
        assertThat(reason(TestTokens.valid().with("exp", 1).sign())).isEqualTo(Reason.NOT_DECRYPTED);
    }

    @Test
    void acceptsTokenThatIsSignedAloneOnlyIfToldSo() {
        TokenVerifier lenient = builder().insecureUnencryptedToo().build();
        assertThat(lenient.verify(SIGNED)).isInstanceOf(Verdict.Accepted.class);
        assertThat(lenient.verify(NESTED)).isInstanceOf(Verdict.Accepted.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenVerifier.builder(EXPECTATIONS, KEYS)
                        .insecureUnencryptedToo()
                        .build());
    }

    @Test
    void rejectsEncryptedTokenWithoutDecryptionKeys() {
        TokenVerifier without =
                TokenVerifier.builder(EXPECTATIONS, KEYS).clock(() -> now).build();
        assertThat(reason(without.verify(NESTED))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void rejectsOtherNumbersOfParts() {
        for (String other :
                List.of("", "x", ".", "..", "...", "....", ".....", SIGNED + ".", NESTED + ".AAAA", ".x..y.")) {
            assertThat(verifier.verify(other)).isInstanceOf(Verdict.Rejected.class);
        }
        assertThat(reason(NESTED + ".AAAA")).isEqualTo(Reason.MALFORMED);
        assertThat(reason(NESTED.substring(0, NESTED.lastIndexOf('.')))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void rejectsTokenOfMoreThanEightKibibytesBeforeAllElse() {
        String large = TestTokens.encrypt(
                TestTokens.valid().with("x", "x".repeat(4400)).sign(), TestKeys.A256GCM);
        assertThat(large.length()).isGreaterThan(8 * 1024);
        assertThat(reason(large)).isEqualTo(Reason.MALFORMED);
        assertThat(reason("x".repeat(8 * 1024 + 1))).isEqualTo(Reason.MALFORMED);
        String fits = TestTokens.encrypt(
                TestTokens.valid().with("x", "x".repeat(4000)).sign(), TestKeys.A256GCM);
        assertThat(fits.length()).isLessThan(8 * 1024);
        assertThat(reason(fits)).isNull();
    }

    // ---- the header

    @Test
    void rejectsOtherAlgorithms() {
        for (String other : List.of("A256GCMKW", "A256KW", "RSA-OAEP", "PBES2-HS512+A256KW", "DIR", "none", "")) {
            assertThat(reason(sealed(HEADER.replace("dir", other)))).isEqualTo(Reason.NOT_DECRYPTED);
        }
        for (String other : List.of("A128GCM", "A128CBC-HS256", "A256CBC-HS512", "a256gcm", "")) {
            assertThat(reason(sealed(HEADER.replace("A256GCM", other)))).isEqualTo(Reason.NOT_DECRYPTED);
        }
    }

    @Test
    void rejectsContentThatIsNoToken() {
        for (String other : List.of("JWE", "application/json", "at+jwt;v=1", "")) {
            assertThat(reason(sealed(HEADER.replace("JWT", other)))).isEqualTo(Reason.WRONG_TYPE);
        }
        assertThat(reason(sealed(HEADER.replace("\"cty\":\"JWT\",", "")))).isEqualTo(Reason.WRONG_TYPE);
    }

    @Test
    void rejectsHeaderThatIsNotStrictOrAsksForMore() {
        for (String more : List.of(
                "\"zip\":\"DEF\"",
                "\"zip\":null",
                "\"crit\":[\"x\"]",
                "\"crit\":[]",
                "\"b64\":true",
                "\"enc\":\"A256GCM\"",
                "\"k\\u0069d\":\"x\"",
                "\"x\":{\"a\":1,\"a\":2}")) {
            assertThat(reason(sealed(HEADER.replace("{", "{" + more + ",")))).isEqualTo(Reason.MALFORMED);
        }
        assertThat(reason(sealed(HEADER + "{}"))).isEqualTo(Reason.MALFORMED);
        assertThat(reason(sealed(HEADER.replace("\"alg\":\"dir\",", "")))).isEqualTo(Reason.MALFORMED);
        assertThat(reason(sealed(HEADER.replace("{", "{\"jku\":\"https://mallory.example\",\"x\":[1],"))))
                .isNull();
    }

    /** RFC 7519 §5.3 lets a header repeat claims for who cannot decrypt; we can. */
    @Test
    void takesNoClaimFromTheHeader() {
        String header = HEADER.replace("{", "{\"iss\":\"https://mallory.example\",\"sub\":\"mallory\",\"aud\":\"x\",");
        Verdict verdict = verifier.verify(sealed(header));
        assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
        AccessToken token = ((Verdict.Accepted) verdict).token();
        assertThat(token.issuer()).isEqualTo(TestTokens.ISSUER);
        assertThat(token.subject()).isNotEqualTo("mallory");
    }

    @Test
    void rejectsUnknownKeyAndTellsTheSource() {
        List<String> unknown = new ArrayList<>();
        TokenVerifier telling = builder()
                .decryptionKeys(new DecryptionKeySource() {
                    @Override
                    public DecryptionKeys current() {
                        return decryptionKeys;
                    }

                    @Override
                    public void keyUnknown(String keyId) {
                        unknown.add(keyId);
                    }
                })
                .build();
        String strangers = TestTokens.encrypt(SIGNED, TestKeys.a256gcm("test-stranger"));
        assertThat(reason(telling.verify(strangers))).isEqualTo(Reason.UNKNOWN_KEY);
        assertThat(unknown).containsExactly("test-stranger");
        assertThat(reason(sealed(HEADER.replace(",\"kid\":\"test-a256gcm\"", ""))))
                .isEqualTo(Reason.UNKNOWN_KEY);
        decryptionKeys = DecryptionKeys.none();
        assertThat(reason(NESTED)).isEqualTo(Reason.UNKNOWN_KEY);
    }

    // ---- the encryption

    @Test
    void rejectsEncryptionWithAnotherKeyUnderTheSameId() {
        assertThat(reason(TestTokens.encrypt(SIGNED, TestKeys.a256gcm("test-a256gcm"))))
                .isEqualTo(Reason.NOT_DECRYPTED);
    }

    @Test
    void rejectsEveryChangeOfOneCharacter() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int i = 0; i < NESTED.length(); i++) {
            char c = NESTED.charAt(i);
            char neighbour = c == '.' ? 'A' : alphabet.charAt(alphabet.indexOf(c) ^ 1);
            String changed = NESTED.substring(0, i) + neighbour + NESTED.substring(i + 1);
            assertThat(reason(changed)).as("at %s", i).isNotNull();
            assertThat(verifier.verify(NESTED.substring(0, i))).isInstanceOf(Verdict.Rejected.class);
            assertThat(verifier.verify(NESTED.substring(i + 1))).isInstanceOf(Verdict.Rejected.class);
        }
    }

    @Test
    void rejectsPartsOfOtherLengths() {
        for (int bytes : new int[] {8, 11, 13, 16}) {
            assertThat(reason(TestTokens.encryptRaw(HEADER, SIGNED, TestKeys.A256GCM, bytes, 16)))
                    .isEqualTo(Reason.MALFORMED);
        }
        for (int bytes : new int[] {12, 13, 14, 15}) {
            assertThat(reason(TestTokens.encryptRaw(HEADER, SIGNED, TestKeys.A256GCM, 12, bytes)))
                    .isEqualTo(Reason.MALFORMED);
        }
        assertThat(reason(NESTED.replace("..", ".AAAA."))).isEqualTo(Reason.MALFORMED);
        String tag = NESTED.substring(NESTED.lastIndexOf('.'));
        assertThat(reason(NESTED + "AA")).isEqualTo(Reason.MALFORMED);
        assertThat(reason(NESTED.substring(0, NESTED.lastIndexOf('.', NESTED.length() - tag.length() - 1) + 1) + tag))
                .isEqualTo(Reason.NOT_DECRYPTED); // no text at all
    }

    // ---- what is inside

    @Test
    void verifiesWhatIsInsideLikeAnyToken() {
        assertInside(Reason.BAD_SIGNATURE, TestTokens.valid().sign(TestKeys.es256("test-es256")));
        assertInside(Reason.UNKNOWN_KEY, TestTokens.valid().sign(TestKeys.es256("test-stranger")));
        assertInside(
                Reason.WRONG_TYPE, TestTokens.valid().withHeader("typ", "JWT").sign());
        assertInside(Reason.MISSING_CLAIM, TestTokens.valid().without("sub").sign());
        assertInside(Reason.WRONG_ISSUER, TestTokens.valid().with("iss", "x").sign());
        assertInside(Reason.WRONG_AUDIENCE, TestTokens.valid().with("aud", "x").sign());
        assertInside(Reason.EXPIRED, TestTokens.valid().with("exp", 1).sign());
        assertInside(Reason.MALFORMED, NESTED);
        assertInside(Reason.MALFORMED, TestTokens.valid().claims());
        assertInside(Reason.MALFORMED, SIGNED + "=");
        assertInside(Reason.MALFORMED, SIGNED.replace('.', '\u00e9'));
        assertInside(Reason.MALFORMED, "");
        Random random = new Random(6);
        for (int i = 0; i < 1_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThat(reason(TestTokens.encrypt(new String(bytes, StandardCharsets.ISO_8859_1), TestKeys.A256GCM)))
                    .isNotNull();
        }
    }

    @Test
    void rejectsInsideWhenTheSigningKeysAreTooOld() {
        TokenVerifier late = TokenVerifier.builder(EXPECTATIONS, KeySnapshot::none)
                .decryptionKeys(() -> decryptionKeys)
                .clock(() -> now)
                .build();
        assertThat(reason(late.verify(NESTED))).isEqualTo(Reason.KEYS_TOO_OLD);
    }

    // ---- known tokens

    @Test
    void knowsTokensAgainByWhatWasSent() {
        Verdict first = verifier.verify(NESTED);
        assertThat(first).isInstanceOf(Verdict.Accepted.class);
        assertThat(verifier.verify(new String(NESTED))).isSameAs(first);
        assertThat(reason(SIGNED)).isEqualTo(Reason.NOT_DECRYPTED);
    }

    @Test
    void rejectsKnownTokenWhenItsDecryptionKeyIsWithdrawn() {
        OctetSequenceKey next = TestKeys.a256gcm("test-next");
        decryptionKeys = keys(TestKeys.A256GCM, next); // they overlap while they rotate
        String nexts = TestTokens.encrypt(SIGNED, next);
        assertThat(reason(NESTED)).isNull();
        assertThat(reason(nexts)).isNull();
        decryptionKeys = keys(next);
        assertThat(reason(NESTED)).isEqualTo(Reason.UNKNOWN_KEY);
        assertThat(reason(nexts)).isNull();
        decryptionKeys = keys(TestKeys.a256gcm("test-a256gcm")); // another under the same name
        assertThat(reason(NESTED)).isEqualTo(Reason.NOT_DECRYPTED);
        Verdict again = renewed();
        assertThat(renewed()).isSameAs(again); // the same key, read anew
    }

    private Verdict renewed() {
        decryptionKeys = keys(TestKeys.A256GCM);
        return verifier.verify(NESTED);
    }

    private void assertInside(Reason reason, String inside) {
        assertThat(reason(TestTokens.encrypt(inside, TestKeys.A256GCM))).isEqualTo(reason);
    }

    private static String sealed(String header) {
        return TestTokens.encryptRaw(header, SIGNED, TestKeys.A256GCM, 12, 16);
    }

    private static DecryptionKeys keys(OctetSequenceKey... keys) {
        return DecryptionKeys.parse(TestKeys.decryptionKeys(keys));
    }

    private @Nullable Reason reason(String token) {
        return reason(verifier.verify(token));
    }

    private static @Nullable Reason reason(Verdict verdict) {
        return verdict instanceof Verdict.Rejected rejected ? rejected.reason() : null;
    }
}
