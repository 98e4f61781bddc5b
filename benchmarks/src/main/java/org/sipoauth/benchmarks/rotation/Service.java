package org.sipoauth.benchmarks.rotation;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.sipoauth.benchmarks.platform.Client;
import org.sipoauth.benchmarks.platform.TokenEndpoint;

/** A confidential client that asks for itself (RFC 6749 §4.4). */
final class Service implements Client {
    private final TokenEndpoint tokenEndpoint;
    private final String credentials;
    private final Tokens tokens;

    Service(TokenEndpoint tokenEndpoint, String credentials, Tokens tokens) {
        this.tokenEndpoint = tokenEndpoint;
        this.credentials = credentials;
        this.tokens = tokens;
    }

    @Override
    public Duration act() throws IOException, InterruptedException {
        Instant askedAt = Instant.now();
        tokens.issued(tokenEndpoint.clientCredentials(credentials, "sip.register"), askedAt);
        return Duration.ZERO;
    }
}
