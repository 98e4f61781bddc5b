package org.sipoauth.benchmarks.rotation;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.sipoauth.benchmarks.platform.Client;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;

/** A confidential client that asks for itself (RFC 6749 §4.4). */
final class Service implements Client {
    private static final Map<String, String> GRANT =
            Map.of("grant_type", "client_credentials", "scope", "sip.register");

    private final Http http;
    private final Cluster cluster;
    private final String credentials;
    private final Tokens tokens;

    Service(Http http, Cluster cluster, String credentials, Tokens tokens) {
        this.http = http;
        this.cluster = cluster;
        this.credentials = credentials;
        this.tokens = tokens;
    }

    @Override
    public Duration act() throws IOException, InterruptedException {
        Instant askedAt = Instant.now();
        HttpResponse<String> answer =
                http.post(cluster.anyNode().resolve("/oauth2/token"), Http.basic(credentials), GRANT);
        if (answer.statusCode() != 200) {
            throw new IOException("client credentials: " + answer.statusCode() + " " + answer.body());
        }
        tokens.issued(Http.member(answer, "access_token"), askedAt);
        return Duration.ZERO;
    }
}
