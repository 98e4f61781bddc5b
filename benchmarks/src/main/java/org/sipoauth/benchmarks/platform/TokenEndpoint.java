package org.sipoauth.benchmarks.platform;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The token endpoint of a server picked at random, be it up or down. */
public final class TokenEndpoint {
    private static final String PATH = "/oauth2/token";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final Http http;
    private final Cluster cluster;

    public TokenEndpoint(Http http, Cluster cluster) {
        this.http = http;
        this.cluster = cluster;
    }

    public HttpResponse<String> redeem(Map<String, String> codeGrant) throws IOException, InterruptedException {
        return http.post(cluster.anyNode().resolve(PATH), Map.of(), codeGrant);
    }

    public HttpResponse<String> refresh(String refreshToken) throws IOException, InterruptedException {
        return http.post(cluster.anyNode().resolve(PATH), Map.of(), refreshGrant(refreshToken));
    }

    /**
     * A token for whoever asks for itself (RFC 6749 §4.4).
     *
     * @param credentials {@code client_id:client_secret}
     */
    public String clientCredentials(String credentials, String scope) throws IOException, InterruptedException {
        return clientCredentials(cluster.anyNode(), credentials, scope);
    }

    /** The same, from this server. */
    public String clientCredentials(URI node, String credentials, String scope)
            throws IOException, InterruptedException {
        Map<String, String> grant = Map.of("grant_type", "client_credentials", "scope", scope);
        HttpResponse<String> answer = http.post(node.resolve(PATH), Http.basic(credentials), grant);
        if (answer.statusCode() != 200) {
            throw new IOException("client credentials: " + answer.statusCode() + " " + answer.body());
        }
        return Http.member(answer, "access_token");
    }

    /** One try of a refresh. */
    public interface Attempt {
        HttpResponse<String> make() throws IOException, InterruptedException;
    }

    /**
     * Repeats a refresh until a server grants or refuses it.
     *
     * @return an answer with status 200 or 400
     * @throws IOException if none did for 90 seconds
     */
    public static HttpResponse<String> untilDecided(Attempt attempt) throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(PATIENCE);
        String last = "";
        while (Instant.now().isBefore(giveUp)) {
            try {
                HttpResponse<String> answer = attempt.make();
                if (answer.statusCode() == 200 || answer.statusCode() == 400) {
                    return answer;
                }
                last = answer.statusCode() + " " + answer.body();
            } catch (IOException silence) {
                last = silence.toString();
            }
            Thread.sleep(PAUSE.toMillis());
        }
        throw new IOException("no server decided within " + PATIENCE + ", at last " + last);
    }

    /** The same for this refresh token. */
    public HttpResponse<String> refreshUntilDecided(String refreshToken) throws IOException, InterruptedException {
        return untilDecided(() -> refresh(refreshToken));
    }

    /** What a phone sends. */
    public static Map<String, String> refreshGrant(String refreshToken) {
        return Map.of("grant_type", "refresh_token", "refresh_token", refreshToken, "client_id", SignIn.CLIENT);
    }

    /** How long to wait before the same request is made again, if the answer asks for that. */
    public static Optional<Duration> later(HttpResponse<?> answer) {
        return answer.statusCode() == 503
                ? answer.headers().firstValue("Retry-After").map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                : Optional.empty();
    }
}
