package org.sipoauth.authz.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTParser;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.status.PublishedBits;

/** The administration interface of logins, over TLS, as {@code sipoauth sessions} uses it. */
class RevocationsIT {
    private static final String API = "/admin/api/v1";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestPhone caller;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder, "--sipoauth.status-lists.look-every=100ms");
        caller = new TestPhone(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void showsWhoIsSignedInWhere() throws Exception {
        Answer login = logIn("alice", "CSFALICE");

        for (String query : List.of("user=alice", "device=CSFALICE")) {
            Map<String, Object> newest = sessions(query).get(0);
            assertThat(newest)
                    .containsEntry("id", session(login))
                    .containsEntry("user", "alice")
                    .containsEntry("device", "CSFALICE")
                    .containsEntry("client", "softphone")
                    .containsEntry("scopes", List.of("sip.register"))
                    .containsEntry("generation", 1L)
                    .containsKeys("begun", "end")
                    .doesNotContainKeys("revoked", "last_refresh");
        }
        refresh(login);
        assertThat(json(get("/sessions/" + session(login))))
                .containsEntry("generation", 2L)
                .containsKey("last_refresh");
    }

    @Test
    void showsLoginsPageByPage() throws Exception {
        Set<Object> begun = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            begun.add(session(logIn("carol", "CSFCAROL")));
        }
        List<Object> shown = new ArrayList<>();
        String after = "";
        for (int page = 1; page <= 3; page++) { // whether the last one is full, a page of none tells
            Map<String, Object> answer = json(get("/sessions?device=CSFCAROL&limit=1" + after));
            shown.add(JSONObjectUtils.getJSONObjectArray(answer, "sessions")[0].get("id"));
            after = "&after=" + answer.get("next");
        }

        assertThat(shown).doesNotHaveDuplicates().containsAll(begun).hasSameSizeAs(begun);
        assertThat(json(get("/sessions?device=CSFCAROL&limit=1" + after)))
                .containsOnly(Map.entry("sessions", List.of()));
        assertThat(json(get("/sessions?user=carol&limit=3"))).containsKey("next");
        assertThat(json(get("/sessions?user=carol&limit=4"))).doesNotContainKey("next");
        for (String wrong : List.of("&limit=0", "&limit=1001", "&after=%FF", "&after=", "&begun=today", "&user=bob")) {
            assertThat(get("/sessions?user=carol" + wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    @Test
    void endsOneLoginAndNoOther() throws Exception {
        Answer lost = logIn("alice", "CSFALICE");
        Answer kept = logIn("bob", "CSFBOB");

        assertThat(json(revoke("{\"session\":\"" + session(lost) + "\",\"reason\":\"phone lost\"}")))
                .containsEntry("revoked", 1L);

        assertThat(refresh(lost).text("error")).isEqualTo("invalid_grant");
        assertThat(refresh(kept).status()).isEqualTo(200);
        Map<String, Object> shown = json(get("/sessions/" + session(lost)));
        assertThat(JSONObjectUtils.getJSONObject(shown, "revoked"))
                .containsEntry("reason", "phone lost")
                .containsKey("at");
        awaitBit(lost);
        assertThat(json(revoke("{\"session\":\"" + session(lost) + "\"}"))).containsEntry("revoked", 0L);
        assertThat(caller.get(server.managementUrl("/actuator/prometheus")).body())
                .contains("sipoauth_families_revoked_total{kind=\"session\"} 1.0");
        assertThat(get("/audit?event=revocation_ordered&session=" + session(lost))
                        .body())
                .contains("\"by\":\"admin\"", "phone lost");
    }

    @Test
    void endsAllLoginsOfAUserAndAllOnADevice() throws Exception {
        revoke("{\"user\":\"bob\"}");
        Answer one = logIn("bob", "CSFBOB");
        Answer two = logIn("bob", "CSFBOB");

        assertThat(json(revoke("{\"user\":\"bob\"}"))).containsEntry("revoked", 2L);
        assertThat(refresh(one).status()).isEqualTo(400);
        assertThat(refresh(two).status()).isEqualTo(400);

        Answer three = logIn("bob", "CSFBOB");
        assertThat(json(revoke("{\"device\":\"CSFBOB\"}"))).containsEntry("revoked", 1L);
        assertThat(refresh(three).status()).isEqualTo(400);
        assertThat(json(revoke("{\"user\":\"nobody\"}"))).containsEntry("revoked", 0L);
    }

    @Test
    void endsAllLoginsOfAClientAtOnceAndSetsTheirBitsInTheBackground() throws Exception {
        Answer shown = logIn("alice", "CSFALICE");
        Answer silent = logIn("bob", "CSFBOB");

        HttpResponse<String> answer = revoke("{\"client\":\"softphone\",\"reason\":\"app stolen\"}");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(json(answer)).containsEntry("state", "sweeping");
        String progress = API + "/revocations/clients/softphone";
        assertThat(answer.headers().firstValue("Location")).contains(progress);
        assertThat(refresh(shown).text("error")).isEqualTo("invalid_grant");
        Answer after = logIn("alice", "CSFALICE");
        assertThat(refresh(after).status()).isEqualTo(200);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(json(get("/revocations/clients/softphone")))
                        .containsEntry("client", "softphone")
                        .containsEntry("state", "done")
                        .containsEntry("buckets_left", 0L)
                        .containsKey("at"));
        awaitBit(silent);
        assertThat(json(get("/sessions/" + session(silent))).get("revoked").toString())
                .contains("app stolen");
        assertThat(refresh(after).status()).describedAs("began later").isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"user\":\"alice\",\"device\":\"CSFALICE\"}",
                "{\"user\":\"alice\",\"reson\":\"misspelt\"}",
                "{\"user\":7}",
                "{\"user\":\" \"}",
                "{\"user\":null}",
                "{\"reason\":\"of what?\"}",
                "{\"session\":\"nothing\"}",
                "{\"user\":\"alice\",\"reason\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"}",
                "[]",
                "{",
            })
    void saysWhatItDoesNotUnderstand(String body) {
        HttpResponse<String> answer = revoke(body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("\"detail\"");
    }

    @Test
    void saysWhatThereIsNot() {
        for (HttpResponse<String> answer : List.of(
                get("/sessions/s17.AAAAAAAAAAAAAAAAAAAAAA"),
                get("/sessions/nothing"),
                get("/revocations/clients/deskphone"),
                revoke("{\"client\":\"sofphone\"}"))) {
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        }
        assertThat(get("/sessions").statusCode()).isEqualTo(400);
        assertThat(get("/sessions?user=alice&device=CSFALICE").statusCode()).isEqualTo(400);
    }

    @Test
    void isClosedToEverybodyElse() {
        String phone = logIn("alice", "CSFALICE").text("access_token");

        for (String path : List.of("/sessions?user=alice", "/sessions/x", "/revocations/clients/softphone")) {
            assertThat(caller.get(server.url(API + path)).statusCode()).isEqualTo(401);
            assertThat(caller.get(server.url(API + path), "Authorization", "Bearer " + phone)
                            .statusCode())
                    .isEqualTo(401);
        }
        assertThat(post(phone, "{\"user\":\"alice\"}").statusCode()).isEqualTo(401);
    }

    private static void awaitBit(Answer login) throws ParseException {
        Map<String, Object> status =
                JWTParser.parse(login.text("access_token")).getJWTClaimsSet().getJSONObjectClaim("status");
        Map<String, Object> reference = JSONObjectUtils.getJSONObject(status, "status_list");
        String path = reference.get("uri").toString().substring(TestServer.ISSUER.length());
        int index = Math.toIntExact((Long) reference.get("idx"));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(PublishedBits.of(JWTParser.parse(
                                                caller.get(server.url(path)).body())
                                        .getJWTClaimsSet())
                                .get(index))
                        .isTrue());
    }

    /** A browser of its own each: sign-ins are for one subscriber. */
    private static Answer logIn(String subscriber, String device) {
        Answer login = new TestPhone(server).logIn(subscriber, device);
        assertThat(login.status()).isEqualTo(200);
        return login;
    }

    private static Answer refresh(Answer login) {
        return caller.token(Map.of(
                "grant_type", "refresh_token",
                "client_id", "softphone",
                "refresh_token", login.text("refresh_token")));
    }

    private static String session(Answer login) {
        try {
            return JWTParser.parse(login.text("access_token")).getJWTClaimsSet().getStringClaim("sid");
        } catch (ParseException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Map<String, Object>> sessions(String query) throws ParseException {
        return List.of(JSONObjectUtils.getJSONObjectArray(json(get("/sessions?" + query)), "sessions"));
    }

    private static Map<String, Object> json(HttpResponse<String> answer) throws ParseException {
        return JSONObjectUtils.parse(answer.body());
    }

    private static HttpResponse<String> get(String path) {
        return caller.get(server.url(API + path), "Authorization", "Bearer " + adminToken());
    }

    private static HttpResponse<String> revoke(String body) {
        return post(adminToken(), body);
    }

    private static HttpResponse<String> post(String token, String body) {
        return caller.send(HttpRequest.newBuilder(server.url(API + "/revocations"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static String adminToken() {
        return TestAdministrator.token(server);
    }
}
