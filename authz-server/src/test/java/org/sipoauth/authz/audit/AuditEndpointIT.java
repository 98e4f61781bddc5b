package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.springframework.data.redis.core.StringRedisTemplate;

/** What administrators find in the trail after an incident. */
class AuditEndpointIT {
    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestPhone caller;
    private static String adminToken;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
        caller = new TestPhone(server);
        adminToken = TestAdministrator.token(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void saysWhyARefreshWasRefused() {
        Answer login = new TestPhone(server).logIn("alice", "CSFALICE");
        refresh(refresh(refresh(login)));
        assertThat(refresh(login).status()).isEqualTo(400);
        assertThat(refresh(login).status()).isEqualTo(400);

        List<Map<String, Object>> records = records("user=alice", 4);

        assertThat(records).extracting(record -> record.get("event")).startsWith("refused", "refused", "revoked");
        assertThat(records.get(0))
                .containsEntry("outcome", "revoked")
                .containsEntry("error", "invalid_grant")
                .containsEntry("grant", "refresh_token")
                .containsEntry("device", "CSFALICE")
                .containsEntry("client", "softphone")
                .containsKeys("session", "at", "address");
        assertThat(records.get(1)).containsEntry("outcome", "replayed");
        assertThat((String) records.get(1).get("advice")).contains("signs in again");
        assertThat(records.get(2)).containsEntry("reason", "replayed");
        String session = (String) records.get(0).get("session");
        assertThat(records("session=" + session, 4))
                .extracting(record -> record.get("event"))
                .containsExactly("refused", "refused", "revoked", "begun");
        assertThat(records("event=refused&outcome=replayed&device=CSFALICE&client=softphone&session=" + session, 1))
                .hasSize(1);
    }

    @Test
    void keepsOneOfManyRefusalsThatAreTheSame() {
        Answer login = new TestPhone(server).logIn("bob", "CSFBOB");
        Map<String, String> asAnotherClient = Map.of(
                "grant_type", "refresh_token", "client_id", "deskphone", "refresh_token", login.text("refresh_token"));
        for (int request = 0; request < 20; request++) {
            assertThat(caller.token(asAnotherClient).status()).isEqualTo(400);
        }
        Answer last = new TestPhone(server).logIn("bob", "CSFBOB");
        assertThat(last.status()).isEqualTo(200);

        assertThat(records("user=bob", 3))
                .extracting(record -> record.get("event"))
                .containsExactly("begun", "refused", "begun");
        assertThat(records("user=bob&event=refused", 1).get(0))
                .containsEntry("outcome", "wrong_client")
                .containsEntry("client", "softphone")
                .containsEntry("requesting_client", "deskphone");
    }

    /** A login that has ended is gone: all that is known of it is what the token says. */
    @Test
    void findsTheRefusalOfALoginThatHasEndedByWhatItsTokenNames() {
        Answer login = new TestPhone(server).logIn("dave", "CSFDAVE");
        String session = (String) records("user=dave", 1).get(0).get("session");
        String[] id = session.split("\\."); // shard and family, as family.lua has them
        assertThat(server.bean(StringRedisTemplate.class).delete("{" + id[0] + "}:f:" + id[1]))
                .isTrue();

        assertThat(refresh(login).status()).isEqualTo(400);

        assertThat(records("user=dave&event=refused", 1).get(0))
                .containsEntry("outcome", "unknown")
                .containsEntry("named_session", session)
                .containsEntry("named_user", "dave")
                .containsEntry("named_device", "CSFDAVE")
                .containsEntry("client", "softphone")
                .doesNotContainKeys("user", "device", "session");
        assertThat(records("session=" + session + "&outcome=unknown", 1)).hasSize(1);
        assertThat(records("device=CSFDAVE&outcome=unknown", 1)).hasSize(1);
    }

    @Test
    void keepsFailedSignInsOfAccountsThatThereAreAlone() {
        TestPhone guesser = new TestPhone(server);
        guesser.signIn("nobody-of-that-name", "a guess");
        guesser.signIn("carol", "a guess");

        assertThat(records("user=carol", 1).get(0))
                .containsEntry("event", "sign_in_refused")
                .containsEntry("outcome", "credentials")
                .containsKey("address");
        assertThat(search("").body()).doesNotContain("nobody-of-that-name", "a guess");
    }

    @Test
    void keepsNothingThatARequestMadeUp() {
        caller.token(Map.of("grant_type", "refresh_token", "client_id", "made-up-client", "refresh_token", "x"));
        caller.token(Map.of("grant_type", "refresh_token", "client_id", "softphone", "refresh_token", "x"));

        assertThat(records("client=softphone&event=refused", 1)).isNotEmpty();
        assertThat(search("").body()).doesNotContain("made-up-client");
    }

    @Test
    void goesBackNoFartherThanAsked() {
        assertThat(search("since=" + Instant.now().plusSeconds(3600)).body()).isEqualTo("{\"records\":[]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "usr=alice",
                "user=",
                "user=alice&user=bob",
                "since=yesterday",
                "limit=0",
                "limit=1001",
                "limit=many",
                "limit=99999999999999999999"
            })
    void refusesWhatItDoesNotUnderstand(String query) {
        HttpResponse<String> answer = search(query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("limit, 1 to 1000");
    }

    @Test
    void isClosedToEverybodyElse() {
        String phone = new TestPhone(server).logIn("dave", "CSFDAVE").text("access_token");

        assertThat(caller.get(server.url("/admin/api/v1/audit")).statusCode()).isEqualTo(401);
        assertThat(caller.get(server.url("/admin/api/v1/audit"), "Authorization", "Bearer " + phone)
                        .statusCode())
                .isEqualTo(401);
    }

    /** Waits for at least so many: the trail is written behind the requests. */
    private static List<Map<String, Object>> records(String query, int atLeast) {
        List<Map<String, Object>> found = new ArrayList<>();
        await().untilAsserted(() -> {
            found.clear();
            Map<String, Object>[] records = JSONObjectUtils.getJSONObjectArray(
                    JSONObjectUtils.parse(search(query).body()), "records");
            found.addAll(List.of(Objects.requireNonNull(records)));
            assertThat(found).hasSizeGreaterThanOrEqualTo(atLeast);
        });
        return found;
    }

    private static HttpResponse<String> search(String query) {
        return caller.get(server.url("/admin/api/v1/audit?" + query), "Authorization", "Bearer " + adminToken);
    }

    private Answer refresh(Answer previous) {
        return caller.token(Map.of(
                "grant_type",
                "refresh_token",
                "client_id",
                "softphone",
                "refresh_token",
                previous.text("refresh_token")));
    }
}
