package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.redis.RedisNodes.Node;
import org.sipoauth.keys.store.MasterKey;

/**
 * The server on a Redis Cluster of three masters, which refuses every command and script whose keys are on several of them:
 * each way in, what goes on from there, and its end.
 */
class WholeServerOnAClusterIT {
    private static final String DESK_PHONE = "SEP00005E0053C1";

    @TempDir
    private static Path folder;

    private static RedisNodes nodes;
    private static List<Node> cluster;
    private static TestServer server;

    private final TestPhone phone = new TestPhone(server);
    private final TestAdministrator administrator = new TestAdministrator(server);

    @BeforeAll
    static void start() {
        nodes = new RedisNodes();
        cluster = nodes.startCluster(3, 3);
        Path masterKey = folder.resolve("master.key");
        MasterKey.create(masterKey);
        server = TestServer.startWithEmbeddedRedis(
                folder,
                "--spring.data.redis.cluster.nodes=" + cluster.get(0),
                "--sipoauth.keys.store=redis",
                "--sipoauth.master-key-file=" + masterKey,
                "--sipoauth.status-lists.look-every=100ms");
    }

    @AfterAll
    static void stop() {
        try {
            if (server != null) {
                server.close();
            }
        } finally {
            nodes.close();
        }
    }

    @Test
    void signsASoftphoneInAndEndsItsLogin() {
        Answer pushed = phone.post("/oauth2/par", TestPhone.request("CSFALICE"));
        Map<String, String> back =
                phone.authorize("alice", Map.of("client_id", "softphone", "request_uri", pushed.text("request_uri")));
        Answer login = phone.redeem(back.get("code"));
        assertThat(login.json()).containsKeys("access_token", "refresh_token");
        assertThat(phone.authorize("alice", TestPhone.request("CSFALICE")))
                .as("with the session of its sign-in")
                .containsKey("code");
        Answer refreshed = refresh("softphone", login);
        assertThat(refreshed.status()).isEqualTo(200);

        assertThat(TestAdministrator.json(administrator.get("/sessions?user=alice")))
                .hasEntrySatisfying(
                        "sessions", sessions -> assertThat((List<?>) sessions).hasSize(1));
        assertThat(TestAdministrator.json(administrator.post("/revocations", "{\"device\":\"CSFALICE\"}")))
                .containsEntry("revoked", 1L);

        assertThat(refresh("softphone", refreshed).text("error")).isEqualTo("invalid_grant");
        await().untilAsserted(() -> assertThat(
                        phone.get(server.managementUrl("/actuator/prometheus")).body())
                .contains("sipoauth_status_lists_revoked 1.0"));
    }

    @Test
    void signsDeskPhonesInByEitherCode() {
        assertThat(administrator
                        .put(
                                "/devices/" + DESK_PHONE,
                                "{\"owner\":\"bob\",\"addresses_of_record\":[\"sip:1002@example.com\"],"
                                        + "\"security_profile\":\"standard-oauth\",\"enabled\":true}")
                        .statusCode())
                .isEqualTo(201);

        Answer codes = phone.post(
                "/oauth2/device_authorization",
                Map.of("client_id", "deskphone", "scope", "sip.register", "device_name", DESK_PHONE));
        TestPhone browser = new TestPhone(server);
        browser.signIn("bob", server.passwordOf("bob"));
        browser.postForm(
                "/device", "/device/decision", Map.of("user_code", codes.text("user_code"), "decision", "approve"));
        Answer byDeviceCode = phone.token(Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:device_code",
                "client_id",
                "deskphone",
                "device_code",
                codes.text("device_code")));
        assertThat(refresh("deskphone", byDeviceCode).status()).isEqualTo(200);

        HttpResponse<String> created =
                administrator.send("POST", "/devices/" + DESK_PHONE + "/activation-code", new byte[0]);
        String code = (String) TestAdministrator.json(created).get("activation_code");
        Answer byActivationCode = phone.token(Map.of(
                "grant_type",
                "urn:sipoauth:params:oauth:grant-type:activation-code",
                "client_id",
                "deskphone",
                "device_name",
                DESK_PHONE,
                "activation_code",
                code));
        assertThat(refresh("deskphone", byActivationCode).status()).isEqualTo(200);
    }

    @Test
    void usesEveryMaster() {
        assertThat(cluster.subList(0, 3))
                .allSatisfy(master -> assertThat(master.commands().dbsize()).isPositive());
    }

    private Answer refresh(String client, Answer previous) {
        return phone.token(Map.of(
                "grant_type", "refresh_token", "client_id", client, "refresh_token", previous.text("refresh_token")));
    }
}
