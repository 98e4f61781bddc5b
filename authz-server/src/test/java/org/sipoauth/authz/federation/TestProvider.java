package org.sipoauth.authz.federation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.sipoauth.authz.TestCertificate;
import org.sipoauth.authz.TestPhone;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** An OpenID Connect provider where everybody is signed in already, and which can be made to misbehave. */
final class TestProvider implements AutoCloseable {
    static final String CLIENT = "sip-oauth";

    private final ECKey key = generate();
    private final Path folder;
    private final int port;
    private HttpsServer server;
    private volatile Map<String, String> asked = Map.of();

    /** Changes to what it answers; a good provider has none. */
    volatile Consumer<JWTClaimsSet.Builder> idToken = claims -> {};

    volatile Consumer<Map<String, String>> response = parameters -> {};
    volatile Consumer<Map<String, Object>> userInfo = claims -> {};
    volatile boolean unsigned;
    volatile boolean signedByAnother;

    /** Not there before it is started. */
    TestProvider(Path folder, int port) {
        this.folder = folder;
        this.port = port;
        TestCertificate.create().writeTo(folder);
    }

    void start() throws IOException {
        server = HttpsServer.create(new InetSocketAddress("127.0.0.1", port), 50);
        server.setHttpsConfigurator(new HttpsConfigurator(SslBundle.of(new PemSslStoreBundle(
                        PemSslStoreDetails.forCertificate(
                                        folder.resolve("node.crt").toUri().toString())
                                .withPrivateKey(
                                        folder.resolve("node.key").toUri().toString()),
                        null))
                .createSslContext()));
        server.createContext("/.well-known/openid-configuration", this::discovery);
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.createContext("/userinfo", this::userInfo);
        server.createContext("/jwks", exchange -> json(exchange, new JWKSet(key).toJSONObject()));
        server.start();
    }

    String issuer() {
        return "https://localhost:" + port;
    }

    Path trust() {
        return folder.resolve("node.crt");
    }

    /** What the last authorization request asked for. */
    Map<String, String> asked() {
        return asked;
    }

    void behave() {
        idToken = claims -> {};
        response = parameters -> {};
        userInfo = claims -> {};
        unsigned = false;
        signedByAnother = false;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void discovery(HttpExchange exchange) throws IOException {
        json(
                exchange,
                Map.of(
                        "issuer",
                        issuer(),
                        "authorization_endpoint",
                        issuer() + "/authorize",
                        "token_endpoint",
                        issuer() + "/token",
                        "userinfo_endpoint",
                        issuer() + "/userinfo",
                        "jwks_uri",
                        issuer() + "/jwks",
                        "response_types_supported",
                        List.of("code"),
                        "subject_types_supported",
                        List.of("public"),
                        "id_token_signing_alg_values_supported",
                        List.of("ES256", "none"),
                        "authorization_response_iss_parameter_supported",
                        true));
    }

    private void authorize(HttpExchange exchange) throws IOException {
        asked = TestPhone.parameters(exchange.getRequestURI());
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("code", "the-code");
        parameters.put("state", asked.get("state"));
        parameters.put("iss", issuer());
        response.accept(parameters);
        StringBuilder location = new StringBuilder(asked.get("redirect_uri")).append('?');
        parameters.forEach((name, value) -> location.append(name)
                .append('=')
                .append(URLEncoder.encode(value, UTF_8))
                .append('&'));
        exchange.getResponseHeaders().set("Location", location.toString());
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    /** RFC 7636 §4.6 and client authentication, as far as they go here. */
    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form = TestPhone.parameters(
                URI.create("?" + new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
        boolean right = "the-code".equals(form.get("code"))
                && TestPhone.challenge(form.getOrDefault("code_verifier", "")).equals(asked.get("code_challenge"))
                && exchange.getRequestHeaders().containsKey("Authorization");
        if (!right) {
            byte[] body = "{\"error\":\"invalid_grant\"}".getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(400, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
            return;
        }
        json(
                exchange,
                Map.of(
                        "access_token",
                        "an access token of the provider",
                        "token_type",
                        "Bearer",
                        "expires_in",
                        300,
                        "id_token",
                        signed(claims())));
    }

    private JWTClaimsSet claims() {
        Instant now = Instant.now();
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .subject("subject-1")
                .audience(CLIENT)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(60)))
                .claim("nonce", asked.get("nonce"))
                .claim("preferred_username", "wanda")
                .claim("groups", List.of("staff", "phones"));
        idToken.accept(claims);
        return claims.build();
    }

    private String signed(JWTClaimsSet claims) {
        if (unsigned) {
            return new PlainJWT(claims).serialize();
        }
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.ES256)
                            .keyID(key.getKeyID())
                            .build(),
                    claims);
            jwt.sign(new ECDSASigner(signedByAnother ? generate() : key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void userInfo(HttpExchange exchange) throws IOException {
        Map<String, Object> claims = new LinkedHashMap<>(Map.of("sub", claims().getSubject()));
        userInfo.accept(claims);
        json(exchange, claims);
    }

    private static void json(HttpExchange exchange, Map<String, Object> body) throws IOException {
        byte[] bytes = JSONObjectUtils.toJSONString(body).getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static ECKey generate() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("the-key").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
