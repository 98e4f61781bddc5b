package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;

/** A login is revoked: what the phone has registered ends with the next poll, over real sockets and TLS. */
class RevocationIT {
    private static final String CREDENTIALS = "Proxy-Authorization";

    @TempDir
    private Path directory;

    private final Map<String, String> documents = new ConcurrentHashMap<>();
    private final Instant start = Instant.now();
    private TestPki pki;
    private HttpsServer issuer;

    @BeforeEach
    void startIssuer() throws Exception {
        pki = new TestPki("test CA");
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(pki.node().toKeyManagerFactory().getKeyManagers(), null, new SecureRandom());
        issuer = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.setHttpsConfigurator(new HttpsConfigurator(tls));
        issuer.createContext("/", exchange -> {
            try (exchange) {
                String document = documents.get(exchange.getRequestURI().getPath());
                byte[] body = (document == null ? "" : document).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(document == null ? 503 : 200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        });
        issuer.start();
        documents.put("/oauth2/jwks", TestTokens.jwkSet());
        documents.put("/oauth2/status-lists", "{\"status_lists\":[\"" + list() + "\"]}");
        revoke(start);
    }

    @AfterEach
    void stopIssuer() {
        issuer.stop(0);
    }

    @Test
    void endsBindingAndConnectionOfRevokedLoginAndRefusesItsToken() throws Exception {
        try (RunningRegistrar registrar = registrar();
                TestPhone phone = phone(registrar);
                TestPhone other = phone(registrar)) {
            assertThat(register(phone, 8).status()).isEqualTo(200);
            assertThat(register(other, 7).status()).isEqualTo(200);
            assertThat(registrar.metric("sip_bindings")).isEqualTo(1); // one contact, registered by both in turn
            assertThat(registrar.get("/health").body()).contains("\"statusLists\":1", "\"revoked\":0");

            revoke(start.plusSeconds(1), 7);

            assertThat(other.next()).isEmpty(); // closed
            await().until(() -> registrar.metric("sip_bindings") == 0);
            await().until(() -> registrar.metric("sip_bindings_revoked_total") == 1);
            assertThat(registrar.metric("sip_connections_revoked_total{port=\"oauth\",result=\"closed\"}"))
                    .isEqualTo(1);
            assertThat(registrar.metric("sipoauth_verifier_status_revoked")).isEqualTo(1);
            try (TestPhone again = phone(registrar)) {
                SipResponse refused = register(again, 7);
                assertThat(refused.status()).isEqualTo(407);
                assertThat(refused.headers().first("Proxy-Authenticate").orElseThrow())
                        .contains("error=\"invalid_token\"");
            }
            assertThat(registrar.metric("sip_registrations_total{cause=\"token_revoked\",outcome=\"refused\"}"))
                    .isEqualTo(1);
            assertThat(register(phone, 8).status()).isEqualTo(200); // its connection is still there
        }
    }

    @Test
    void leavesTheConnectionOfAnEdge() throws Exception {
        try (RunningRegistrar registrar = registrar();
                TestPhone edge =
                        TestPhone.overTls(registrar.mra(), pki.client(Optional.of(pki.edge("edge.example.com"))))) {
            assertThat(register(edge, 7).status()).isEqualTo(200);
            revoke(start.plusSeconds(1), 7);
            await().until(() -> registrar.metric("sip_bindings") == 0);
            assertThat(register(edge, 7).status()).isEqualTo(407);
            assertThat(register(edge, 8).status()).isEqualTo(200);
        }
    }

    @Test
    void endsBindingThatSeveralRegistrarsShare() throws Exception {
        try (TestRedis redis = new TestRedis(directory);
                RunningRegistrar one = registrar("--location.redis=redis://" + redis.address());
                RunningRegistrar other = registrar("--location.redis=redis://" + redis.address());
                TestPhone phone = phone(one);
                TestPhone asking = phone(other)) {
            registerInRedis(phone, 7);
            awaitFetched(asking, 1);

            revoke(start.plusSeconds(1), 7);

            assertThat(phone.next()).isEmpty(); // closed
            await().until(() -> one.metric("sip_bindings_revoked_total") == 1);
            assertThat(one.metric("sip_bindings")).isZero();
            awaitFetched(asking, 0);
        }
    }

    @Test
    void endsBindingsThatRedisWouldNotRemoveAsSoonAsItDoes() throws Exception {
        try (TestRedis redis = new TestRedis(directory);
                RunningRegistrar registrar = registrar("--location.redis=redis://" + redis.address());
                TestPhone phone = phone(registrar)) {
            registerInRedis(phone, 7);
            RedisClient client = RedisClient.create("redis://" + redis.address());
            try (StatefulRedisConnection<String, String> operator = client.connect()) {
                operator.sync().aclSetuser("default", AclSetuserArgs.Builder.removeCommand(CommandType.EVAL));
                revoke(start.plusSeconds(1), 7);
                await().until( // one for the phone, then one each time that its binding is to be removed
                                () -> operator.sync()
                                        .info("commandstats")
                                        .matches("(?s).*cmdstat_get:calls=([4-9]|\\d\\d+),.*"));
                assertThat(registrar.metric("sip_bindings_revoked_total")).isZero();

                operator.sync().aclSetuser("default", AclSetuserArgs.Builder.addCommand(CommandType.EVAL));
                await().until(() -> registrar.metric("sip_bindings_revoked_total") == 1);
                assertThat(registrar.metric("sip_bindings")).isZero();
            } finally {
                client.shutdown();
            }
        }
    }

    @Test
    void showsNoBindingOfARevokedLoginThatAnotherRegistrarHasLeftBehind() throws Exception {
        try (TestRedis redis = new TestRedis(directory);
                RunningRegistrar other = registrar("--location.redis=redis://" + redis.address());
                TestPhone asking = phone(other)) {
            try (RunningRegistrar one = registrar("--location.redis=redis://" + redis.address());
                    TestPhone phone = phone(one)) {
                registerInRedis(phone, 7);
            }
            awaitFetched(asking, 1);

            revoke(start.plusSeconds(1), 7);

            awaitFetched(asking, 0);
        }
    }

    @Test
    void startsFromDiskWithoutTheIssuer() throws Exception {
        revoke(start, 7);
        try (RunningRegistrar registrar = registrar()) {
            await().until(() -> Files.exists(directory.resolve("status-lists.cache")));
            assertThat(registrar.metric("sipoauth_verifier_status_lists")).isEqualTo(1);
        }
        issuer.stop(0);
        try (RunningRegistrar registrar = registrar();
                TestPhone phone = phone(registrar)) {
            assertThat(register(phone, 7).status()).isEqualTo(407);
            assertThat(register(phone, 8).status()).isEqualTo(200);
        }
    }

    @Test
    void asksPhonesToComeAgainWhileTheListsCannotBeRead() throws Exception {
        documents.remove("/oauth2/status-lists");
        try (RunningRegistrar registrar = registrar();
                TestPhone phone = phone(registrar)) {
            SipResponse undecided = register(phone, 8);
            assertThat(undecided.status()).isEqualTo(500);
            assertThat(undecided.headers().first("Retry-After")).contains("5");
            assertThat(registrar.get("/health").statusCode()).isEqualTo(503);
            assertThat(registrar.get("/health").body()).contains("\"status\":\"STATUS_TOO_OLD\"");
            documents.put("/oauth2/status-lists", "{\"status_lists\":[\"" + list() + "\"]}");
            await().until(() -> register(phone, 8).status() == 200);
            assertThat(registrar.get("/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void refusesTokensWithoutStatusWhereTold() throws Exception {
        try (RunningRegistrar registrar = registrar("--tokens-without-status=refused");
                TestPhone phone = phone(registrar)) {
            String without = TestTokens.valid(start).compact();
            assertThat(phone.register(CREDENTIALS, "Bearer " + without).status())
                    .isEqualTo(407);
            assertThat(register(phone, 8).status()).isEqualTo(200);
        }
    }

    private RunningRegistrar registrar(String... more) throws Exception {
        if (Files.notExists(directory.resolve("ca.crt"))) {
            pki.writeAuthority(directory.resolve("ca.crt"));
        }
        String[] settings = {
            "--jwks=" + url("/oauth2/jwks"),
            "--jwks.trust=" + directory.resolve("ca.crt"),
            "--jwks.cache=" + directory.resolve("jwks.cache"),
            "--status-lists=" + url("/oauth2/status-lists"),
            "--status-lists.refresh=50ms",
            "--status-lists.cache=" + directory.resolve("status-lists.cache")
        };
        String[] all = Arrays.copyOf(settings, settings.length + more.length);
        System.arraycopy(more, 0, all, settings.length, more.length);
        return new RunningRegistrar(directory, pki, all);
    }

    private TestPhone phone(RunningRegistrar registrar) throws Exception {
        return TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()));
    }

    private SipResponse register(TestPhone phone, int index) throws IOException {
        String token = TestTokens.valid(start).withStatus(list(), index).compact();
        return phone.register(CREDENTIALS, "Bearer token=\"" + token + "\"");
    }

    /** A busy machine takes its time to connect to Redis. */
    private void registerInRedis(TestPhone phone, int index) {
        await().until(() -> register(phone, index).status() == 200);
    }

    private void awaitFetched(TestPhone asking, int bindings) {
        await().untilAsserted(() -> assertThat(fetch(asking, 8)).hasSize(bindings));
    }

    /** What is registered: a REGISTER without Contact. */
    private List<Contact> fetch(TestPhone phone, int index) throws IOException {
        String token = TestTokens.valid(start).withStatus(list(), index).compact();
        Headers headers = phone.register(Headers.NONE.plus(CREDENTIALS, "Bearer " + token))
                .headers()
                .without("Contact");
        SipResponse response = phone.exchange(SipRequest.of("REGISTER", "sip:127.0.0.1", headers));
        assertThat(response.status()).isEqualTo(200);
        return response.contacts();
    }

    private void revoke(Instant signedAt, int... indexes) {
        documents.put("/oauth2/status-lists/a", TestTokens.statusList(list(), signedAt, indexes));
    }

    private String list() {
        return url("/oauth2/status-lists/a");
    }

    private String url(String path) {
        return "https://localhost:" + issuer.getAddress().getPort() + path;
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20));
    }
}
