package org.sipoauth.cli.phone;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.http.HttpsClient;

/**
 * One request for an authorization code, with its own {@code state} and PKCE verifier (RFC 6749 §4.1.1, RFC 7636), and
 * the checks of the answer to it.
 */
final class CodeRequest {
    private static final int RANDOM_BYTES = 32; // RFC 7636 §4.1 asks for 256 bits
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final AuthorizationServer server;
    private final URI redirectUri;
    private final String state = random();
    private final String codeVerifier = random();

    CodeRequest(AuthorizationServer server, URI redirectUri) {
        this.server = server;
        this.redirectUri = redirectUri;
    }

    /** Where the person signs in. */
    URI address(String clientId, String scope, String device) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", clientId);
        query.put("redirect_uri", redirectUri.toString());
        query.put("scope", scope);
        query.put("device_name", device);
        query.put("state", state);
        query.put("code_challenge", BASE64URL.encodeToString(sha256(codeVerifier)));
        query.put("code_challenge_method", "S256");
        URI endpoint = server.authorizationEndpoint();
        return URI.create(endpoint + (endpoint.getRawQuery() == null ? "?" : "&") + HttpsClient.encode(query));
    }

    /**
     * The code in the server's answer.
     *
     * @throws CommandFailure if the answer is a refusal, is not to this request, or is another server's
     */
    String codeFrom(URI answer) {
        Map<String, String> parameters = query(answer);
        if (!state.equals(parameters.get("state"))) { // RFC 9700 §4.7.1
            throw unusable("is not to the question this phone asked (state differs)");
        }
        requireIssuer(Optional.ofNullable(parameters.get("iss")));
        if (parameters.containsKey("error")) {
            String description = parameters.getOrDefault("error_description", "");
            throw new CommandFailure(
                    PhoneExitCodes.SIGN_IN,
                    "the authorization server refused: " + parameters.get("error")
                            + (description.isEmpty() ? "" : ", " + description),
                    "Check that the device belongs to the person who signs in and may use OAuth.");
        }
        return Optional.ofNullable(parameters.get("code")).orElseThrow(() -> unusable("holds no code"));
    }

    String codeVerifier() {
        return codeVerifier;
    }

    URI redirectUri() {
        return redirectUri;
    }

    /** RFC 9207 §2.4: the answer must come from the server that was asked. */
    private void requireIssuer(Optional<String> issuer) {
        boolean asked = issuer.map(server.issuer()::equals).orElse(!server.namesItself());
        if (!asked) {
            throw unusable("does not come from " + server.issuer() + " (iss differs or is missing)");
        }
    }

    private static CommandFailure unusable(String why) {
        return new CommandFailure(
                PhoneExitCodes.SIGN_IN, "the answer of the sign-in " + why, "Start the sign-in once more.");
    }

    /** The parameters of a query; one that occurs twice is malformed (RFC 6749 §3.1). */
    private static Map<String, String> query(URI address) {
        Map<String, String> parameters = new HashMap<>();
        String query = address.getRawQuery();
        for (String field : query == null ? new String[0] : query.split("&")) {
            int equals = field.indexOf('=');
            String name = decode(equals < 0 ? field : field.substring(0, equals));
            String value = equals < 0 ? "" : decode(field.substring(equals + 1));
            if (parameters.put(name, value) != null) {
                throw unusable("names a parameter twice");
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw unusable("is malformed");
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("this Java has no SHA-256", broken);
        }
    }

    private static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return BASE64URL.encodeToString(bytes);
    }
}
