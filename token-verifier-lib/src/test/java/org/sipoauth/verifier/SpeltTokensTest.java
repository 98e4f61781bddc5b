package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.internal.Jws;
import org.sipoauth.verifier.internal.MalformedException;
import org.sipoauth.verifier.keys.KeySource;

/**
 * Tokens in all spellings, with genuine signatures: whatever we accept Nimbus and jose4j accept as well. Some here; {@link #main} runs
 * as many as one likes.
 */
class SpeltTokensTest {
    private static final KeySource KEYS = KeySource.fixed(TestKeys.allKeys());
    private static final TokenVerifier VERIFIER = TokenVerifier.builder(
                    new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO), KEYS)
            .knownTokens(0)
            .clock(() -> Oracles.NOW)
            .build();

    @Test
    void othersAcceptWhatWeAccept() {
        assertThat(countAccepted(1, 1_000)).isGreaterThan(300);
    }

    /** Seed, number of tokens. The first difference ends it with an error. */
    public static void main(String[] args) {
        long tokens = Long.parseLong(args[1]);
        System.out.printf(
                "seed %s, JDK %s: %,d tokens, %,d accepted by all%n",
                args[0], Runtime.version(), tokens, countAccepted(Long.parseLong(args[0]), tokens));
    }

    /** Of so many tokens those that all accept; that we accept one which another does not is an error. */
    private static long countAccepted(long seed, long tokens) {
        SpeltTokens next = new SpeltTokens(seed);
        long accepted = 0;
        for (long i = 0; i < tokens; i++) {
            boolean es256 = i % 16 == 0;
            String input = TestTokens.signingInput(
                    es256 ? next.header("ES256", "test-es256") : next.header("RS256", "test-rs256"), next.claims());
            if (isWorthASignature(input)) {
                String token = es256
                        ? TestTokens.signInput(input, TestKeys.ES256)
                        : TestTokens.signInput(input, TestKeys.RS256);
                if (VERIFIER.verify(token) instanceof Verdict.Accepted) {
                    assertThat(Oracles.nimbusAccepts(token))
                            .as("Nimbus, %s", token)
                            .isTrue();
                    assertThat(Oracles.jose4jAccepts(token))
                            .as("jose4j, %s", token)
                            .isTrue();
                    accepted++;
                }
            }
        }
        return accepted;
    }

    /** Whether our parsers take it: what they refuse the verifier refuses, whoever signs it, and signing takes most of the time. */
    static boolean isWorthASignature(String signingInput) {
        try {
            Claims.parse(Jws.parse(signingInput + ".", TokenVerifier.MAX_LENGTH).payload(), Claims.NONE);
            return true;
        } catch (MalformedException | Refusal e) {
            return false;
        }
    }
}
