package org.sipoauth.authz.mode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.springframework.data.redis.core.StringRedisTemplate;

/** The mode over TLS, as {@code sipoauth mode} switches it, and phones and registrars learn of it. */
class ModeIT {
    private static final String API = "/admin/api/v1/sip-oauth-mode";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestPhone caller;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder, "--sipoauth.sip-oauth-mode=disabled");
        caller = new TestPhone(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void asTheSettingsSay() {
        server.bean(StringRedisTemplate.class).delete(ModeStore.KEY);
    }

    @Test
    void isWhatTheSettingsSayUntilSomebodySwitchesIt() throws Exception {
        assertThat(json(served())).containsOnly(Map.entry("mode", "disabled"));

        Map<String, Object> on = json(put("{\"mode\":\"enabled\"}", adminToken()));

        assertThat(on).containsEntry("mode", "enabled").containsKey("changed_at");
        assertThat(json(served())).isEqualTo(on);
        assertThat(served().headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(json(get(API, adminToken()))).isEqualTo(on);
        Map<String, Object> off = json(put("{\"mode\":\"disabled\"}", adminToken()));
        assertThat(Instant.parse(String.valueOf(off.get("changed_at"))))
                .isAfter(Instant.parse(String.valueOf(on.get("changed_at"))));
    }

    @Test
    void phonesGetTheirFileWithATokenAloneOnceItIsOn() {
        HttpResponse<String> open = configuration("CSFALICE", "Bearer nonsense"); // nobody looks at it
        assertThat(open.statusCode()).isEqualTo(200);
        assertThat(open.body()).contains("<deviceName>CSFALICE</deviceName><sipOAuthMode>0</sipOAuthMode>");
        assertThat(configuration("CSFNOBODY", "Bearer nonsense").statusCode()).isEqualTo(404);

        put("{\"mode\":\"enabled\"}", adminToken());

        assertThat(caller.get(server.provisioningUrl("/CSFALICE.cnf.xml")).statusCode())
                .isEqualTo(401);
        assertThat(configuration("CSFALICE", "Bearer nonsense").statusCode()).isEqualTo(401);
        String token = new TestPhone(server).logIn("alice", "CSFALICE").text("access_token");
        assertThat(configuration("CSFALICE", "Bearer " + token).body()).contains("<sipOAuthMode>1</sipOAuthMode>");

        put("{\"mode\":\"disabled\"}", adminToken());

        assertThat(caller.get(server.provisioningUrl("/CSFALICE.cnf.xml")).body())
                .contains("<sipOAuthMode>0</sipOAuthMode>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"mode\":\"on\"}", "{\"mode\":1}", "{\"mode\":\"enabled\",\"more\":1}"})
    void saysWhatItDoesNotUnderstand(String body) throws Exception {
        HttpResponse<String> answer = put(body, adminToken());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("send {\\\"mode\\\":\\\"enabled\\\"}");
        assertThat(json(served())).containsOnly(Map.entry("mode", "disabled"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "\"enabled\""})
    void saysThatItWantsAnObject(String body) {
        HttpResponse<String> answer = put(body, adminToken());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("one JSON object");
    }

    @Test
    void isSwitchedByAdministratorsAloneAndAudited() throws Exception {
        String phone = new TestPhone(server).logIn("bob", "CSFBOB").text("access_token");
        assertThat(put("{\"mode\":\"enabled\"}", phone).statusCode()).isEqualTo(401);
        assertThat(caller.get(server.url(API)).statusCode()).isEqualTo(401);

        put("{\"mode\":\"enabled\"}", adminToken());

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(get("/admin/api/v1/audit?event=sip_oauth_mode_changed", adminToken())
                                .body())
                        .contains("\"by\":\"admin\"", "\"mode\":\"enabled\""));
    }

    @Test
    void isSwitchedOnlyAsItWasSeenByWhoAsksForThat() {
        String unset = eTag(get(API, adminToken()));
        assertThat(put("{\"mode\":\"enabled\"}", adminToken(), "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(412);

        HttpResponse<String> on = put("{\"mode\":\"enabled\"}", adminToken(), "If-Match", unset);
        assertThat(on.statusCode()).isEqualTo(200);
        assertThat(eTag(on))
                .isNotEqualTo(unset)
                .isEqualTo(eTag(get(API, adminToken())))
                .isEqualTo(eTag(get("/admin/api/v1/parameters/sip-oauth-mode", adminToken())));

        HttpResponse<String> late = put("{\"mode\":\"disabled\"}", adminToken(), "If-Match", unset);
        assertThat(late.statusCode()).isEqualTo(412);
        assertThat(late.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(served().body()).contains("enabled");
        assertThat(put("{\"mode\":\"disabled\"}", adminToken(), "If-Match", eTag(on))
                        .statusCode())
                .isEqualTo(200);
    }

    private static String eTag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    private static HttpResponse<String> served() {
        return caller.get(server.url("/sip-oauth-mode"));
    }

    private static HttpResponse<String> configuration(String device, String authorization) {
        return caller.get(server.provisioningUrl("/" + device + ".cnf.xml"), "Authorization", authorization);
    }

    private static HttpResponse<String> get(String path, String token) {
        return caller.get(server.url(path), "Authorization", "Bearer " + token);
    }

    private static HttpResponse<String> put(String body, String token, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.url(API))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json");
        return caller.send((headers.length == 0 ? request : request.headers(headers))
                .PUT(BodyPublishers.ofString(body))
                .build());
    }

    private static Map<String, Object> json(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSONObjectUtils.parse(answer.body());
    }

    private static String adminToken() {
        return TestAdministrator.token(server);
    }
}
