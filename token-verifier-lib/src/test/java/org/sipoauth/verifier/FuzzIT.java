package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.sipoauth.verifier.keys.DecryptionKeySource;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.sip.BearerChallenge;
import org.sipoauth.verifier.sip.BearerCredentials;
import org.sipoauth.verifier.status.StatusSnapshot;

/**
 * Inputs found by Jazzer, which watches what code each reaches. The tests run those kept in {@code FuzzITInputs};
 * {@code JAZZER_FUZZ=1 mvn -pl token-verifier-lib verify -Dit.test=FuzzIT#<name>} looks for more, for three minutes.
 */
class FuzzIT {
    private static final KeySource KEYS = KeySource.fixed(TestKeys.allKeys());
    private static final TokenVerifier VERIFIER = TokenVerifier.builder(
                    new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO), KEYS)
            .clock(() -> Oracles.NOW)
            .build();

    private static final TokenVerifier DECRYPTING_VERIFIER = TokenVerifier.builder(
                    new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO), KEYS)
            .decryptionKeys(DecryptionKeySource.fixed(TestKeys.decryptionKeys(TestKeys.A256GCM)))
            .clock(() -> Oracles.NOW)
            .build();

    /** With RSA, of which the JDK does the arithmetic, where Jazzer does not look: inputs by the hundred a second, not by the ten. */
    private static final String SIGNED = TestTokens.valid().sign(TestKeys.RS256);

    private static final LongAdder SIGNED_INPUTS = new LongAdder();
    private static final LongAdder ACCEPTED_INPUTS = new LongAdder();

    /** What RFC 7515 §4.1 lets a header hold that we pass over, whatever it is, and that peers take apart. */
    private static final Set<String> PASSED_OVER = Set.of("jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "cty");

    /** The same of RFC 7516 §4.1 and RFC 7518 §4. */
    private static final Set<String> PASSED_OVER_IN_JWE =
            Set.of("jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c");

    /** Text of any kind gets a verdict, and never a good one. */
    @FuzzTest(maxDuration = "3m")
    void anyTextIsRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(VERIFIER.verify(text)).isInstanceOf(Verdict.Rejected.class);
        assertThat(VERIFIER.verify(new String(bytes, StandardCharsets.UTF_8))).isInstanceOf(Verdict.Rejected.class);
    }

    /** Header and claims in two lines, signed: whatever we accept Nimbus and jose4j accept as well. */
    @FuzzTest(maxDuration = "3m")
    void whatWeAcceptOthersAccept(byte[] bytes) throws Exception {
        int line = endOfLine(bytes);
        byte[] header = Arrays.copyOf(bytes, line);
        byte[] claims = Arrays.copyOfRange(bytes, Math.min(bytes.length, line + 1), bytes.length);
        String input = TestTokens.base64Url(header) + "." + TestTokens.base64Url(claims);
        if (SpeltTokensTest.isWorthASignature(input)) {
            SIGNED_INPUTS.increment();
            String token = signedAsItSays(input, new String(header, StandardCharsets.ISO_8859_1));
            if (VERIFIER.verify(token) instanceof Verdict.Accepted && holdsNone(PASSED_OVER, header)) {
                ACCEPTED_INPUTS.increment();
                assertThat(Oracles.nimbusAccepts(token)).as("Nimbus").isTrue();
                assertThat(Oracles.jose4jAccepts(token)).as("jose4j").isTrue();
            }
        }
    }

    @AfterAll
    static void tellHowMany() {
        System.out.printf("%s tokens signed, %s of them accepted by all%n", SIGNED_INPUTS, ACCEPTED_INPUTS);
    }

    private static String signedAsItSays(String input, String header) throws JOSEException {
        if (header.contains("RS256")) {
            return TestTokens.signInput(input, TestKeys.RS256);
        }
        return header.contains("ES256") ? TestTokens.signInput(input, TestKeys.ES256) : input + "." + ed25519(input);
    }

    /**
     * A line that is the header of an encrypted token, then what is encrypted, where {@code signed} stands for a genuine signed token:
     * whatever we accept Nimbus and jose4j accept as well.
     */
    @FuzzTest(maxDuration = "3m")
    void whatWeDecryptOthersDecrypt(byte[] bytes) throws Exception {
        int line = endOfLine(bytes);
        byte[] header = Arrays.copyOf(bytes, line);
        String inside = new String(bytes, line, bytes.length - line, StandardCharsets.ISO_8859_1)
                .replaceFirst("^\n", "")
                .replace("signed", SIGNED);
        String token = TestTokens.encryptRaw(header, inside, TestKeys.A256GCM, 12, 16);
        if (DECRYPTING_VERIFIER.verify(token) instanceof Verdict.Accepted) {
            assertThat(inside).isEqualTo(SIGNED);
            if (holdsNone(PASSED_OVER_IN_JWE, header)) {
                assertThat(Oracles.nimbusAcceptsNested(token)).as("Nimbus").isTrue();
                assertThat(Oracles.jose4jAcceptsNested(token)).as("jose4j").isTrue();
            }
        }
    }

    /**
     * A JWK Set is taken or refused as documented; a key that we take of it Nimbus takes, too. A key that nobody can use is passed
     * over here (RFC 7517 §5), where Nimbus refuses the whole set.
     */
    @FuzzTest(maxDuration = "3m")
    void jwkSetIsTakenOrRefused(byte[] bytes) throws Exception {
        String json = new String(bytes, StandardCharsets.UTF_8);
        KeySnapshot keys;
        try {
            keys = KeySnapshot.parse(json, Oracles.NOW);
        } catch (IllegalArgumentException refused) {
            return;
        }
        Map<String, Object>[] theirs = JSONObjectUtils.getJSONObjectArray(JSONObjectUtils.parse(json), "keys");
        for (String keyId : keys.keyIds()) {
            assertThat(theirs).as(keyId).anyMatch(key -> keyId.equals(key.get("kid")) && isPublicKeyToNimbus(key));
        }
    }

    private static boolean isPublicKeyToNimbus(Map<String, Object> key) {
        try {
            return JWK.parse(key) instanceof AsymmetricJWK;
        } catch (ParseException e) {
            return false;
        }
    }

    /** Claims of a status list token, signed: taken or refused as documented. */
    @FuzzTest(maxDuration = "3m")
    void statusListIsTakenOrRefused(byte[] bytes) throws Exception {
        String header = "{\"alg\":\"EdDSA\",\"kid\":\"test-ed25519\",\"typ\":\"statuslist+jwt\"}";
        String input =
                TestTokens.base64Url(header.getBytes(StandardCharsets.UTF_8)) + "." + TestTokens.base64Url(bytes);
        Map<String, String> signed = Map.of(TestTokens.STATUS_LIST, input + "." + ed25519(input));
        Map<String, String> unsigned = Map.of(TestTokens.STATUS_LIST, new String(bytes, StandardCharsets.ISO_8859_1));
        for (Map<String, String> tokens : List.of(signed, unsigned)) {
            try {
                StatusSnapshot lists = StatusSnapshot.verify(tokens, TestTokens.ISSUER, KEYS, Oracles.NOW);
                assertThat(lists.uris()).containsExactly(TestTokens.STATUS_LIST);
                assertThat(lists.countRevoked()).isNotNegative();
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageStartingWith("status list refused: ");
            }
        }
    }

    /** A header's value is read or not, in both dialects; one that is read prints as one line that reads the same. */
    @FuzzTest(maxDuration = "3m")
    void bearerHeaderIsReadOrNot(byte[] bytes) {
        for (String value : List.of(
                new String(bytes, StandardCharsets.UTF_8),
                "Bearer " + new String(bytes, StandardCharsets.ISO_8859_1))) {
            BearerCredentials.parse(value)
                    .filter(credentials -> credentials.token().isPresent())
                    .ifPresent(credentials -> {
                        String printed = credentials.headerValue();
                        assertThat(printed).doesNotContain("\r", "\n");
                        assertThat(BearerCredentials.parse(printed)
                                        .orElseThrow()
                                        .token())
                                .isEqualTo(credentials.token());
                    });
            BearerChallenge.parse(value).ifPresent(challenge -> {
                assertThat(challenge.headerValue()).doesNotContain("\r", "\n");
                assertThat(BearerChallenge.parse(challenge.headerValue())).contains(challenge);
            });
        }
    }

    private static int endOfLine(byte[] bytes) {
        int line = 0;
        while (line < bytes.length && bytes[line] != '\n') {
            line++;
        }
        return line;
    }

    private static boolean holdsNone(Set<String> parameters, byte[] header) throws ParseException {
        Set<String> names = JSONObjectUtils.parse(new String(header, StandardCharsets.UTF_8))
                .keySet();
        return Collections.disjoint(names, parameters);
    }

    private static String ed25519(String input) throws JOSEException {
        return new Ed25519Signer(TestKeys.ED25519)
                .sign(new JWSHeader(JWSAlgorithm.EdDSA), input.getBytes(StandardCharsets.US_ASCII))
                .toString();
    }
}
