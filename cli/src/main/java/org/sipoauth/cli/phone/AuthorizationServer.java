package org.sipoauth.cli.phone;

import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.json.JsonObject;

/**
 * An authorization server as its metadata describes it (RFC 8414 §2).
 *
 * @param revocationEndpoint where a login is ended (RFC 7009), if it offers that
 * @param deviceAuthorizationEndpoint where phones without a browser get their codes (RFC 8628 §4), if it offers that
 * @param mutualTlsTokenEndpoint where phones that show a certificate get their tokens (RFC 8705 §5), if it offers that
 * @param namesItself whether every authorization response carries {@code iss} (RFC 9207 §3)
 */
record AuthorizationServer(
        String issuer,
        URI authorizationEndpoint,
        URI tokenEndpoint,
        Optional<URI> revocationEndpoint,
        Optional<URI> deviceAuthorizationEndpoint,
        Optional<URI> mutualTlsTokenEndpoint,
        boolean namesItself) {

    /** @throws IOException if the server cannot be reached or has trouble of its own */
    static AuthorizationServer discover(HttpsClient https, URI issuer) throws IOException, InterruptedException {
        URI address = metadataAddress(issuer);
        HttpsClient.Answer answer = https.get(address, Map.of("Accept", "application/json"));
        if (answer.status() != 200) {
            throw new IOException(address + " answered " + answer.status());
        }
        try {
            return parse(answer.body(), issuer);
        } catch (ParseException | IllegalArgumentException unusable) {
            throw new CommandFailure(
                    PhoneExitCodes.SIGN_IN,
                    "cannot use the authorization server " + issuer + ": " + unusable.getMessage(),
                    "Check the metadata it serves at " + address + ".");
        }
    }

    /** The well-known part stands between host and path (RFC 8414 §3.1). */
    static URI metadataAddress(URI issuer) {
        String path = issuer.getRawPath() == null || issuer.getRawPath().equals("/") ? "" : issuer.getRawPath();
        return issuer.resolve("/.well-known/oauth-authorization-server" + path);
    }

    static AuthorizationServer parse(String metadata, URI issuer) throws ParseException {
        JsonObject json = JsonObject.parse(metadata);
        if (!json.string("issuer").equals(Optional.of(issuer.toString()))) { // RFC 8414 §3.3
            throw new IllegalArgumentException("its metadata is that of another issuer");
        }
        if (!json.strings("code_challenge_methods_supported").contains("S256")) {
            throw new IllegalArgumentException("it does not offer PKCE with S256");
        }
        return new AuthorizationServer(
                issuer.toString(),
                endpoint(json, "authorization_endpoint"),
                endpoint(json, "token_endpoint"),
                optionalEndpoint(json, "revocation_endpoint"),
                optionalEndpoint(json, "device_authorization_endpoint"),
                json.object("mtls_endpoint_aliases").flatMap(aliases -> optionalEndpoint(aliases, "token_endpoint")),
                Boolean.TRUE.equals(json.members().get("authorization_response_iss_parameter_supported")));
    }

    private static URI endpoint(JsonObject metadata, String name) {
        return requireHttps(URI.create(
                metadata.string(name).orElseThrow(() -> new IllegalArgumentException("its metadata has no " + name))));
    }

    private static Optional<URI> optionalEndpoint(JsonObject metadata, String name) {
        return metadata.string(name).map(URI::create).map(AuthorizationServer::requireHttps);
    }

    /** @throws IllegalArgumentException if it is no https address */
    static URI requireHttps(URI address) {
        if (!"https".equalsIgnoreCase(address.getScheme()) || address.getHost() == null) {
            throw new IllegalArgumentException("not an https address: " + address);
        }
        return address;
    }
}
