package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.ECKey;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.status.StatusSnapshot;

class TokenVerifierTest {
    private static final Duration TOLERANCE = Duration.ofSeconds(30);
    private static final Expectations EXPECTATIONS =
            new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, TOLERANCE);
    private static final KeySource KEYS = KeySource.fixed(TestKeys.allKeys());
    private static final Instant NOW = TestTokens.ISSUED.plusSeconds(60);

    private final TokenVerifier verifier = at(NOW);

    // ---- the compact serialization

    @Test
    void acceptsTokenSignedWithEveryAlgorithm() {
        assertAccepted(TestTokens.valid().sign(TestKeys.ES256));
        assertAccepted(TestTokens.valid().sign(TestKeys.RS256));
        assertAccepted(TestTokens.valid().sign(TestKeys.ED25519, "Ed25519"));
        assertAccepted(TestTokens.valid().sign(TestKeys.ED25519, "EdDSA"));
    }

    @Test
    void acceptsTokenOfEightKibibytesAndRejectsOneLonger() {
        String short1 = TestTokens.valid().with("pad", "").sign();
        int room = (8 * 1024 - short1.length()) / 4 * 3;
        String full = TestTokens.valid().with("pad", "x".repeat(room)).sign();
        assertThat(full.length()).isBetween(8 * 1024 - 3, 8 * 1024);
        assertAccepted(full);
        Verdict longer = verifier.verify(
                TestTokens.valid().with("pad", "x".repeat(room + 4)).sign());
        assertThat(longer).isEqualTo(new Verdict.Rejected(Reason.MALFORMED, "token of more than 8 KiB"));
    }

    @Test
    void rejectsAnyOtherNumberOfParts() {
        String token = TestTokens.valid().sign();
        assertRejected(Reason.MALFORMED, "");
        assertRejected(Reason.MALFORMED, token.substring(0, token.lastIndexOf('.')));
        assertRejected(Reason.MALFORMED, token + ".");
        assertRejected(Reason.MALFORMED, "." + token);
        assertRejected(Reason.MALFORMED, token + "." + token);
    }

    @Test
    void rejectsSpaceAroundToken() {
        String token = TestTokens.valid().sign();
        assertRejected(Reason.MALFORMED, " " + token);
        assertRejected(Reason.MALFORMED, token + "\n");
    }

    @Test
    void rejectsOtherSpellingsOfTheSignature() {
        String token = TestTokens.valid().sign(); // 64 bytes: the last of 86 characters carries 2 bits of 6
        assertRejected(Reason.MALFORMED, token + "==");
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(token.charAt(token.length() - 1));
        assertThat(last % 16).isZero();
        for (int bits = 1; bits < 16; bits++) {
            String other = token.substring(0, token.length() - 1) + alphabet.charAt(last + bits);
            assertRejected(Reason.MALFORMED, other);
        }
    }

    @Test
    void throwsForNullOnly() {
        String none = null;
        assertThatThrownBy(() -> verifier.verify(none)).isInstanceOf(NullPointerException.class);
    }

    // ---- the header

    @ParameterizedTest
    @ValueSource(strings = {"at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"})
    void acceptsTypeAsMediaType(String type) {
        assertAccepted(TestTokens.valid().withHeader("typ", type).sign());
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", "jwt", "", "at+jwt ", "text/at+jwt", "at+jwt;v=1", "logout+jwt", "at\u212Ajwt"})
    void rejectsOtherTypes(String type) {
        assertRejected(
                Reason.WRONG_TYPE, TestTokens.valid().withHeader("typ", type).sign());
    }

    @Test
    void rejectsTokenWithoutType() {
        assertRejected(
                Reason.WRONG_TYPE, TestTokens.valid().withoutHeader("typ").sign());
    }

    @Test
    void rejectsTokenThatNeedsAnExtension() {
        assertRejected(
                Reason.MALFORMED,
                TestTokens.valid()
                        .withHeader("crit", List.of("exp"))
                        .withHeader("exp", 1)
                        .sign());
        assertRejected(
                Reason.MALFORMED,
                TestTokens.valid().withHeader("crit", List.of()).sign());
        assertRejected(
                Reason.MALFORMED, TestTokens.valid().withHeader("b64", false).sign());
        assertRejected(
                Reason.MALFORMED, TestTokens.valid().withHeader("b64", true).sign());
    }

    @Test
    void rejectsTokenWithoutAlgorithm() {
        assertRejected(Reason.MALFORMED, TestTokens.valid().withoutHeader("alg").sign());
    }

    @Test
    void rejectsHeaderParametersOfOtherTypes() {
        assertRejected(Reason.MALFORMED, TestTokens.valid().withHeader("alg", 1).sign());
        assertRejected(
                Reason.MALFORMED,
                TestTokens.valid().withHeader("typ", List.of("at+jwt")).sign());
        assertRejected(
                Reason.MALFORMED, TestTokens.valid().withHeader("kid", true).sign());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "\"x\"",
                "{} ",
                "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"test-es256\"}x",
                "{\"alg\":\"none\",\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"test-es256\"}",
                "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"a\",\"k\\u0069d\":\"test-es256\"}",
                "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"test-es256\",\"x\":{\"a\":1,\"a\":1}}",
                "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"test-es256\",}",
            })
    void rejectsHeaderThatIsNotStrictJson(String header) {
        assertRejected(
                Reason.MALFORMED, TestTokens.signRaw(header, TestTokens.valid().claims(), TestKeys.ES256));
    }

    @Test
    void passesOverHeaderParametersItDoesNotKnow() {
        assertAccepted(
                TestTokens.valid().withHeader("x", Map.of("y", List.of(1))).sign());
    }

    // ---- the key

    @Test
    void rejectsTokenOfUnknownKeyAndTellsTheSource() {
        CountingKeys keys = new CountingKeys();
        TokenVerifier counting =
                TokenVerifier.builder(EXPECTATIONS, keys).clock(() -> NOW).build();
        ECKey stranger = TestKeys.es256("test-stranger");
        assertThat(reason(counting.verify(TestTokens.valid().sign(stranger)))).isEqualTo(Reason.UNKNOWN_KEY);
        assertThat(keys.lastUnknown).isEqualTo("test-stranger");
    }

    @Test
    void rejectsTokenWithoutKeyIdEvenIfOneKeyWouldFit() {
        assertRejected(
                Reason.UNKNOWN_KEY, TestTokens.valid().withoutHeader("kid").sign());
    }

    @Test
    void readsKeysOnceAndAsksForNothingElse() {
        CountingKeys keys = new CountingKeys();
        TokenVerifier counting =
                TokenVerifier.builder(EXPECTATIONS, keys).clock(() -> NOW).build();
        assertThat(counting.verify(TestTokens.valid().sign())).isInstanceOf(Verdict.Accepted.class);
        assertThat(keys.reads).hasValue(1);
        assertThat(keys.lastUnknown).isNull();
    }

    @Test
    void readsClockOnce() {
        AtomicInteger reads = new AtomicInteger();
        TokenVerifier counting = TokenVerifier.builder(EXPECTATIONS, KEYS)
                .clock(() -> {
                    reads.incrementAndGet();
                    return NOW;
                })
                .build();
        assertThat(counting.verify(TestTokens.valid().sign())).isInstanceOf(Verdict.Accepted.class);
        assertThat(reads).hasValue(1);
    }

    @Test
    void rejectsEveryTokenOnceKeysAreTooOld() {
        KeySnapshot keys = KeySnapshot.parse(TestKeys.allKeys(), NOW).tooOldAfter(Duration.ofMinutes(10));
        String token = TestTokens.valid().sign();
        Instant lastMoment = NOW.plus(Duration.ofMinutes(10)).minusNanos(1);
        assertThat(TokenVerifier.builder(EXPECTATIONS, () -> keys)
                        .clock(() -> lastMoment)
                        .build()
                        .verify(token))
                .isInstanceOf(Verdict.Accepted.class);
        TokenVerifier late = TokenVerifier.builder(EXPECTATIONS, () -> keys)
                .clock(() -> NOW.plus(Duration.ofMinutes(10)))
                .build();
        assertThat(reason(late.verify(token))).isEqualTo(Reason.KEYS_TOO_OLD);
        assertThat(reason(late.verify("x"))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void rejectsEveryTokenBeforeTheFirstKeysAsKeysTooOld() {
        TokenVerifier early = TokenVerifier.builder(EXPECTATIONS, KeySnapshot::none)
                .clock(() -> NOW)
                .build();
        assertThat(early.verify(TestTokens.valid().sign()))
                .isEqualTo(new Verdict.Rejected(Reason.KEYS_TOO_OLD, "no keys read yet"));
    }

    // ---- the signature

    @Test
    void rejectsTokenSignedByAnotherKeyUnderTheSameId() {
        assertRejected(Reason.BAD_SIGNATURE, TestTokens.valid().sign(TestKeys.es256("test-es256")));
        assertRejected(Reason.BAD_SIGNATURE, TestTokens.valid().sign(TestKeys.rs256("test-rs256", 2048)));
        assertRejected(Reason.BAD_SIGNATURE, TestTokens.valid().sign(TestKeys.ed25519("test-ed25519"), "Ed25519"));
    }

    @Test
    void rejectsAlgorithmThatIsNotTheKeys() {
        for (String algorithm : List.of("none", "None", "", "RS256", "ES384", "HS256", "EdDSA", "es256", "ES256K")) {
            assertRejected(
                    Reason.BAD_SIGNATURE,
                    TestTokens.valid().withHeader("alg", algorithm).sign());
        }
    }

    @Test
    void rejectsUnsignedToken() {
        String unsigned = TestTokens.signingInput(
                TestTokens.valid().header("none", "test-es256"),
                TestTokens.valid().claims());
        assertRejected(Reason.BAD_SIGNATURE, unsigned + ".");
        String signed = TestTokens.valid().sign();
        assertRejected(Reason.BAD_SIGNATURE, signed.substring(0, signed.lastIndexOf('.') + 1));
    }

    /** The classic confusion: the public key, known to all, as the secret of an HMAC. */
    @Test
    void rejectsHmacUnderThePublicKey() throws JOSEException {
        byte[] secret = TestKeys.RS256.toRSAPublicKey().getEncoded();
        String input = TestTokens.signingInput(
                TestTokens.valid().header("HS256", "test-rs256"),
                TestTokens.valid().claims());
        String mac = new MACSigner(secret)
                .sign(new JWSHeader(JWSAlgorithm.HS256), input.getBytes(StandardCharsets.US_ASCII))
                .toString();
        assertRejected(Reason.BAD_SIGNATURE, input + "." + mac);
    }

    /** Keys in the token, or addresses of keys, are never used. */
    @Test
    void rejectsTokenThatBringsItsOwnKey() {
        ECKey own = TestKeys.es256("test-es256");
        assertRejected(
                Reason.BAD_SIGNATURE,
                TestTokens.valid()
                        .withHeader("jwk", own.toPublicJWK().toJSONObject())
                        .withHeader("jku", "https://mallory.example/jwks")
                        .withHeader("x5u", "https://mallory.example/x5u")
                        .withHeader("x5c", List.of("AA=="))
                        .sign(own));
        ECKey stranger = TestKeys.es256("test-stranger");
        assertRejected(
                Reason.UNKNOWN_KEY,
                TestTokens.valid()
                        .withHeader("jwk", stranger.toPublicJWK().toJSONObject())
                        .sign(stranger));
    }

    @Test
    void rejectsSignatureInDer() throws Exception {
        String token = TestTokens.valid().sign();
        String input = token.substring(0, token.lastIndexOf('.'));
        java.security.Signature der = java.security.Signature.getInstance("SHA256withECDSA");
        der.initSign(TestKeys.ES256.toECPrivateKey());
        der.update(input.getBytes(StandardCharsets.US_ASCII));
        assertRejected(Reason.BAD_SIGNATURE, input + "." + TestTokens.base64Url(der.sign()));
    }

    /** CVE-2022-21449. */
    @Test
    void rejectsSignatureOfZeros() {
        String token = TestTokens.valid().sign();
        String input = token.substring(0, token.lastIndexOf('.'));
        assertRejected(Reason.BAD_SIGNATURE, input + "." + TestTokens.base64Url(new byte[64]));
    }

    @Test
    void rejectsSignatureOfAnyOtherLength() {
        for (String token : List.of(
                TestTokens.valid().sign(TestKeys.ES256),
                TestTokens.valid().sign(TestKeys.RS256),
                TestTokens.valid().sign(TestKeys.ED25519, "Ed25519"))) {
            String input = token.substring(0, token.lastIndexOf('.') + 1);
            byte[] signature = Base64.getUrlDecoder().decode(token.substring(input.length()));
            for (int length = 0; length <= signature.length + 8; length++) {
                if (length != signature.length) {
                    String other = TestTokens.base64Url(Arrays.copyOf(signature, length));
                    assertRejected(Reason.BAD_SIGNATURE, input + other);
                }
            }
        }
    }

    /** RFC 8032 §8.4: s and s plus the group's order would verify alike. */
    @Test
    void rejectsEd25519SignatureWithScalarPastTheGroupOrder() {
        String token = TestTokens.valid().sign(TestKeys.ED25519, "Ed25519");
        String input = token.substring(0, token.lastIndexOf('.') + 1);
        byte[] signature = Base64.getUrlDecoder().decode(token.substring(input.length()));
        BigInteger order = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
        BigInteger scalar = new BigInteger(1, reversed(Arrays.copyOfRange(signature, 32, 64)));
        byte[] shifted = reversed(scalar.add(order).toByteArray()); // below 2^254, so 32 bytes or one less
        System.arraycopy(Arrays.copyOf(shifted, 32), 0, signature, 32, 32);
        assertRejected(Reason.BAD_SIGNATURE, input + TestTokens.base64Url(signature));
    }

    // ---- the claims

    @ParameterizedTest
    @ValueSource(strings = {"iss", "sub", "aud", "exp", "iat", "jti", "client_id"})
    void rejectsTokenWithoutClaimThatRfc9068Requires(String claim) {
        assertRejected(Reason.MISSING_CLAIM, TestTokens.valid().without(claim).sign());
    }

    @ParameterizedTest
    @ValueSource(strings = {"iss", "sub", "jti", "client_id"})
    void rejectsEmptyClaim(String claim) {
        assertRejected(Reason.MISSING_CLAIM, TestTokens.valid().with(claim, "").sign());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"iss", "sub", "aud", "jti", "client_id", "scope", "device_name", "aor", "exp", "iat", "nbf"})
    void rejectsClaimOfAnotherType(String claim) {
        assertRejected(
                Reason.MALFORMED, TestTokens.valid().with(claim, Map.of("a", 1)).sign());
        assertRejected(Reason.MALFORMED, TestTokens.valid().with(claim, true).sign());
        assertRejected(
                Reason.MALFORMED, TestTokens.valid().with(claim, List.of(1)).sign());
    }

    @ParameterizedTest
    @ValueSource(strings = {"exp", "iat", "nbf"})
    void rejectsDateThatIsNoDate(String claim) {
        assertRejected(
                Reason.MALFORMED, TestTokens.valid().with(claim, "1795435200").sign());
        assertRejected(Reason.MALFORMED, TestTokens.valid().with(claim, -1).sign());
        assertRejected(Reason.MALFORMED, withRawDate(claim, "1e300"));
        assertRejected(Reason.MALFORMED, withRawDate(claim, "253402300800"));
        assertRejected(Reason.MALFORMED, withRawDate(claim, "99999999999999999999999999999999999"));
        assertRejected(Reason.MALFORMED, withRawDate(claim, "NaN"));
    }

    @Test
    void acceptsDateWithFractionOrExponent() {
        assertAccepted(withRawDate("exp", TestTokens.EXPIRES.getEpochSecond() + ".75"));
        assertAccepted(withRawDate("exp", "2.0e9"));
        assertAccepted(withRawDate("exp", "253402300799"));
        assertRejected(Reason.EXPIRED, withRawDate("exp", "0"));
    }

    /** RFC 6749 §3.3: %x21, %x23 to %x5B and %x5D to %x7E. */
    @Test
    void acceptsScopeTokensOfEveryCharacterThatTheyMayHave() {
        assertThat(accepted(TestTokens.valid().with("scope", "! # [ ] ~")).scopes())
                .containsExactlyInAnyOrder("!", "#", "[", "]", "~");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a  b", " a", "a ", "a\tb", "a\"b", "a\\b", "\u00e9"})
    void rejectsScopeThatIsNoListOfScopeTokens(String scope) {
        assertRejected(Reason.MALFORMED, TestTokens.valid().with("scope", scope).sign());
    }

    @Test
    void rejectsTokenBoundInAWayItCannotCheck() {
        assertRejected(
                Reason.MALFORMED,
                TestTokens.valid()
                        .with("cnf", Map.of("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"))
                        .sign());
        assertRejected(
                Reason.MALFORMED, TestTokens.valid().with("cnf", Map.of()).sign());
        assertRejected(Reason.MALFORMED, TestTokens.valid().with("cnf", "x").sign());
        assertRejected(
                Reason.MALFORMED,
                TestTokens.valid().with("cnf", Map.of("x5t#S256", "AAAA")).sign());
    }

    @Test
    void rejectsPayloadThatIsNotStrictJson() {
        String claims = TestTokens.valid().claims();
        assertPayloadRejected(claims + "x");
        assertPayloadRejected(claims.replaceFirst("\\{", "{\"sub\":\"mallory\","));
        assertPayloadRejected(claims.replaceFirst("\\{", "{\"s\\\\u0075b\":\"mallory\","));
        assertPayloadRejected(claims.replaceFirst("}$", ",\"x\":{\"a\":1,\"a\":2}}"));
        assertPayloadRejected("[" + claims + "]");
        assertPayloadRejected("");
        assertPayloadRejected("\ufeff" + claims);
        assertPayloadRejected(claims.replaceFirst("}$", ",\"x\":" + "[".repeat(50) + "]".repeat(50) + "}"));
    }

    /** A nested JWT (RFC 7519 §5.2) is no access token of ours. */
    @Test
    void rejectsTokenInsideToken() {
        String header = TestTokens.valid().withHeader("cty", "JWT").header("ES256", "test-es256");
        assertRejected(
                Reason.MALFORMED, TestTokens.signRaw(header, TestTokens.valid().sign(), TestKeys.ES256));
    }

    @Test
    void looksAtNoClaimBeforeTheSignature() {
        String forged = TestTokens.signRaw(
                TestTokens.valid().header("ES256", "test-es256"), "not even JSON", TestKeys.es256("test-es256"));
        assertRejected(Reason.BAD_SIGNATURE, forged);
    }

    // ---- issuer, audience, time

    @ParameterizedTest
    @ValueSource(strings = {"https://authz.example.com/", "https://AUTHZ.example.com", "https://authz.example.co", "x"})
    void rejectsOtherIssuerEvenIfSimilar(String issuer) {
        assertRejected(
                Reason.WRONG_ISSUER, TestTokens.valid().with("iss", issuer).sign());
    }

    @Test
    void acceptsAudienceAmongOthers() {
        assertAccepted(TestTokens.valid()
                .with("aud", List.of("x", TestTokens.AUDIENCE))
                .sign());
        assertAccepted(
                TestTokens.valid().with("aud", List.of(TestTokens.AUDIENCE)).sign());
    }

    @Test
    void rejectsTokenForAnotherRegistrar() {
        assertRejected(
                Reason.WRONG_AUDIENCE,
                TestTokens.valid().with("aud", "sip:example.net").sign());
        assertRejected(
                Reason.WRONG_AUDIENCE,
                TestTokens.valid().with("aud", "SIP:example.com").sign());
        assertRejected(
                Reason.WRONG_AUDIENCE,
                TestTokens.valid().with("aud", List.of("a", "b")).sign());
        assertRejected(
                Reason.WRONG_AUDIENCE, TestTokens.valid().with("aud", List.of()).sign());
    }

    @Test
    void acceptsTokenUntilToleranceAfterExpiry() {
        String token = TestTokens.valid().sign();
        Instant end = TestTokens.EXPIRES.plus(TOLERANCE);
        assertThat(at(TestTokens.EXPIRES.minusSeconds(1)).verify(token)).isInstanceOf(Verdict.Accepted.class);
        assertThat(at(TestTokens.EXPIRES).verify(token)).isInstanceOf(Verdict.Accepted.class);
        assertThat(at(end.minusNanos(1)).verify(token)).isInstanceOf(Verdict.Accepted.class);
        assertThat(reason(at(end).verify(token))).isEqualTo(Reason.EXPIRED);
        assertThat(reason(at(end.plusSeconds(1)).verify(token))).isEqualTo(Reason.EXPIRED);
    }

    @Test
    void rejectsTokenFromItsExpiryOnWithoutTolerance() {
        String token = TestTokens.valid().sign();
        assertThat(strictAt(TestTokens.EXPIRES.minusNanos(1)).verify(token)).isInstanceOf(Verdict.Accepted.class);
        assertThat(reason(strictAt(TestTokens.EXPIRES).verify(token))).isEqualTo(Reason.EXPIRED);
    }

    @Test
    void acceptsTokenFromToleranceBeforeNotBefore() {
        Instant notBefore = NOW.plusSeconds(600);
        String token =
                TestTokens.valid().with("nbf", notBefore.getEpochSecond()).sign();
        Instant start = notBefore.minus(TOLERANCE);
        assertThat(at(start).verify(token)).isInstanceOf(Verdict.Accepted.class);
        assertThat(reason(at(start.minusNanos(1)).verify(token))).isEqualTo(Reason.NOT_YET_VALID);
        assertThat(strictAt(notBefore).verify(token)).isInstanceOf(Verdict.Accepted.class);
        assertThat(reason(strictAt(notBefore.minusNanos(1)).verify(token))).isEqualTo(Reason.NOT_YET_VALID);
    }

    @Test
    void rejectsTokenIssuedInTheFuture() {
        String token = TestTokens.valid().sign();
        Instant start = TestTokens.ISSUED.minus(TOLERANCE);
        assertThat(at(start).verify(token)).isInstanceOf(Verdict.Accepted.class);
        assertThat(reason(at(start.minusNanos(1)).verify(token))).isEqualTo(Reason.NOT_YET_VALID);
        assertThat(strictAt(TestTokens.ISSUED).verify(token)).isInstanceOf(Verdict.Accepted.class);
        assertThat(reason(strictAt(TestTokens.ISSUED.minusNanos(1)).verify(token)))
                .isEqualTo(Reason.NOT_YET_VALID);
    }

    // ---- any input

    @Test
    void givesVerdictOnEveryTruncation() {
        String token = TestTokens.valid().sign();
        for (int length = 0; length < token.length(); length++) {
            assertThat(verifier.verify(token.substring(0, length))).isInstanceOf(Verdict.Rejected.class);
            assertThat(verifier.verify(token.substring(length + 1))).isInstanceOf(Verdict.Rejected.class);
        }
    }

    @Test
    void givesVerdictOnAnyText() {
        Random random = new Random(4);
        for (int round = 0; round < 20_000; round++) {
            int[] codePoints = random.ints(random.nextInt(60), 0, 0x200).toArray();
            Arrays.setAll(codePoints, i -> codePoints[i] < 0x180 ? codePoints[i] % 128 : codePoints[i]); // mostly ASCII
            String text = new String(codePoints, 0, codePoints.length);
            assertThat(verifier.verify(text)).isInstanceOf(Verdict.Rejected.class);
        }
    }

    @Test
    void givesVerdictOnAnySignedPayload() {
        Random random = new Random(5);
        String header = TestTokens.valid().header("ES256", "test-es256");
        String claims = TestTokens.valid().claims();
        for (int round = 0; round < 500; round++) {
            StringBuilder mutated = new StringBuilder(claims);
            for (int i = random.nextInt(4); i >= 0; i--) {
                mutated.setCharAt(random.nextInt(mutated.length()), (char) random.nextInt(0x250));
            }
            assertThat(verifier.verify(TestTokens.signRaw(header, mutated.toString(), TestKeys.ES256)))
                    .isNotNull();
        }
    }

    @Test
    void keepsWhatTheTokenSaysInOneLineOfDetail() {
        String token = TestTokens.valid()
                .with("iss", "x\"\r\nforged: line\u2028" + "y".repeat(500))
                .sign();
        Verdict.Rejected rejected = (Verdict.Rejected) verifier.verify(token);
        assertThat(rejected.reason()).isEqualTo(Reason.WRONG_ISSUER);
        assertThat(rejected.detail()).matches("[ -~]{1,120}");
    }

    @Test
    void quotesUpToEightyPrintableCharactersOfTheToken() {
        assertThat(detailOfIssuer("\u001f ~\u007f\"'\\")).isEqualTo("iss \"? ~??'\\\"");
        assertThat(detailOfIssuer("y".repeat(80))).isEqualTo("iss \"" + "y".repeat(80) + "\"");
        assertThat(detailOfIssuer("y".repeat(81))).isEqualTo("iss \"" + "y".repeat(80) + "\"");
    }

    private String detailOfIssuer(String issuer) {
        Verdict verdict = verifier.verify(TestTokens.valid().with("iss", issuer).sign());
        return ((Verdict.Rejected) verdict).detail();
    }

    // ---- the status

    @Test
    void rejectsRevokedTokenAndNoOther() {
        assertThat(statusOf(7, NOW)).isNull();
        assertThat(statusOf(8, NOW)).isEqualTo(Reason.REVOKED);
        Verdict revoked = withLists(EXPECTATIONS, NOW, NOW)
                .verify(TestTokens.valid().withStatus(TestTokens.STATUS_LIST, 8).sign());
        assertThat(revoked).asString().contains("index 8 of \"" + TestTokens.STATUS_LIST + "\"");
        assertAccepted(TestTokens.valid().withStatus(TestTokens.STATUS_LIST, 8).sign()); // the twin, without lists
    }

    @Test
    void looksAtTheStatusAfterAllElse() {
        TokenVerifier late = withLists(EXPECTATIONS, NOW, TestTokens.EXPIRES.plus(TOLERANCE));
        String token = TestTokens.valid().withStatus(TestTokens.STATUS_LIST, 8).sign();
        assertThat(reason(late.verify(token))).isEqualTo(Reason.EXPIRED);
    }

    @Test
    void rejectsTokenWhoseStatusNobodyCanTell() {
        assertThat(statusOf(1023, NOW)).isNull();
        assertThat(statusOf(1024, NOW)).isEqualTo(Reason.STATUS_TOO_OLD);
        assertThat(statusOf(Integer.MAX_VALUE, NOW)).isEqualTo(Reason.STATUS_TOO_OLD);
        TokenVerifier early = TokenVerifier.builder(EXPECTATIONS, KEYS)
                .statuses(StatusSnapshot::none)
                .clock(() -> NOW)
                .build();
        assertThat(reason(early.verify(
                        TestTokens.valid().withStatus(TestTokens.STATUS_LIST, 7).sign())))
                .isEqualTo(Reason.STATUS_TOO_OLD);
        assertThat(early.verify(TestTokens.valid().sign())).isInstanceOf(Verdict.Accepted.class);
    }

    @Test
    void acceptsTokenOfUnknownListWhileItMayBeNewerThanTheReading() {
        String token =
                TestTokens.valid().withStatus(TestTokens.STATUS_LIST + "9", 8).sign();
        Instant shown = TestTokens.ISSUED.plus(TOLERANCE).plusSeconds(10);
        assertThat(reason(withLists(EXPECTATIONS, shown.minusNanos(1), NOW).verify(token)))
                .isNull();
        assertThat(reason(withLists(EXPECTATIONS, shown, NOW).verify(token))).isEqualTo(Reason.STATUS_TOO_OLD);
        assertThat(reason(withLists(EXPECTATIONS, NOW, NOW).verify(token))).isEqualTo(Reason.STATUS_TOO_OLD);
    }

    @Test
    void requiresStatusWhereTold() {
        TokenVerifier strict = withLists(EXPECTATIONS.requiringStatus(), NOW, NOW);
        assertThat(reason(strict.verify(TestTokens.valid().sign()))).isEqualTo(Reason.MISSING_CLAIM);
        assertThat(reason(strict.verify(
                        TestTokens.valid().withStatus(TestTokens.STATUS_LIST, 7).sign())))
                .isNull();
        assertThatThrownBy(() -> new TokenVerifier(EXPECTATIONS.requiringStatus(), KEYS))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rejectsStatusThatIsNotAPlaceInAList() {
        String uri = TestTokens.STATUS_LIST;
        for (Object status : List.of(
                "x",
                List.of(),
                Map.of(),
                Map.of("other", 1),
                Map.of("status_list", "x"),
                Map.of("status_list", Map.of("idx", 7)),
                Map.of("status_list", Map.of("uri", uri)),
                Map.of("status_list", Map.of("idx", 7, "uri", "")),
                Map.of("status_list", Map.of("idx", 7, "uri", 7)),
                Map.of("status_list", Map.of("idx", "7", "uri", uri)),
                Map.of("status_list", Map.of("idx", -1, "uri", uri)),
                Map.of("status_list", Map.of("idx", 7.5, "uri", uri)),
                Map.of("status_list", Map.of("idx", 1L << 31, "uri", uri)))) {
            assertRejected(
                    Reason.MALFORMED, TestTokens.valid().with("status", status).sign());
        }
        assertRejected(Reason.MALFORMED, TestTokens.valid().with("sid", 1).sign());
        assertAccepted(TestTokens.valid()
                .with("status", Map.of("x", 1, "status_list", Map.of("idx", 0, "uri", uri, "x", Map.of())))
                .sign());
        assertAccepted(TestTokens.valid().withStatus(uri, Integer.MAX_VALUE).sign());
    }

    private static @Nullable Reason statusOf(int index, Instant now) {
        return reason(withLists(EXPECTATIONS, NOW, now)
                .verify(TestTokens.valid()
                        .withStatus(TestTokens.STATUS_LIST, index)
                        .sign()));
    }

    private static TokenVerifier withLists(Expectations expectations, Instant readAt, Instant now) {
        String list = TestStatusList.of(TestTokens.STATUS_LIST, TestTokens.ISSUED)
                .revoked(8)
                .sign();
        StatusSnapshot lists =
                StatusSnapshot.verify(Map.of(TestTokens.STATUS_LIST, list), TestTokens.ISSUER, KEYS, readAt);
        return TokenVerifier.builder(expectations, KEYS)
                .statuses(() -> lists)
                .clock(() -> now)
                .build();
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    private static String withRawDate(String claim, String number) {
        String claims = TestTokens.valid().with(claim, "RAW").claims().replace("\"RAW\"", number);
        return TestTokens.signRaw(TestTokens.valid().header("ES256", "test-es256"), claims, TestKeys.ES256);
    }

    // ---- what tokens repeat

    @Test
    void keepsOneCopyOfWhatTokensRepeat() {
        AccessToken first = accepted(TestTokens.valid().withStatus(TestTokens.STATUS_LIST, 1));
        AccessToken second = accepted(TestTokens.valid().with("sub", "bob").withStatus(TestTokens.STATUS_LIST, 2));
        assertThat(second.issuer()).isSameAs(first.issuer());
        assertThat(second.audience()).isSameAs(first.audience());
        assertThat(second.clientId()).isSameAs(first.clientId());
        assertThat(second.scopes()).isSameAs(first.scopes());
        assertThat(statusList(second)).isSameAs(statusList(first));
        assertThat(second.subject()).isEqualTo("bob");
    }

    @Test
    void keepsOneCopyOfWhatTokensRepeatSinceOneChangedIt() {
        accepted(TestTokens.valid());
        assertThat(acceptedTwice("client_id", "desk-phone", AccessToken::clientId))
                .isEqualTo("desk-phone");
        assertThat(acceptedTwice("scope", "sip.register", AccessToken::scopes)).isEqualTo(Set.of("sip.register"));
        Map<String, Object> status = Map.of("status_list", Map.of("idx", 1, "uri", TestTokens.STATUS_LIST));
        assertThat(acceptedTwice("status", status, TokenVerifierTest::statusList))
                .isEqualTo(TestTokens.STATUS_LIST);

        List<String> registrars = List.of("sip:other.example.com", TestTokens.AUDIENCE);
        assertThat(accepted(TestTokens.valid().with("aud", registrars)).audience())
                .isEqualTo(registrars);
        assertThat(acceptedTwice("aud", TestTokens.AUDIENCE, AccessToken::audience))
                .isEqualTo(List.of(TestTokens.AUDIENCE));
    }

    /** What the second of two tokens says that differ from those before in this claim alone; it is the first one's copy. */
    private <T> T acceptedTwice(String claim, Object value, Function<AccessToken, T> reading) {
        T first = reading.apply(accepted(TestTokens.valid().with(claim, value)));
        T second = reading.apply(accepted(TestTokens.valid().with(claim, value)));
        assertThat(second).isSameAs(first);
        accepted(TestTokens.valid());
        return second;
    }

    @Test
    void takesNothingFromOtherTokensThatATokenDoesNotSay() {
        accepted(TestTokens.valid());
        assertThat(accepted(TestTokens.valid().without("scope")).scopes()).isEmpty();
        assertRejected(Reason.MALFORMED, TestTokens.valid().with("scope", "").sign()); // though it repeats none
        assertThat(accepted(TestTokens.valid()).status()).isEmpty();
    }

    private AccessToken accepted(TestTokens token) {
        Verdict verdict = verifier.verify(token.sign());
        assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
        return ((Verdict.Accepted) verdict).token();
    }

    private static String statusList(AccessToken token) {
        return token.status().orElseThrow().uri();
    }

    private void assertPayloadRejected(String payload) {
        String header = TestTokens.valid().header("ES256", "test-es256");
        assertRejected(Reason.MALFORMED, TestTokens.signRaw(header, payload, TestKeys.ES256));
    }

    private void assertAccepted(String token) {
        assertThat(verifier.verify(token)).isInstanceOf(Verdict.Accepted.class);
    }

    private void assertRejected(Reason reason, String token) {
        assertThat(reason(verifier.verify(token))).isEqualTo(reason);
    }

    private static @Nullable Reason reason(Verdict verdict) {
        return verdict instanceof Verdict.Rejected rejected ? rejected.reason() : null;
    }

    private static TokenVerifier at(Instant now) {
        return TokenVerifier.builder(EXPECTATIONS, KEYS).clock(() -> now).build();
    }

    private static TokenVerifier strictAt(Instant now) {
        Expectations strict = new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO);
        return TokenVerifier.builder(strict, KEYS).clock(() -> now).build();
    }

    /** Shows what the verifier asks of its keys: reading them is all that "offline" permits. */
    private static final class CountingKeys implements KeySource {
        private final AtomicInteger reads = new AtomicInteger();
        private @Nullable String lastUnknown;

        @Override
        public KeySnapshot current() {
            reads.incrementAndGet();
            return KEYS.current();
        }

        @Override
        public void keyUnknown(String keyId) {
            lastUnknown = keyId;
        }
    }
}
