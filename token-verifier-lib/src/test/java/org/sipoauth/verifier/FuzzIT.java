package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** What RFC 7515 §4.1 lets a header hold that we pass over, whatever it is, and that peers take apart. */
    private static final Set<String> PASSED_OVER = Set.of("jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "cty");

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
        int line = 0;
        while (line < bytes.length && bytes[line] != '\n') {
            line++;
        }
        byte[] header = Arrays.copyOf(bytes, line);
        byte[] claims = Arrays.copyOfRange(bytes, Math.min(bytes.length, line + 1), bytes.length);
        String input = TestTokens.base64Url(header) + "." + TestTokens.base64Url(claims);
        boolean es256 = new String(header, StandardCharsets.ISO_8859_1).contains("ES256");
        String token = es256 ? TestTokens.signInput(input, TestKeys.ES256) : input + "." + ed25519(input);
        if (VERIFIER.verify(token) instanceof Verdict.Accepted && passesOverNothing(header)) {
            assertThat(Oracles.nimbusAccepts(token)).as("Nimbus").isTrue();
            assertThat(Oracles.jose4jAccepts(token)).as("jose4j").isTrue();
        }
    }

    /** A JWK Set is taken or refused as documented; one that we take Nimbus reads, too, with the same keys. */
    @FuzzTest(maxDuration = "3m")
    void jwkSetIsTakenOrRefused(byte[] bytes) throws Exception {
        String json = new String(bytes, StandardCharsets.UTF_8);
        KeySnapshot keys;
        try {
            keys = KeySnapshot.parse(json, Oracles.NOW);
        } catch (IllegalArgumentException refused) {
            return;
        }
        JWKSet theirs;
        try {
            theirs = JWKSet.parse(json);
        } catch (ParseException e) {
            throw new AssertionError("Nimbus refuses it", e);
        }
        for (String keyId : keys.keyIds()) {
            assertThat(theirs.getKeyByKeyId(keyId)).as(keyId).isNotNull();
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

    private static boolean passesOverNothing(byte[] header) throws ParseException {
        Set<String> names = JSONObjectUtils.parse(new String(header, StandardCharsets.UTF_8))
                .keySet();
        return Collections.disjoint(names, PASSED_OVER);
    }

    private static String ed25519(String input) throws JOSEException {
        return new Ed25519Signer(TestKeys.ED25519)
                .sign(new JWSHeader(JWSAlgorithm.EdDSA), input.getBytes(StandardCharsets.US_ASCII))
                .toString();
    }
}
