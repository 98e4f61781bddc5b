package org.sipoauth.authz.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;

/** The listeners: metadata, headers, health, and what they do with bad input. */
class WebIT {
    private static final int PATIENCE_MS = 20_000;

    @TempDir
    static Path folder;

    private static TestServer server;

    private final TestPhone phone = new TestPhone(server);

    @BeforeAll
    static void start() {
        server = TestServer.start(folder, "--server.tomcat.connection-timeout=1s");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"})
    void describesWhatItDoesAndNothingElse(String document) throws Exception {
        Map<String, Object> metadata =
                JSONObjectUtils.parse(phone.get(server.url(document)).body());

        assertThat(metadata)
                .containsEntry("issuer", "https://localhost:8443")
                .containsEntry("authorization_endpoint", "https://localhost:8443/oauth2/authorize")
                .containsEntry("token_endpoint", "https://localhost:8443/oauth2/token")
                .containsEntry("jwks_uri", "https://localhost:8443/oauth2/jwks")
                .containsEntry("pushed_authorization_request_endpoint", "https://localhost:8443/oauth2/par")
                .containsEntry("id_token_signing_alg_values_supported", List.of("ES256"))
                .containsEntry("request_uri_parameter_supported", false)
                .containsEntry("response_types_supported", List.of("code"))
                .containsEntry(
                        "grant_types_supported",
                        List.of(
                                "authorization_code",
                                "refresh_token",
                                "client_credentials",
                                "urn:ietf:params:oauth:grant-type:device_code",
                                "urn:sipoauth:params:oauth:grant-type:activation-code"))
                .containsEntry("device_authorization_endpoint", "https://localhost:8443/oauth2/device_authorization")
                .containsEntry("code_challenge_methods_supported", List.of("S256"))
                .containsEntry(
                        "token_endpoint_auth_methods_supported",
                        List.of("none", "client_secret_basic", "client_secret_post"))
                .containsEntry(
                        "scopes_supported",
                        List.of("openid", "sip.register", "admin", "admin.operate", "admin.read", "introspect"))
                .containsEntry("revocation_endpoint", "https://localhost:8443/oauth2/revoke")
                .containsEntry(
                        "revocation_endpoint_auth_methods_supported",
                        List.of("none", "client_secret_basic", "client_secret_post"))
                .containsEntry("introspection_endpoint", "https://localhost:8443/oauth2/introspect")
                .containsEntry(
                        "introspection_endpoint_auth_methods_supported",
                        List.of("client_secret_basic", "client_secret_post"))
                .containsEntry("authorization_response_iss_parameter_supported", true)
                .doesNotContainKeys(
                        "userinfo_endpoint", "mtls_endpoint_aliases", "tls_client_certificate_bound_access_tokens");
        if (document.endsWith("openid-configuration")) {
            assertThat(metadata).containsEntry("subject_types_supported", List.of("public"));
        }
    }

    @Test
    void protectsItsPages() {
        HttpResponse<String> page = phone.get(server.url("/login"));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValue(
                        "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none';"
                                + " form-action 'self' http://127.0.0.1:*");
        assertThat(page.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(page.headers().firstValue("Strict-Transport-Security")).isPresent();
        assertThat(page.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        assertThat(page.headers().firstValue("Set-Cookie").orElse("")).contains("Secure", "HttpOnly", "SameSite=Lax");
        assertThat(page.body()).doesNotContain("http://", "https://", "<script");
        assertThat(phone.get(server.url("/style.css")).statusCode()).isEqualTo(200);
    }

    @Test
    void keepsASessionForNobodyWhoAsksForWhatIsNotThere() {
        HttpResponse<String> nothing = new TestPhone(server).get(server.url("/nothing-here"));
        HttpResponse<String> page = new TestPhone(server).get(server.url("/device"));

        assertThat(TestPhone.location(nothing)).isEqualTo(server.url("/login"));
        assertThat(nothing.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(TestPhone.location(page)).isEqualTo(server.url("/login"));
        assertThat(page.headers().firstValue("Set-Cookie"))
                .as("comes back to it after the sign-in")
                .isPresent();
    }

    /** RFC 9700 §2.6. */
    @Test
    void letsNoOtherOriginsScriptReadTheAuthorizationEndpoint() {
        HttpResponse<String> answer =
                phone.get(server.url("/oauth2/authorize?client_id=softphone"), "Origin", "https://evil.example.com");

        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    /** RFC 9700 §4.12: with 307 the browser would send name and password on, with 302 it may. */
    @Test
    void redirectsAfterASignInWithoutTheForm() {
        HttpResponse<String> refused = phone.signIn("alice", "a guess");
        HttpResponse<String> signedIn = phone.signIn("alice", server.passwordOf("alice"));

        assertThat(List.of(refused.statusCode(), signedIn.statusCode())).containsExactly(303, 303);
        assertThat(TestPhone.location(signedIn)).hasPath("/");
        assertThat(phone.postForm("/logout", Map.of()).statusCode()).isEqualTo(303);
    }

    @Test
    void doesNotTellWhatItRunsOn() {
        HttpResponse<String> answer = phone.get(server.url("/oauth2/authorize?client_id=nobody"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).doesNotContainIgnoringCase("tomcat").doesNotContainIgnoringCase("exception");
        assertThat(answer.headers().firstValue("Server")).isEmpty();
    }

    @Test
    void isHealthyAndCounts() {
        phone.logIn("alice", "CSFALICE");

        assertThat(phone.get(server.managementUrl("/actuator/health/readiness")).body())
                .contains("\"status\":\"UP\"");
        assertThat(phone.get(server.managementUrl("/actuator/health/liveness")).statusCode())
                .isEqualTo(200);
        assertThat(metrics())
                .contains("sipoauth_grants_issued_total{grant=\"authorization_code\"}")
                .contains("sipoauth_keys{state=\"active\",use=\"access_token_signing\"} 1.0")
                .contains("sipoauth_keys_active_age_seconds{use=\"access_token_signing\"}")
                .contains("sipoauth_sign_ins_total{outcome=\"signed_in\"}");
        assertThat(phone.get(server.managementUrl("/actuator/env")).statusCode())
                .isEqualTo(404);
    }

    /** Unlike the server of {@link OtlpIT}. */
    @Test
    void makesNothingOfTracesUnlessAskedTo() {
        assertThat(server.beanNames())
                .noneMatch(name -> name.toLowerCase(Locale.ROOT).matches(".*(otlp|opentelemetry|tracer).*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/CSFALICE.cnf.xml", "/CSFALICE.%63nf.xml", "/CSF%41LICE.cnf.xml"})
    void hasNoConfigurationFilesWhereTheSignInIsHoweverTheyAreSpelled(String path) {
        phone.signIn("alice", server.passwordOf("alice"));

        assertThat(phone.get(server.url(path)).statusCode()).isEqualTo(404);
    }

    @Test
    void hasNoTokenEndpointOnTheOtherListeners() {
        HttpRequest onProvisioning = HttpRequest.newBuilder(server.provisioningUrl("/oauth2/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials"))
                .build();
        HttpRequest onManagement = HttpRequest.newBuilder(server.managementUrl("/oauth2/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials"))
                .build();

        assertThat(phone.send(onProvisioning).statusCode()).isEqualTo(404);
        assertThat(phone.send(onManagement).statusCode()).isEqualTo(404);
        assertThat(phone.get(server.managementUrl("/.well-known/openid-configuration"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void hasNoActuatorWhereTheWorldCanAsk() {
        assertThat(phone.get(server.url("/actuator/prometheus")).statusCode()).isIn(302, 404);
        assertThat(phone.get(server.provisioningUrl("/actuator/health")).statusCode())
                .isEqualTo(404);
    }

    /** Spring Boot has a filter of its own for this, which stands back for ours. */
    @Test
    void countsEachRequestOnce() {
        double tokens = answered("POST", "UNKNOWN");
        double gets = answered("GET", "/oauth2/jwks");
        for (int i = 0; i < 5; i++) {
            assertThat(phone.token(Map.of("grant_type", "refresh_token")).status())
                    .isEqualTo(401);
            assertThat(phone.get(server.url("/oauth2/jwks")).statusCode()).isEqualTo(200);
        }

        await().untilAsserted(() -> {
            assertThat(answered("POST", "UNKNOWN")).isEqualTo(tokens + 5);
            assertThat(answered("GET", "/oauth2/jwks")).isEqualTo(gets + 5);
        });
    }

    /** @param uri the pattern of a handler, or UNKNOWN where a filter answers */
    private double answered(String method, String uri) {
        return sum("http_server_requests_seconds_count{", "method=\"" + method + "\"", "uri=\"" + uri + "\"");
    }

    @Test
    void closesAConnectionThatSpeaksNoTlsAndCountsIt() throws IOException {
        double before = unreadable();
        for (int port : new int[] {server.port(), server.provisioningPort()}) {
            for (int seed = 0; seed < 5; seed++) {
                byte[] garbage = new byte[300];
                new Random(seed).nextBytes(garbage);
                try (Socket socket = connect(port)) {
                    socket.getOutputStream().write(garbage);
                    drain(socket);
                }
            }
            try (Socket socket = connect(port)) {
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
                assertThat(drain(socket)).contains("400");
            }
        }
        await().untilAsserted(() -> assertThat(unreadable()).isGreaterThanOrEqualTo(before + 12));
        assertUnharmed();
    }

    @Test
    void closesAHalfOpenConnection() throws IOException {
        try (Socket silent = connect(server.port());
                SSLSocket half = tls()) {
            half.getOutputStream().write("POST /oauth2/token HTTP/1.1\r\nHost: loc".getBytes(US_ASCII));
            half.getOutputStream().flush();

            assertThat(drain(silent)).isEmpty();
            drain(half);
        }
        assertUnharmed();
    }

    @Test
    void closesAConnectionWhoseBodyStopsComing() throws IOException {
        try (SSLSocket half = tls()) {
            half.getOutputStream()
                    .write(("POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
                                    + "Content-Type: application/x-www-form-urlencoded\r\n\r\ngrant_type=")
                            .getBytes(US_ASCII));
            half.getOutputStream().flush();

            assertThat(drain(half)).doesNotStartWith("HTTP/1.1 200");
        }
        assertUnharmed();
    }

    @Test
    void refusesHttpThatIsNone() throws IOException {
        double before = unreadable();
        try (SSLSocket socket = tls()) {
            socket.getOutputStream().write("REGISTER sip:example.com SIP/2.0\r\n\r\n".getBytes(US_ASCII));
            assertThat(drain(socket)).startsWith("HTTP/1.1 400");
        }
        try (SSLSocket socket = tls()) {
            socket.getOutputStream().write("G\0T / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
            assertThat(drain(socket)).startsWith("HTTP/1.1 400");
        }
        await().untilAsserted(() -> assertThat(unreadable()).isGreaterThanOrEqualTo(before + 2));
    }

    @Test
    void refusesHeadersThatAreTooLarge() {
        HttpResponse<String> answer = phone.get(server.url("/login"), "X-Large", "x".repeat(20_000));

        assertThat(answer.statusCode()).isIn(400, 431);
    }

    @Test
    void refusesFormsThatAreTooLarge() {
        HttpRequest large = HttpRequest.newBuilder(server.url("/oauth2/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials&x=" + "x".repeat(50_000)))
                .build();

        assertThat(phone.send(large).statusCode()).isIn(400, 413);
        assertUnharmed();
    }

    private void assertUnharmed() {
        assertThat(phone.get(server.url("/oauth2/jwks")).statusCode()).isEqualTo(200);
    }

    private String metrics() {
        return phone.get(server.managementUrl("/actuator/prometheus")).body();
    }

    private double unreadable() {
        return sum("sipoauth_requests_unreadable_total");
    }

    /** Of all whose name and labels begin so. */
    private double sum(String beginning, String... parts) {
        return metrics()
                .lines()
                .filter(line -> line.startsWith(beginning) && Stream.of(parts).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MS);
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    private static SSLSocket tls() throws IOException {
        SSLSocket socket =
                (SSLSocket) server.certificate().trusting().getSocketFactory().createSocket("localhost", server.port());
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    /** Everything the server says until it closes; fails if it does not close in time. */
    private static String drain(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder said = new StringBuilder();
        try {
            for (int b = in.read(); b >= 0; b = in.read()) {
                said.append((char) b);
            }
        } catch (SocketException | SSLException e) {
            said.append(""); // closed without ceremony: closed all the same
        }
        return said.toString();
    }
}
