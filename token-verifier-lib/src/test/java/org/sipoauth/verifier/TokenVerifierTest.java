package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.keys.KeySource;

class TokenVerifierTest {
    private static final Expectations EXPECTATIONS =
            new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ofSeconds(30));
    private static final KeySource KEYS = KeySource.fixed(TestKeys.allKeys());
    private static final Instant NOW = TestTokens.ISSUED.plusSeconds(60);

    private final TokenVerifier verifier = new TokenVerifier(EXPECTATIONS, KEYS, () -> NOW);

    @Test
    void acceptsTokenSignedWithEveryAlgorithm() {
        assertAccepted(TestTokens.valid().sign(TestKeys.ES256));
        assertAccepted(TestTokens.valid().sign(TestKeys.RS256));
        assertAccepted(TestTokens.valid().sign(TestKeys.ED25519, "Ed25519"));
        assertAccepted(TestTokens.valid().sign(TestKeys.ED25519, "EdDSA"));
    }

    private void assertAccepted(String token) {
        assertThat(verifier.verify(token)).isInstanceOf(Verdict.Accepted.class);
    }
}
