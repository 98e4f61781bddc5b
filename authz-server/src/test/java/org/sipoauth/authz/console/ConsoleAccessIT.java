package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.edge.Edge;
import org.sipoauth.authz.edge.Edges;
import org.sipoauth.authz.mode.ModeStore;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;

/** Who gets into the console, how its pages are protected, and that each of its actions needs no script. */
class ConsoleAccessIT {
    private static final String PASSWORD = "a password of the console's test";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestPhone administrator;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
        server.bean(Accounts.class).create("olga", Account.Kind.ADMINISTRATOR, PASSWORD, false);
        administrator = new TestPhone(server);
        administrator.signIn("olga", PASSWORD);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void letsNobodyIn() {
        HttpResponse<String> page = new TestPhone(server).get(server.url("/console/keys"));

        assertThat(page.statusCode()).isEqualTo(302);
        assertThat(TestPhone.location(page)).hasPath("/login");
    }

    @Test
    void hasHtmxLoadTheWholePageOnceTheSessionHasEnded() {
        HttpResponse<String> part = new TestPhone(server).get(server.url("/console"), "HX-Request", "true");

        assertThat(part.statusCode()).isEqualTo(401);
        assertThat(part.headers().firstValue("HX-Refresh")).hasValue("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console", "/console/keys", "/console/audit", "/console/htmx-2.0.10/htmx.min.js"})
    void letsNoSubscriberIn(String path) {
        TestPhone alice = new TestPhone(server);
        alice.signIn("alice", server.passwordOf("alice"));

        assertThat(alice.get(server.url(path)).statusCode()).isEqualTo(403);
    }

    @Test
    void protectsItsPages() {
        HttpResponse<String> page = administrator.get(server.url("/console"));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().allValues("Content-Security-Policy"))
                .containsExactly("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
                        + " 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
        assertThat(page.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        assertThat(page.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(page.body())
                .doesNotContain("http://", "https://", " style=", " onclick=")
                .contains("\"allowEval\":false", "\"includeIndicatorStyles\":false");
        assertThat(page.body().split("<script", -1)).hasSize(2);
        assertThat(administrator
                        .get(server.url("/console/htmx-2.0.10/htmx.min.js"))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/keys/rotate",
                "/console/keys/revoke",
                "/console/sessions/revoke",
                "/console/edges",
                "/console/edges/west",
                "/console/edges/west/remove",
                "/console/mode/change"
            })
    void takesNoActionWithoutItsToken(String path) {
        HttpRequest forged = HttpRequest.newBuilder(server.url(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("to=disabled&name=west&certificate_names=west.example.com"))
                .build();

        assertThat(administrator.send(forged).statusCode()).isEqualTo(403);
    }

    @Test
    void rotatesAKeyOrSaysWhyNot() {
        HttpResponse<String> answer = administrator.postForm(
                "/console/keys/rotate?use=access_token_signing",
                "/console/keys/rotate",
                Map.of("use", "access_token_signing"));

        assertThat(TestPhone.location(answer)).hasPath("/console/keys");
        assertThat(administrator.follow(answer).body()).contains("role=\"alert\"", "less than the propagation time");
    }

    @Test
    void keepsTheListOfEdges() {
        Edges edges = server.bean(Edges.class);
        HttpResponse<String> added = administrator.postForm(
                "/console/edges", Map.of("name", "west", "certificate_names", "west.example.com\r\nwest2.example.com"));
        assertThat(administrator.follow(added).body()).contains("Edge west may connect");
        assertThat(edges.list().find("west").orElseThrow().certificateNames())
                .containsExactly("west.example.com", "west2.example.com");

        assertThat(administrator
                        .postForm("/console/edges", Map.of("name", "west", "certificate_names", "other.example.com"))
                        .body())
                .contains("There is an edge of that name");
        assertThat(administrator
                        .postForm("/console/edges", Map.of("name", "east", "certificate_names", "west.example.com"))
                        .body())
                .contains("The edge west has the certificate name west.example.com already", "value=\"east\"");

        administrator.postForm("/console/edges/west", Map.of("certificate_names", "west3.example.com"));
        assertThat(edges.list().find("west").orElseThrow().certificateNames()).containsExactly("west3.example.com");

        administrator.postForm("/console/edges/west/remove", Map.of());
        assertThat(edges.list().find("west")).isEmpty();
        assertThat(administrator.get(server.url("/console/edges/west")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void switchesTheMode() {
        administrator.postForm("/console/mode/change?to=disabled", "/console/mode/change", Map.of("to", "disabled"));
        assertThat(server.bean(ModeStore.class).load().isEnabled()).isFalse();
        assertThat(administrator.get(server.url("/console")).body()).contains("SIP OAuth mode is disabled");

        administrator.postForm("/console/mode/change?to=enabled", "/console/mode/change", Map.of("to", "enabled"));
        assertThat(server.bean(ModeStore.class).load().isEnabled()).isTrue();
    }

    @Test
    void revokesOneLoginAndThenAllOnADevice() {
        Sessions sessions = server.bean(Sessions.class);
        new TestPhone(server).logIn("erin", "CSFERIN");
        new TestPhone(server).logIn("erin", "CSFERIN");
        String one = sessions.ofUser("erin").get(0).id().toString();

        HttpResponse<String> tooLong = administrator.postForm(
                "/console/sessions/revoke?session=" + one,
                "/console/sessions/revoke",
                Map.of("session", one, "reason", "x".repeat(65)));
        assertThat(tooLong.body()).contains("at most 64 bytes");
        HttpResponse<String> revoked = administrator.postForm(
                "/console/sessions/revoke?session=" + one,
                "/console/sessions/revoke",
                Map.of("session", one, "reason", "phone <lost>"));
        assertThat(administrator.follow(revoked).body()).contains("1 login is revoked", "phone &lt;lost&gt;");
        assertThat(sessions.ofDevice("CSFERIN"))
                .extracting(session -> session.revoked().isPresent())
                .containsExactlyInAnyOrder(true, false);

        administrator.postForm(
                "/console/sessions/revoke?device=CSFERIN",
                "/console/sessions/revoke",
                Map.of("device", "CSFERIN", "reason", ""));
        assertThat(sessions.ofDevice("CSFERIN"))
                .allSatisfy(session -> assertThat(session.revoked()).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/audit?since=yesterday", "/console/audit?after=nowhere", "/console/keys/rotate?use=none",
                "/console/mode/change?to=sometimes", "/console/sessions/revoke",
                        "/console/sessions/revoke?user=a&device=b"
            })
    void refusesWhatItDoesNotUnderstand(String path) {
        assertThat(administrator.get(server.url(path)).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<script>alert(1)</script>", "\"'><img src=x>", "a&b=c", "ünïcode", "../../etc/passwd"})
    void showsWhateverIsAskedForAsText(String name) {
        for (String page :
                new String[] {"sessions?name=", "devices?name=", "subscribers?name=", "diagnosis?device=", "audit?user="
                }) {
            HttpResponse<String> answer =
                    administrator.get(server.url("/console/" + page + URLEncoder.encode(name, StandardCharsets.UTF_8)));

            assertThat(answer.statusCode()).as(page).isEqualTo(200);
            assertThat(answer.body()).as(page).doesNotContain("<script>alert", "<img src=x");
        }
    }

    @Test
    void pagesThroughTheAudit() {
        for (int i = 0; i < 60; i++) {
            server.bean(Edges.class).put(new Edge("p" + i, List.of("p" + i + ".example.com")), "olga");
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(administrator
                                .get(server.url("/console/audit?event=edge_listed"))
                                .body())
                        .contains("and there are older ones", ">p59<"));
        String newest = administrator
                .get(server.url("/console/audit?event=edge_listed"))
                .body();
        Matcher older = Pattern.compile("href=\"([^\"]+)\">Older records").matcher(newest);
        assertThat(older.find()).isTrue();

        String rest = administrator
                .get(server.url(older.group(1).replace("&amp;", "&")))
                .body();

        assertThat(newest).doesNotContain(">p0<");
        assertThat(rest).contains(">p0<", "Newest").doesNotContain(">p59<", "Older records");
    }
}
