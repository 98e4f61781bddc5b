package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.json.JsonObject;

/** What curl, and whoever uses it, sees at each port: good requests and bad ones. */
class CurlIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private static Path shared;

    private static Platform platform;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        Peer.CURL.path();
        platform = Platform.start(shared, "edge.example.com");
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @AfterEach
    void nothingHarmedTheServices() throws Exception {
        assertThat(platform.serverHealth()).contains("\"status\":\"UP\"");
        assertThat(platform.registrarPage("/health")).contains("\"status\":\"UP\"");
    }

    // ---- good requests

    @Test
    void readsTheMetadataAtBothAddresses() throws Exception {
        for (String path : List.of("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")) {
            Answer answer = curl(platform.issuer().resolve(path));
            assertThat(answer.status()).as(path).isEqualTo(200);
            JsonObject metadata = JsonObject.parse(answer.body());
            assertThat(metadata.string("issuer")).contains(platform.issuer().toString());
            assertThat(metadata.string("token_endpoint")).contains(platform.issuer() + "/oauth2/token");
            assertThat(metadata.string("jwks_uri")).contains(platform.issuer() + "/oauth2/jwks");
            assertThat(metadata.strings("code_challenge_methods_supported")).containsExactly("S256");
            assertThat(metadata.members()).containsEntry("authorization_response_iss_parameter_supported", true);
        }
    }

    @Test
    void readsOnlyPublicKeys() throws Exception {
        Answer answer = curl(platform.issuer().resolve("/oauth2/jwks"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .contains("\"kty\":\"EC\"", "\"alg\":\"ES256\"", "\"kid\":")
                .doesNotContain("\"d\":", "\"k\":", "\"oct\"");
    }

    @Test
    void isToldWhereToSignInForAConfigurationAndNotWhetherTheDeviceExists() throws Exception {
        Answer known = curl(platform.provisioning().resolve("/CSFALICE.cnf.xml"));
        Answer unknown = curl(platform.provisioning().resolve("/CSFNOBODY.cnf.xml"));
        assertThat(known.status()).isEqualTo(401);
        assertThat(known.header("WWW-Authenticate"))
                .isEqualTo("Bearer authz_server=\"" + platform.issuer() + "\", realm=\"ccmsipline\"");
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.header("WWW-Authenticate")).isEqualTo(known.header("WWW-Authenticate"));
        assertThat(unknown.body()).isEqualTo(known.body());
    }

    @Test
    void pushesAnAuthorizationRequest() throws Exception {
        Answer answer = curl(
                platform.issuer().resolve("/oauth2/par"),
                "--data",
                "client_id=softphone&response_type=code&scope=sip.register&device_name=CSFALICE"
                        + "&redirect_uri=http://127.0.0.1:49152/callback"
                        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(JsonObject.parse(answer.body()).string("request_uri").orElseThrow())
                .startsWith("urn:ietf:params:oauth:request_uri:");
    }

    @Test
    void asksForACodeForADeskPhone() throws Exception {
        Answer answer = curl(
                platform.issuer().resolve("/oauth2/device_authorization"),
                "--data",
                "client_id=deskphone&scope=sip.register&device_name=SEP00005E005301");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(JsonObject.parse(answer.body()).string("user_code").orElseThrow())
                .matches("[A-Z]{4}-[A-Z]{4}");
    }

    // ---- requests that OAuth refuses

    @Test
    void isToldTheErrorOfAGrantAsRfc6749Section52Has() throws Exception {
        URI token = platform.issuer().resolve("/oauth2/token");
        refused(
                400,
                "invalid_grant",
                curl(token, "--data", "grant_type=refresh_token&client_id=softphone&refresh_token=x"));
        refused(
                401,
                "invalid_client",
                curl(token, "--data", "grant_type=client_credentials", "--user", "nobody:wrong"));
        refused(
                401,
                "invalid_client",
                curl(token, "--data", "grant_type=client_credentials", "--user", "demo-service:wrong"));
        String service = platform.dataFile("demo-clients.txt").strip();
        refused(400, "unsupported_grant_type", curl(token, "--data", "grant_type=password", "--user", service));
        refused(
                400,
                "invalid_scope",
                curl(token, "--data", "grant_type=client_credentials&scope=root", "--user", service));
        refused(400, "invalid_request", curl(token, "--data", "scope=sip.register", "--user", service));
        refused(
                400,
                "invalid_request",
                curl(token, "--data", "grant_type=client_credentials&scope=a&scope=b", "--user", service));
        refused(
                400,
                "invalid_dpop_proof",
                curl(token, "--data", "grant_type=client_credentials", "--user", service, "--header", "DPoP: x"));
    }

    private static void refused(int status, String error, Answer answer) throws Exception {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(JsonObject.parse(answer.body()).string("error")).contains(error);
        assertThat(answer.header("Cache-Control")).contains("no-store");
    }

    @Test
    void getsNoConfigurationForATokenThatIsNone() throws Exception {
        Answer answer = curl(
                platform.provisioning().resolve("/CSFALICE.cnf.xml"), "--header", "Authorization: Bearer not.a.token");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
    }

    // ---- requests that HTTP or SIP refuses

    @Test
    void isRefusedAnOversizedHeader() throws Exception {
        Path header = Files.writeString(folder.resolve("header"), "X-Large: " + "x".repeat(64 * 1024));
        for (URI port : List.of(platform.issuer(), platform.provisioning())) {
            assertThat(curl(port.resolve("/x"), "--header", "@" + header).status())
                    .isIn(400, 431);
        }
    }

    @Test
    void isRefusedAnOversizedForm() throws Exception {
        Path form = Files.writeString(folder.resolve("form"), "grant_type=" + "x".repeat(4 * 1024 * 1024));
        Answer answer = curl(platform.issuer().resolve("/oauth2/token"), "--data", "@" + form);
        assertThat(answer.status()).isIn(400, 413);
    }

    @Test
    void isRefusedAPathOutOfTheTree() throws Exception {
        for (URI port : List.of(platform.issuer(), platform.provisioning())) {
            Answer answer = curl(URI.create(port + "/../../etc/passwd"), "--path-as-is");
            assertThat(answer.status()).isIn(400, 401, 403, 404);
            assertThat(answer.body()).doesNotContain("root:");
        }
    }

    @Test
    void isRefusedAMethodThatNobodyServes() throws Exception {
        assertThat(curl(platform.issuer().resolve("/oauth2/jwks"), "--request", "TRACE")
                        .status())
                .isIn(400, 403, 405, 501);
        assertThat(curl(platform.provisioning().resolve("/CSFALICE.cnf.xml"), "--request", "DELETE")
                        .status())
                .isIn(400, 401, 403, 405);
    }

    @Test
    void getsNothingWithoutTls() throws Exception {
        for (URI port : List.of(platform.issuer(), platform.provisioning())) {
            Answer answer = curl(URI.create("http://localhost:" + port.getPort() + "/CSFALICE.cnf.xml"));
            assertThat(answer.status()).isIn(0, 400); // 0: closed without an answer
            assertThat(answer.text()).doesNotContain("authz_server");
        }
    }

    @Test
    void isNotTakenForAPhone() throws Exception {
        String before = platform.registrarPage("/metrics");
        Answer answer = curl(URI.create("https://localhost:" + platform.oauthPort() + "/"));
        assertThat(answer.text()).doesNotContain("HTTP/1.1 200");
        assertThat(malformed(platform.registrarPage("/metrics"))).isEqualTo(malformed(before) + 1);
    }

    private static double malformed(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith("sip_malformed_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    // ---- curl

    /** @param text all that curl printed: status line, headers, an empty line, the body */
    private record Answer(String text) {
        int status() {
            return text.startsWith("HTTP/") ? Integer.parseInt(text.split(" ")[1]) : 0;
        }

        String header(String name) {
            return head().lines()
                    .filter(line -> line.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
                    .map(line -> line.substring(name.length() + 2).strip())
                    .findFirst()
                    .orElse("");
        }

        String body() {
            int end = text.indexOf("\n\n");
            return end < 0 ? "" : text.substring(end + 2);
        }

        private String head() {
            int end = text.indexOf("\n\n");
            return end < 0 ? text : text.substring(0, end);
        }
    }

    private Answer curl(URI uri, String... options) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Peer.CURL.path(),
                "--silent",
                "--include",
                "--max-time",
                "20",
                "--header",
                "Expect:", // no interim answer before the real one
                "--cacert",
                platform.authority().toString()));
        command.addAll(List.of(options));
        command.add(uri.toString());
        try (ChildProcess curl = ChildProcess.start("curl", folder, command)) {
            curl.awaitExit(LIMIT);
            return new Answer(curl.output());
        }
    }
}
