package org.sipoauth.cli.phone;

import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.json.JsonObject;

/** Asks for tokens as a public client (RFC 6749 §4.1.3, §6, RFC 8628 §3.4). */
final class TokenEndpoint {
    /** The server's decision. That there is none, for trouble on the way or at the server, is an {@link IOException}. */
    sealed interface Grant {
        record Granted(Tokens tokens) implements Grant {}

        /** An error of RFC 6749 §5.2 or RFC 8628 §3.5; {@code invalid_grant} ends a login. */
        record Refused(String error, Optional<String> description) implements Grant {}
    }

    private static final int TOO_MANY_REQUESTS = 429;

    private final HttpsClient https;
    private final URI address;
    private final String clientId;
    private final InstantSource clock;

    TokenEndpoint(HttpsClient https, URI address, String clientId, InstantSource clock) {
        this.https = https;
        this.address = address;
        this.clientId = clientId;
        this.clock = clock;
    }

    URI address() {
        return address;
    }

    Grant redeem(String code, String codeVerifier, URI redirectUri) throws IOException, InterruptedException {
        Map<String, String> form = Map.of(
                "grant_type", "authorization_code",
                "client_id", clientId,
                "code", code,
                "code_verifier", codeVerifier,
                "redirect_uri", redirectUri.toString());
        return decision(https.postForm(address, form), clock.instant());
    }

    /** Asks once whether the phone has been signed in by now. */
    Grant poll(String deviceCode) throws IOException, InterruptedException {
        Map<String, String> form = Map.of(
                "grant_type", "urn:ietf:params:oauth:grant-type:device_code",
                "client_id", clientId,
                "device_code", deviceCode);
        return decision(https.postForm(address, form), clock.instant());
    }

    /** Shows the code that an administrator has made for the device. */
    Grant activate(String activationCode, String device) throws IOException, InterruptedException {
        Map<String, String> form = Map.of(
                "grant_type", "urn:sipoauth:params:oauth:grant-type:activation-code",
                "client_id", clientId,
                "activation_code", activationCode,
                "device_name", device);
        return decision(https.postForm(address, form), clock.instant());
    }

    /** Shows nothing but the certificate that TLS has shown. */
    Grant byCertificate(String device) throws IOException, InterruptedException {
        Map<String, String> form = Map.of(
                "grant_type", "urn:sipoauth:params:oauth:grant-type:manufacturer-certificate",
                "client_id", clientId,
                "device_name", device);
        return decision(https.postForm(address, form), clock.instant());
    }

    Grant refresh(String refreshToken) throws IOException, InterruptedException {
        return decision(https.postForm(address, refreshForm(refreshToken)), clock.instant());
    }

    /** As {@link #refresh}, without waiting. */
    CompletableFuture<Grant> refreshAsync(String refreshToken) {
        return https.postFormAsync(address, refreshForm(refreshToken)).thenApply(answer -> {
            try {
                return decision(answer, clock.instant());
            } catch (IOException undecided) {
                throw new CompletionException(undecided);
            }
        });
    }

    private Map<String, String> refreshForm(String refreshToken) {
        return Map.of("grant_type", "refresh_token", "client_id", clientId, "refresh_token", refreshToken);
    }

    private Grant decision(HttpsClient.Answer answer, Instant receivedAt) throws IOException {
        if (answer.status() >= 500 || answer.status() == TOO_MANY_REQUESTS) {
            throw new IOException(address + " answered " + answer.status());
        }
        try {
            JsonObject json = JsonObject.parse(answer.body());
            return answer.status() == 200
                    ? new Grant.Granted(tokens(json, receivedAt))
                    : new Grant.Refused(required(json, "error"), json.string("error_description"));
        } catch (ParseException malformed) {
            throw new IOException(address + " answered " + answer.status() + ", but not as a token endpoint does");
        }
    }

    private static Tokens tokens(JsonObject json, Instant receivedAt) throws ParseException {
        if (!required(json, "token_type").equalsIgnoreCase("Bearer")) {
            throw new ParseException("token_type", 0);
        }
        long seconds = json.integer("expires_in")
                .filter(lifetime -> lifetime > 0)
                .orElseThrow(() -> new ParseException("expires_in", 0));
        return new Tokens(
                required(json, "access_token"),
                json.string("refresh_token"),
                receivedAt,
                receivedAt.plusSeconds(seconds));
    }

    private static String required(JsonObject json, String name) throws ParseException {
        return json.string(name).orElseThrow(() -> new ParseException(name, 0));
    }
}
