package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.assertj.core.api.AbstractThrowableAssert;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.served.Followed;
import org.sipoauth.registrar.served.ServedMode;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.verifier.refresh.UrlSettings;

/** Edges come and go, mode and ports change, as the server says, over real sockets and TLS. */
@Timeout(60)
class FollowedIT {
    private static final Instant FIRST_CHANGE = Instant.parse("2026-01-01T10:00:00Z");

    private record Document(int status, String body) {
        String entityTag() {
            return "\"" + Integer.toHexString(body.hashCode()) + "\"";
        }
    }

    @TempDir
    private Path directory;

    private volatile CountDownLatch held = new CountDownLatch(0);
    private final AtomicInteger notModified = new AtomicInteger();
    private volatile Document served = new Document(200, "{\"edges\":[]}");
    private TestPki pki;
    private HttpsServer server;

    @BeforeEach
    void startServer() throws Exception {
        pki = new TestPki("test CA");
        pki.writeAuthority(directory.resolve("trust.crt"));
        startServer(pki, LoopbackPorts.free());
    }

    private void startServer(TestPki authority, int port) throws Exception {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(authority.node().toKeyManagerFactory().getKeyManagers(), null, new SecureRandom());
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/edges", this::answer);
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            held.await();
            Document now = served;
            if (now.entityTag().equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                notModified.incrementAndGet();
                exchange.sendResponseHeaders(304, -1);
                return;
            }
            byte[] body = now.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("ETag", now.entityTag());
            exchange.sendResponseHeaders(now.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void letsEdgesInAndOutAsTheServerLists() throws Exception {
        try (RunningRegistrar registrar = registrar();
                TestPhone phone = TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()));
                TestPhone ofTheSettings = connect(registrar, "edge.example.com")) {
            awaitRead(registrar);
            refuses(registrar, "west.example.com").hasMessageContaining("bad_certificate");

            list(1, "West.example.com", "east.example.com");
            await().until(() -> registrar.metric("sip_edges_listed") == 3);
            try (TestPhone west = connect(registrar, "west.example.com");
                    TestPhone east = connect(registrar, "east.example.com")) {
                assertThat(registrar.get("/health").body()).contains("\"edges\":3", "\"edgesReadAt\":\"20");

                list(2, "east.example.com");

                assertThat(west.next()).isEmpty(); // closed
                assertThat(registrar.metric("sip_edges_ended_total")).isEqualTo(1);
                assertAlive(east, phone, ofTheSettings);
                refuses(registrar, "west.example.com");

                list(3); // said to be empty

                assertThat(east.next()).isEmpty();
                assertAlive(phone, ofTheSettings);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>Welcome</html>",
                "{\"edges\":[]}", // lost by the server
                "{\"changed_at\":\"2025-01-01T10:00:00Z\",\"edges\":[]}", // of an old backup
                "{\"changed_at\":\"2027-01-01T10:00:00Z\",\"edges\":[{}]}",
                "{\"changed_at\":\"2027-01-01T10:00:00Z\"}",
                "503"
            })
    void keepsTheListWhenTheServerHasNoBetterOne(String document) throws Exception {
        list(1, "west.example.com");
        try (RunningRegistrar registrar = registrar()) {
            await().until(() -> registrar.metric("sip_edges_listed") == 2);
            try (TestPhone west = connect(registrar, "west.example.com")) {
                served = document.equals("503") ? new Document(503, "") : new Document(200, document);

                await().until(() -> registrar.metric("sip_edges_refresh_failures_total") >= 2);
                assertAlive(west);
                connect(registrar, "west.example.com").close();

                list(2, "east.example.com");
                assertThat(west.next()).isEmpty();
                connect(registrar, "east.example.com").close();
            }
        }
    }

    @Test
    void followsTheServersModeAndKeepsItOnDisk() throws Exception {
        String[] settings = {
            "--mode=served",
            "--mode.url=https://localhost:" + server.getAddress().getPort() + "/edges",
            "--edges.url=none",
            "--mode.refresh=50ms",
            "--mode.cache=" + directory.resolve("mode.cache"),
            "--jwks.trust=" + directory.resolve("trust.crt")
        };
        served = new Document(503, "");
        try (RunningRegistrar registrar = new RunningRegistrar(directory, pki, settings);
                TestPhone phone = TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()))) {
            assertThat(status(phone)).isEqualTo(403); // off until it is known

            mode(1, "enabled");
            await().until(() -> status(phone) == 407);
            assertThat(registrar.get("/health").body()).contains("\"mode\":\"enabled\",\"modeReadAt\":\"20");

            mode(2, "disabled");
            await().until(() -> status(phone) == 403);
            mode(3, "enabled");
            await().until(() -> status(phone) == 407);
            await().until(() ->
                    Files.readString(directory.resolve("mode.cache")).contains("enabled"));
        }
        server.stop(0);
        try (RunningRegistrar registrar = new RunningRegistrar(directory, pki, settings);
                TestPhone phone = TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()))) {
            assertThat(status(phone)).isEqualTo(407);
        }
    }

    @Test
    void movesToThePortsThatTheServerNamesAndKeepsWhatIsConnected() throws Exception {
        String[] settings = {
            "--ports=served",
            "--ports.url=https://localhost:" + server.getAddress().getPort() + "/edges",
            "--edges.url=none",
            "--ports.refresh=50ms",
            "--ports.cache=" + directory.resolve("ports.cache"),
            "--jwks.trust=" + directory.resolve("trust.crt")
        };
        ports("node2", 1, 2);
        int oauth;
        int mra = LoopbackPorts.free();
        try (RunningRegistrar registrar = new RunningRegistrar(directory, pki, settings);
                TestPhone phone = TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()));
                TestPhone edge = connect(registrar, "edge.example.com")) {
            ServerSocket taken = new ServerSocket(LoopbackPorts.free(), 1, InetAddress.getLoopbackAddress());
            InetSocketAddress first = registrar.oauth();
            await().until(() -> registrar.metric("sip_ports_pending") == 2);
            assertThat(registrar.get("/status").body()).contains("the server's list has no node node1");

            oauth = taken.getLocalPort();
            ports("Node1", oauth, mra);

            await().until(() -> registrar.mra().getPort() == mra && registrar.metric("sip_ports_pending") == 1);
            assertThat(registrar.get("/status").body())
                    .contains("\"oauth\":\"127.0.0.1:" + first.getPort() + "\"")
                    .contains("\"portsPending\":{\"oauth\":\"127.0.0.1:" + oauth + " cannot be bound");
            assertAlive(phone, edge);
            connect(registrar, "edge.example.com").close();

            taken.close();

            await().until(() -> registrar.oauth().getPort() == oauth);
            assertAlive(phone, edge);
            await().untilAsserted(() -> assertThatThrownBy(
                            () -> TestPhone.inTheClear(first).close())
                    .isInstanceOf(ConnectException.class));
            try (TestPhone second = TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()))) {
                assertAlive(second);
            }
            assertThat(registrar.metric("sip_ports_pending")).isZero();
            await().until(() ->
                    Files.readString(directory.resolve("ports.cache")).contains("" + oauth));
        }
        server.stop(0);
        try (RunningRegistrar registrar = new RunningRegistrar(directory, pki, settings)) {
            assertThat(registrar.oauth().getPort()).isEqualTo(oauth);
            assertThat(registrar.mra().getPort()).isEqualTo(mra);
        }
        ServerSocket taken = new ServerSocket(oauth, 1, InetAddress.getLoopbackAddress());
        try (RunningRegistrar registrar = new RunningRegistrar(directory, pki, settings);
                TestPhone phone = TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()))) {
            assertThat(registrar.oauth().getPort()).isNotEqualTo(oauth);
            assertThat(registrar.mra().getPort()).isEqualTo(mra);
            assertThat(registrar.get("/status").body())
                    .contains("\"portsPending\":{\"oauth\":\"127.0.0.1:" + oauth + " cannot be bound");

            taken.close();

            await().until(() -> registrar.oauth().getPort() == oauth);
            assertAlive(phone);
        }
    }

    private void ports(String node, int oauth, int mra) {
        served = new Document(
                200,
                "{\"nodes\":[{\"name\":\"" + node + "\",\"sip_oauth_port\":" + oauth + ",\"sip_mra_oauth_port\":" + mra
                        + "}]}");
    }

    private void mode(int change, String mode) {
        served = new Document(
                200, "{\"mode\":\"" + mode + "\",\"changed_at\":\"" + FIRST_CHANGE.plusMillis(change) + "\"}");
    }

    private static int status(TestPhone phone) throws IOException {
        return phone.exchange(phone.register(Headers.NONE)).status();
    }

    @Test
    void isWaitedForUntilTheServerWasAsked() throws Exception {
        mode(1, "enabled");
        held = new CountDownLatch(1);
        UrlSettings url = new UrlSettings(
                URI.create("https://localhost:" + server.getAddress().getPort() + "/edges"), Duration.ofMillis(50));
        url.sslContext(pki.client(Optional.empty()));
        url.timeout(Duration.ofSeconds(20));
        List<ServedMode> said = new CopyOnWriteArrayList<>();
        try (Followed<ServedMode> followed = Followed.mode(url, said::add)) {
            assertThat(followed.awaitAsked(Duration.ofMillis(1))).isFalse();

            held.countDown();
            assertThat(followed.awaitAsked(Duration.ofSeconds(20))).isTrue();
            assertThat(said).extracting(ServedMode::enabled).containsExactly(true);
        }
    }

    @Test
    void followsTheServerToACertificateOfAnotherAuthority() throws Exception {
        list(1, "west.example.com");
        try (RunningRegistrar registrar = registrar()) {
            await().until(() -> registrar.metric("sip_edges_listed") == 2);
            int port = server.getAddress().getPort();
            server.stop(0);
            TestPki other = new TestPki("other CA");
            list(2, "west.example.com", "east.example.com");
            startServer(other, port);
            await().until(() -> registrar.metric("sip_edges_refresh_failures_total") >= 2); // it is not trusted yet
            assertThat(registrar.metric("sip_edges_listed")).isEqualTo(2);

            other.writeAuthority(directory.resolve("trust.crt"));

            await().until(() -> registrar.metric("sip_edges_listed") == 3);
        }
    }

    @Test
    void asksOnlyWhetherTheListHasChanged() throws Exception {
        list(1, "west.example.com");
        try (RunningRegistrar registrar = registrar()) {
            await().until(() -> notModified.get() >= 2);
            connect(registrar, "west.example.com").close();
            assertThat(registrar.metric("sip_edges_refresh_failures_total")).isZero();
        }
    }

    @Test
    void startsFromDiskWithoutTheServer() throws Exception {
        list(1, "west.example.com");
        try (RunningRegistrar registrar = registrar()) {
            await().until(() -> Files.exists(directory.resolve("edges.cache")));
            connect(registrar, "west.example.com").close();
        }
        server.stop(0);
        try (RunningRegistrar registrar = registrar()) {
            connect(registrar, "west.example.com").close();
            assertThat(registrar.metric("sip_edges_age_seconds")).isNotNaN();
        }
    }

    @Test
    void startsWithoutAFileThatIsNotItsOwn() throws Exception {
        Files.writeString(directory.resolve("edges.cache"), "west.example.com\n");
        try (RunningRegistrar registrar = registrar()) {
            awaitRead(registrar);
            refuses(registrar, "west.example.com");
            connect(registrar, "edge.example.com").close();
        }
    }

    @Test
    void namesTheSettingThatIsNoAddress() {
        assertThatThrownBy(() -> registrar("--edges.url=http://localhost/edges"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("--edges.url: not an https address");
    }

    private RunningRegistrar registrar(String... more) throws Exception {
        String[] settings = {
            "--edges.url=https://localhost:" + server.getAddress().getPort() + "/edges",
            "--edges.refresh=50ms",
            "--edges.cache=" + directory.resolve("edges.cache"),
            "--jwks.trust=" + directory.resolve("trust.crt")
        };
        String[] all = Arrays.copyOf(settings, settings.length + more.length);
        System.arraycopy(more, 0, all, settings.length, more.length);
        return new RunningRegistrar(directory, pki, all);
    }

    private void list(int change, String... names) {
        String edges = Arrays.stream(names)
                .map(name -> "{\"certificate_names\":[\"" + name + "\"]}")
                .collect(Collectors.joining(","));
        served = new Document(
                200, "{\"changed_at\":\"" + FIRST_CHANGE.plusMillis(change) + "\",\"edges\":[" + edges + "]}");
    }

    private static void awaitRead(RunningRegistrar registrar) {
        await().until(() -> !Double.isNaN(registrar.metric("sip_edges_age_seconds")));
    }

    private AbstractThrowableAssert<?, ?> refuses(RunningRegistrar registrar, String name) {
        return assertThatThrownBy(() -> {
                    try (TestPhone refused =
                            TestPhone.overTls(registrar.mra(), pki.client(Optional.of(pki.edge(name))))) {
                        refused.next(); // reads and sends nothing, which might meet a closed socket before the alert
                        // is read
                    }
                })
                .isInstanceOf(SSLException.class);
    }

    private TestPhone connect(RunningRegistrar registrar, String name) throws Exception {
        TestPhone edge = TestPhone.overTls(registrar.mra(), pki.client(Optional.of(pki.edge(name))));
        try {
            assertAlive(edge);
            return edge;
        } catch (IOException refused) {
            edge.close();
            throw refused;
        }
    }

    private static void assertAlive(TestPhone... connections) throws IOException {
        for (TestPhone connection : connections) {
            assertThat(connection.exchange(connection.register(Headers.NONE)).status())
                    .isEqualTo(407);
        }
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }
}
