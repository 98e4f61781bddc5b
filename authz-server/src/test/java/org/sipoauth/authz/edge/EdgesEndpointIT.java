package org.sipoauth.authz.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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

/** The list of edges over TLS, as {@code sipoauth edge} changes it and registrars read it. */
class EdgesEndpointIT {
    private static final String API = "/admin/api/v1";
    private static final Duration SOON = Duration.ofSeconds(30);

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

    @BeforeEach
    void forgetTheList() {
        server.bean(StringRedisTemplate.class).delete(EdgeListStore.KEY);
    }

    @Test
    void keepsEdgesForRegistrars() throws Exception {
        assertThat(json(served())).containsOnly(Map.entry("edges", List.of())); // nobody has ever set it

        HttpResponse<String> added = put("west", "west.example.com", "Edge, of the West");
        assertThat(added.statusCode()).isEqualTo(201);
        assertThat(added.headers().firstValue("Location")).contains(API + "/edges/west");
        assertThat(json(added))
                .containsEntry("name", "west")
                .containsEntry("certificate_names", List.of("west.example.com", "Edge, of the West"));
        assertThat(json(get("/edges/west"))).isEqualTo(json(added));
        Instant changed = changedAt(served());
        assertThat(served().body())
                .contains("{\"certificate_names\":[\"west.example.com\",\"Edge, of the West\"]}")
                .doesNotContain("\"name\"");

        assertThat(put("west", "west.example.com").statusCode()).isEqualTo(200);
        assertThat(put("east.example.com", "east.example.com").statusCode()).isEqualTo(201);
        assertThat(json(get("/edges"))).containsOnlyKeys("changed_at", "edges");
        Map<String, Object> first = json(get("/edges?limit=1"));
        assertThat(JSONObjectUtils.getJSONObjectArray(first, "edges"))
                .extracting(edge -> edge.get("name"))
                .containsExactly("east.example.com");
        assertThat(JSONObjectUtils.getJSONObjectArray(json(get("/edges?limit=2&after=" + first.get("next"))), "edges"))
                .extracting(edge -> edge.get("name"))
                .containsExactly("west");
        assertThat(get("/edges?x=y").statusCode()).isEqualTo(400);
        assertThat(JSONObjectUtils.getJSONObjectArray(json(get("/edges")), "edges"))
                .extracting(edge -> edge.get("name"))
                .containsExactly("east.example.com", "west");
        assertThat(changedAt(served())).isAfter(changed);

        assertThat(delete("west").statusCode()).isEqualTo(204);
        assertThat(delete("east.example.com").statusCode()).isEqualTo(204);
        assertThat(json(served())).containsEntry("edges", List.of()).containsKey("changed_at"); // said to be empty
    }

    @Test
    void namesTheListByItsEntityTag() {
        put("west", "west.example.com");
        HttpResponse<String> first = served();
        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(first.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(first.headers().firstValue("Content-Type")).contains("application/json");

        assertThat(caller.get(server.url("/edges"), "If-None-Match", tag).statusCode())
                .isEqualTo(304);
        String list = get("/edges").headers().firstValue("ETag").orElseThrow();
        assertThat(get("/edges", "If-None-Match", list).statusCode()).isEqualTo(304);

        put("west", "west2.example.com");
        assertThat(caller.get(server.url("/edges"), "If-None-Match", tag).statusCode())
                .isEqualTo(200);
        assertThat(get("/edges", "If-None-Match", list).statusCode()).isEqualTo(200);
    }

    @Test
    void overwritesNothingThatSomebodyElseHasChangedMeanwhile() {
        String seen =
                put("west", "west.example.com").headers().firstValue("ETag").orElseThrow();
        assertThat(get("/edges/west").headers().firstValue("ETag")).contains(seen);
        String names = "{\"certificate_names\":[\"west3.example.com\"]}";
        put("east", "east.example.com"); // another edge, which is no change of this one
        put("west", "west2.example.com");

        assertThat(send("PUT", "/edges/west", names, adminToken(), "If-Match", seen)
                        .statusCode())
                .isEqualTo(412);
        assertThat(send("PUT", "/edges/west", names, adminToken(), "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(412);
        assertThat(send("DELETE", "/edges/west", "", adminToken(), "If-Match", seen)
                        .statusCode())
                .isEqualTo(412);
        String now = get("/edges/west").headers().firstValue("ETag").orElseThrow();
        assertThat(send("PUT", "/edges/west", names, adminToken(), "If-Match", now)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void losesNoneOfManyChangesAtOnce() throws Exception {
        List<Integer> answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> put("e" + i, "e" + i + ".example.com").statusCode())
                .toList();

        assertThat(answers).containsOnly(201);
        assertThat(JSONObjectUtils.getJSONObjectArray(json(get("/edges")), "edges"))
                .hasSize(8);
    }

    @Test
    void refusesACertificateNameThatAnotherEdgeHas() {
        put("west", "west.example.com");

        HttpResponse<String> answer = put("east", "WEST.example.com");

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("the edge west has the certificate name west.example.com already");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"certificate_names\":[]}",
                "{\"certificate_names\":\"west.example.com\"}",
                "{\"certificate_names\":[7]}",
                "{\"certificate_names\":[null]}",
                "{\"certificate_names\":[\"*.example.com\"]}",
                "{\"certificate_names\":[\"west.example.com\"],\"more\":1}",
                "[]",
                "{",
            })
    void saysWhatItDoesNotUnderstand(String body) throws Exception {
        HttpResponse<String> answer = send("PUT", "/edges/west", body, adminToken());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body())
                .containsPattern("certificate name|one JSON object")
                .contains("\"detail\"");
        assertThat(get("/edges/west").statusCode()).isEqualTo(404);
    }

    @Test
    void saysWhatThereIsNotAndWhatIsNoName() {
        assertThat(get("/edges/north").statusCode()).isEqualTo(404);
        assertThat(delete("north").statusCode()).isEqualTo(404);
        assertThat(delete("north").body()).contains("list the edges for their names");
        HttpResponse<String> answer = put("no%20name", "west.example.com");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("an edge's name has at most 64");
    }

    @Test
    void isOpenToBeReadByRegistrarsAndChangedByAdministratorsAlone() throws Exception {
        String phone = caller.logIn("alice", "CSFALICE").text("access_token");
        String names = "{\"certificate_names\":[\"west.example.com\"]}";

        assertThat(served().statusCode()).isEqualTo(200);
        assertThat(send("PUT", "/edges/west", names, phone).statusCode()).isEqualTo(401);
        assertThat(send("DELETE", "/edges/west", "", phone).statusCode()).isEqualTo(401);
        assertThat(caller.get(server.url(API + "/edges")).statusCode()).isEqualTo(401);
        HttpRequest.Builder put = HttpRequest.newBuilder(server.url("/edges")).PUT(BodyPublishers.ofString(names));
        assertThat(caller.send(put.build()).statusCode()).isEqualTo(405);
    }

    @Test
    void auditsWhoChangedWhat() {
        put("west", "west.example.com");
        put("west", "west2.example.com");
        delete("west");

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(
                                get("/audit?event=edge_removed&by=admin").body())
                        .contains(
                                "\"by\":\"admin\"",
                                "\"edge\":\"west\"",
                                "\"before.certificate_names\":\"west2.example.com\""));
        assertThat(get("/audit?event=edge_listed").body())
                .contains(
                        "\"before.certificate_names\":\"west.example.com\"",
                        "\"after.certificate_names\":\"west2.example.com\"");
    }

    private static HttpResponse<String> served() {
        return caller.get(server.url("/edges"));
    }

    private static Instant changedAt(HttpResponse<String> list) throws Exception {
        return Instant.parse(JSONObjectUtils.getString(json(list), "changed_at"));
    }

    private static Map<String, Object> json(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return JSONObjectUtils.parse(answer.body());
    }

    private static HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.url(API + path)).header("Authorization", "Bearer " + adminToken());
        return caller.send((headers.length == 0 ? request : request.headers(headers)).build());
    }

    private static HttpResponse<String> put(String name, String... certificateNames) {
        String names = JSONObjectUtils.toJSONString(Map.of("certificate_names", List.of(certificateNames)));
        return send("PUT", "/edges/" + name, names, adminToken());
    }

    private static HttpResponse<String> delete(String name) {
        return send("DELETE", "/edges/" + name, "", adminToken());
    }

    private static HttpResponse<String> send(String method, String path, String body, String token, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.url(API + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        return caller.send((headers.length == 0 ? request : request.headers(headers)).build());
    }

    private static String adminToken() {
        return TestAdministrator.token(server);
    }
}
