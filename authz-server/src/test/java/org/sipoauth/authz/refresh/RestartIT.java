package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.audit.AuditStream;
import org.sipoauth.authz.redis.RedisNodes;
import org.sipoauth.authz.redis.RedisNodes.Node;

/** Logins outlive the server and its embedded Redis, and the server outlives Redis. */
class RestartIT {
    @TempDir
    Path folder;

    @Test
    void keepsLoginsOverARestart() {
        Answer login;
        Answer newest;
        try (TestServer server = TestServer.startWithEmbeddedRedis(folder)) {
            TestPhone phone = new TestPhone(server);
            login = phone.logIn("alice", "CSFALICE");
            newest = phone.token(refresh(login));
        }
        try (TestServer server = TestServer.startWithEmbeddedRedis(folder)) {
            TestPhone phone = new TestPhone(server);
            assertThat(phone.token(refresh(login)).text("refresh_token")).isEqualTo(newest.text("refresh_token"));
            assertThat(phone.token(refresh(newest)).status()).isEqualTo(200);
        }
    }

    @Test
    void asksPhonesToComeAgainWhileRedisIsAway() throws Exception {
        assumeThat(Path.of("/bin/kill")).exists();
        try (TestServer server = TestServer.startWithEmbeddedRedis(folder)) {
            TestPhone phone = new TestPhone(server);
            Answer login = phone.logIn("alice", "CSFALICE");
            signalRedis("STOP");
            try {
                assertAsksToComeAgain(phone.send(post(server, "/oauth2/token", refresh(login))));
                assertAsksEverybodyToComeAgain(phone, server, login);
                assertThat(readiness(phone, server)).isEqualTo(503);
                assertGoesOnServingKeys(phone, server);
                HttpResponse<String> page =
                        phone.get(server.url("/console"), "Accept", "text/html,application/xhtml+xml");
                assertThat(page.statusCode()).isEqualTo(503);
                assertThat(page.body()).contains("<h1>Not now</h1>");
                assertThat(phone.get(server.url("/style.css")).statusCode()).isEqualTo(200);
            } finally {
                signalRedis("CONT");
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> phone.token(refresh(login)).status(), status -> status == 200);
            await().atMost(Duration.ofSeconds(30)) // the next look of the status lists
                    .until(() -> readiness(phone, server), status -> status == 200);
        }
    }

    /** It answers, and serves what it has. */
    @Test
    void asksPhonesToComeAgainWhileRedisCannotWrite() throws Exception {
        try (RedisNodes nodes = new RedisNodes()) {
            Node redis = nodes.start();
            try (TestServer server = TestServer.startWithEmbeddedRedis(
                    folder, "--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + redis.port())) {
                TestPhone phone = new TestPhone(server);
                Answer login = phone.logIn("alice", "CSFALICE");
                String code = new TestPhone(server)
                        .authorize("bob", TestPhone.request("CSFBOB"))
                        .get("code");
                redis.commands().configSet("maxmemory", "1");
                assertAsksToComeAgain(phone.send(post(server, "/oauth2/token", refresh(login))));
                assertAsksToComeAgain(phone.send(revocation(server, login)));
                assertThat(phone.redeem(code).status()).isEqualTo(503);
                assertThat(readiness(phone, server)).isEqualTo(503);
                assertGoesOnServingKeys(phone, server);

                redis.commands().configSet("maxmemory", "0");
                assertThat(phone.token(refresh(login)).status()).isEqualTo(200);
                assertThat(phone.redeem(code).status()).isEqualTo(200);
                assertThat(readiness(phone, server)).isEqualTo(200);
            }
        }
    }

    /** What replicas do not confirm is refused, and asked for again it is as if it had not been asked for before. */
    @Test
    void goesOnWhereReplicasWereAway() throws Exception {
        assumeThat(Path.of("/bin/kill")).exists();
        try (RedisNodes nodes = new RedisNodes()) {
            Node master = nodes.start();
            Node replica = nodes.startReplicaOf(master);
            try (TestServer server = TestServer.startWithEmbeddedRedis(
                    folder,
                    "--spring.data.redis.host=127.0.0.1",
                    "--spring.data.redis.port=" + master.port(),
                    "--sipoauth.redis.confirm-replicas=1",
                    "--sipoauth.redis.confirm-timeout=200ms")) {
                TestPhone phone = new TestPhone(server);
                Answer login = phone.logIn("alice", "CSFALICE");
                String code =
                        phone.authorize("alice", TestPhone.request("CSFALICE")).get("code");
                Sessions sessions = server.bean(Sessions.class);
                replica.pause();
                assertThat(phone.redeem(code).status()).isEqualTo(503);
                assertAsksToComeAgain(phone.send(revocation(server, login)));
                assertThat(sessions.ofUser("alice"))
                        .as("logins of which a phone has a token")
                        .hasSize(1);
                replica.resume();

                await().atMost(Duration.ofSeconds(30))
                        .until(() -> phone.redeem(code).status(), status -> status == 200);
                assertThat(phone.redeem(code).status()).as("once").isEqualTo(400);
                assertThat(phone.send(revocation(server, login)).statusCode()).isEqualTo(200);
                assertThat(phone.token(refresh(login)).status()).isEqualTo(400);
                AuditStream trail = server.bean(AuditStream.class);
                await().untilAsserted(() -> assertThat(trail.page(
                                        record -> "revoked".equals(record.get("event")),
                                        Instant.EPOCH,
                                        Optional.empty(),
                                        9)
                                .records())
                        .extracting(record -> record.get("reason"))
                        .as("what each of them was ended for, told once")
                        .containsExactly("authorization code used twice", "signed out"));
            }
        }
    }

    /** Behind a Sentinel, which has nobody to take over at first. */
    @Test
    void asksPhonesToComeAgainWhileTheMasterHangs() throws Exception {
        assumeThat(Path.of("/bin/kill")).exists();
        try (RedisNodes nodes = new RedisNodes()) {
            Node master = nodes.start();
            Node replica = nodes.startReplicaOf(master);
            replica.commands().configSet("replica-priority", "0");
            Node sentinel = nodes.startSentinel("sipoauth", master);
            try (TestServer server = TestServer.startWithEmbeddedRedis(
                    folder,
                    "--spring.data.redis.sentinel.master=sipoauth",
                    "--spring.data.redis.sentinel.nodes=" + sentinel)) {
                TestPhone phone = new TestPhone(server);
                Answer login = phone.logIn("alice", "CSFALICE");
                master.pause();
                assertAsksEverybodyToComeAgain(phone, server, login);
                assertAsksEverybodyToComeAgain(phone, server, login);

                replica.commands().configSet("replica-priority", "100");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> phone.token(refresh(login)).status(), status -> status == 200);
            }
        }
    }

    private static void assertAsksToComeAgain(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.body()).contains("temporarily_unavailable");
    }

    /** Side by side, and not in a line in which each waits for the time-outs of those before it: 100 would make 200 s. */
    private static void assertAsksEverybodyToComeAgain(TestPhone phone, TestServer server, Answer login)
            throws Exception {
        List<Callable<HttpResponse<String>>> requests = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            requests.add(() -> phone.send(post(server, "/oauth2/token", refresh(login))));
            requests.add(() -> phone.send(revocation(server, login)));
        }
        ExecutorService phones = Executors.newFixedThreadPool(requests.size());
        try {
            for (Future<HttpResponse<String>> answer : phones.invokeAll(requests)) {
                assertAsksToComeAgain(answer.get());
            }
        } finally {
            phones.shutdownNow();
        }
    }

    private static HttpRequest revocation(TestServer server, Answer login) {
        return post(server, "/oauth2/revoke", Map.of("client_id", "softphone", "token", login.text("refresh_token")));
    }

    /** Fails if it is not answered while a phone would wait. */
    private static HttpRequest post(TestServer server, String path, Map<String, String> form) {
        return HttpRequest.newBuilder(server.url(path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(TestPhone.form(form)))
                .build();
    }

    /** On one connection, which a session looked up after the first answer would have ended. */
    private static void assertGoesOnServingKeys(TestPhone phone, TestServer server) {
        for (int i = 0; i < 2; i++) {
            assertThat(phone.get(server.url("/oauth2/jwks")).statusCode()).isEqualTo(200);
        }
    }

    private static int readiness(TestPhone phone, TestServer server) {
        return phone.get(server.managementUrl("/actuator/health/readiness")).statusCode();
    }

    private void signalRedis(String signal) throws IOException, InterruptedException {
        String pid = Files.readString(folder.resolve("data/redis/redis.pid")).strip();
        assertThat(new ProcessBuilder("/bin/kill", "-" + signal, pid).start().waitFor())
                .isZero();
    }

    private static Map<String, String> refresh(Answer previous) {
        return Map.of(
                "grant_type", "refresh_token",
                "client_id", "softphone",
                "refresh_token", previous.text("refresh_token"));
    }
}
