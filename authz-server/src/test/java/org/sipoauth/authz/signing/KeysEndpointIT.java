package org.sipoauth.authz.signing;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.keys.KeyUse;

/** The administration interface of the key ring, over TLS, as {@code sipoauth keys} uses it. */
class KeysEndpointIT {
    private static final String KEYS = "/admin/api/v1/keys";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestPhone caller;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
        caller = new TestPhone(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void listsKeysToAdministratorsAndNothingSecret() throws Exception {
        HttpResponse<String> answer = get(adminToken());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JSONObjectUtils.getJSONObjectArray(JSONObjectUtils.parse(answer.body()), "keys"))
                .hasSize(6)
                .extracting(key -> key.get("state"))
                .containsOnly("active", "published");
        assertThat(answer.body()).contains(activeKey()).doesNotContain("\"d\"", "\"k\"", "\"jwk\"");
    }

    @Test
    void isClosedToEverybodyElse() {
        String phone = caller.logIn("alice", "CSFALICE").text("access_token");
        String service = caller.token(
                        Map.of("grant_type", "client_credentials", "scope", "sip.register"),
                        "demo-service",
                        server.secretOf("demo-service"))
                .text("access_token");

        assertThat(caller.get(server.url(KEYS)).statusCode()).isEqualTo(401);
        assertThat(get(phone).statusCode()).isEqualTo(401);
        assertThat(get(service).statusCode()).isEqualTo(401);
        assertThat(get(adminToken() + "x").statusCode()).isEqualTo(401);
        assertThat(post(phone, "/" + activeKey() + "/revoke", "{}").statusCode())
                .isEqualTo(401);
        assertThat(caller.token(
                                Map.of("grant_type", "client_credentials", "scope", "admin"),
                                "demo-service",
                                server.secretOf("demo-service"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void anAdministrationTokenIsNotForTheSipPlatform() throws Exception {
        String payload = adminToken().split("\\.")[1];
        Map<String, Object> claims = JSONObjectUtils.parse(
                new String(java.util.Base64.getUrlDecoder().decode(payload), java.nio.charset.StandardCharsets.UTF_8));

        assertThat(claims).containsEntry("aud", TestServer.ISSUER).containsEntry("scope", "admin");
        assertThat(caller.get(server.provisioningUrl("/CSFALICE.cnf.xml"), "Authorization", "Bearer " + adminToken())
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void refusesToRotateToAKeyThatVerifiersMayNotKnow() {
        String before = activeKey();

        HttpResponse<String> answer = post(adminToken(), "/rotate", "{\"use\":\"access_token_signing\"}");

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("propagation time");
        assertThat(activeKey()).isEqualTo(before);
    }

    @Test
    void revokingTheActiveKeyTakesItOutOfTheJwkSetAndSignsWithItsSuccessor() throws Exception {
        String leaked = activeKey();
        String token = adminToken();

        HttpResponse<String> answer = post(token, "/" + leaked + "/revoke", "{}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(caller.get(server.url("/oauth2/jwks")).body())
                .doesNotContain(leaked)
                .contains(activeKey());
        assertThat(activeKey()).isNotEqualTo(leaked);
        assertThat(get(token).statusCode())
                .describedAs("a token of the revoked key")
                .isEqualTo(401);
        assertThat(get(adminToken()).statusCode()).isEqualTo(200);
    }

    @Test
    void saysWhatItDoesNotUnderstand() {
        assertThat(post(adminToken(), "/nobody/revoke", "{}").statusCode()).isEqualTo(404);
        HttpResponse<String> use = post(adminToken(), "/rotate", "{\"use\":\"cooking\"}");
        assertThat(use.statusCode()).isEqualTo(400);
        assertThat(use.body()).contains("access_token_signing");
        assertThat(post(adminToken(), "/rotate", "{").statusCode()).isEqualTo(400);
    }

    @Test
    void metricsTellWhenTheNextKeyFollows() {
        assertThat(caller.get(server.managementUrl("/actuator/prometheus")).body())
                .contains("sipoauth_keys_next_rotation_seconds{", "sipoauth_keys_active_age_seconds{")
                .contains("sipoauth_clock_offset_seconds");
    }

    private static String activeKey() {
        return server.bean(CurrentKeyRing.class)
                .get()
                .active(KeyUse.ACCESS_TOKEN_SIGNING)
                .id()
                .value();
    }

    private static String adminToken() {
        return TestAdministrator.token(server);
    }

    private static HttpResponse<String> get(String token) {
        return caller.get(server.url(KEYS), "Authorization", "Bearer " + token);
    }

    private static HttpResponse<String> post(String token, String path, String json) {
        return caller.send(HttpRequest.newBuilder(server.url(KEYS + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }
}
