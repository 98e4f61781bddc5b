package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.Documents;
import org.sipoauth.cli.SipoauthMain;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.HttpsClient.Answer;
import org.sipoauth.cli.http.OwnCertificate;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.cli.json.JsonObject;
import org.sipoauth.cli.token.UnverifiedToken;
import org.sipoauth.keys.store.MasterKey;

/**
 * Two servers behind a real HAProxy, with the settings that {@code docs/install.md} prints and {@code deploy/haproxy}, on
 * loopback: other than printed are addresses, ports, folders, the client's secret, and one Redis without Sentinels.
 */
class LoadBalancerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String REDIS_PASSWORD = "for-the-redis-of-this-test";
    private static final String SECRET = "a-secret-of-the-test-alone-which-is-long-enough";
    private static final String DESK_PHONE = "SEP00005E005301";
    private static final int PHONES = 6;
    private static final int MOST_OF_A_NETWORK = 100;
    private static final String ANYBODYS_CLAIM = "192.0.2.66";

    @TempDir
    private static Path folder;

    private static final List<ChildProcess> running = new ArrayList<>();
    private static final List<Node> nodes = new ArrayList<>();
    private static URI issuer;
    private static URI mutualTls;
    private static HttpsClient https;
    private static Map<String, String> administrator;

    /** A server and its ports. */
    private static final class Node {
        final String name;
        final int port = LoopbackPorts.free();
        final int mutualTlsPort = LoopbackPorts.free();
        final int managementPort = LoopbackPorts.free();
        final int provisioningPort = LoopbackPorts.free();

        @Nullable
        ChildProcess server;

        Node(String name) {
            this.name = name;
        }

        /** As the unit of {@code deploy/systemd} does. */
        void start() throws IOException, InterruptedException {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(Platform.JAVA_OPTIONS);
            command.addAll(Repository.server());
            command.addAll(List.of(
                    "--spring.config.additional-location=file:" + folder.resolve("etc/sip-oauth/authz-server.yaml"),
                    "--sipoauth.data-dir=" + folder.resolve("var/lib/" + name),
                    "--sipoauth.master-key-file=" + folder.resolve("etc/sip-oauth/master.key"),
                    "--sipoauth.audit.folder=" + folder.resolve("var/lib/audit-" + name),
                    "--sipoauth.mutual-tls.port=" + mutualTlsPort,
                    "--sipoauth.mutual-tls.url=" + mutualTls,
                    "--sipoauth.manufacturers[0].name=acme",
                    "--sipoauth.manufacturers[0].authorities=" + folder.resolve("factory/ca.crt"),
                    "--sipoauth.manufacturers[0].common-name=(SEP[0-9A-F]{12})",
                    "--sipoauth.provisioning.port=" + provisioningPort,
                    "--server.address=127.0.0.1",
                    "--server.port=" + port,
                    "--management.server.port=" + managementPort));
            ChildProcess started = ChildProcess.start(name, folder, command);
            running.add(started);
            started.awaitLine("Started AuthzServerApplication");
            server = started;
            await().atMost(PATIENCE)
                    .until(() -> page("/actuator/health/readiness").contains("\"UP\""));
        }

        String page(String path) throws IOException, InterruptedException {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }

        boolean refreshes() throws IOException, InterruptedException {
            return page("/actuator/prometheus")
                    .lines()
                    .anyMatch(line ->
                            line.startsWith("sipoauth_refreshes_total{outcome=\"rotated\"}") && !line.endsWith(" 0.0"));
        }
    }

    /** Refreshes without a pause; whatever is no new pair of tokens ends it with a failure. */
    private static final class Phone {
        final AtomicInteger refreshes = new AtomicInteger();
        private String token;

        Phone(String token) {
            this.token = token;
        }

        Void refreshUntil(AtomicBoolean enough) throws Exception {
            HttpsClient own = client(Optional.empty());
            while (!enough.get()) {
                Answer answer = own.postForm(
                        issuer.resolve("/oauth2/token"),
                        Map.of("grant_type", "refresh_token", "client_id", "deskphone", "refresh_token", token));
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                token = JsonObject.parse(answer.body()).string("refresh_token").orElseThrow();
                refreshes.incrementAndGet();
            }
            return null;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        String haproxy = Peer.HAPROXY.path();
        int front = LoopbackPorts.free();
        int certificates = LoopbackPorts.free();
        issuer = URI.create("https://localhost:" + front);
        mutualTls = URI.create("https://localhost:" + certificates);
        for (String name : List.of("node1", "node2")) {
            nodes.add(new Node(name));
        }
        makeCertificates();
        https = client(Optional.empty());
        int redisPort = LoopbackPorts.free();
        running.add(OwnRedis.start(folder, "redis", redisPort, REDIS_PASSWORD, "yes"));
        writeSettings(redisPort);
        for (Node node : nodes) {
            node.start();
        }
        startHaproxy(haproxy, front, certificates);
        Answer token = https.postForm(
                issuer.resolve("/oauth2/token"),
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        "operations",
                        "client_secret",
                        SECRET,
                        "scope",
                        "admin"));
        assertThat(token.status()).as(token.body()).isEqualTo(200);
        administrator = Map.of(
                "Authorization",
                "Bearer "
                        + JsonObject.parse(token.body()).string("access_token").orElseThrow());
        administer("users/alice", "{\"enabled\":true}");
    }

    @AfterAll
    static void stop() {
        for (int i = running.size() - 1; i >= 0; i--) {
            running.get(i).close();
        }
        running.clear();
        nodes.clear();
    }

    private static void makeCertificates() throws IOException {
        make("pki", "--host=auth.example.com", "--host=node1.example.com", "--host=node2.example.com");
        make("factory", "--phone=" + DESK_PHONE);
        Path tls = Files.createDirectories(folder.resolve("etc/sip-oauth/tls"));
        Files.copy(folder.resolve("pki/node.crt"), tls.resolve("server.crt"));
        Files.copy(folder.resolve("pki/node.key"), tls.resolve("server.key"));
        Path haproxy = Files.createDirectories(folder.resolve("etc/haproxy"));
        Files.writeString(
                haproxy.resolve("auth.example.com.pem"),
                Files.readString(folder.resolve("pki/node.crt")) + Files.readString(folder.resolve("pki/node.key")));
        Files.copy(folder.resolve("pki/ca.crt"), haproxy.resolve("servers-ca.crt"));
    }

    private static void make(String name, String... options) {
        List<String> command =
                new ArrayList<>(List.of("dev-pki", "--out", folder.resolve(name).toString()));
        command.addAll(List.of(options));
        assertThat(SipoauthMain.commandLine().execute(command.toArray(String[]::new)))
                .isZero();
    }

    /** Steps 4 and 8 of the document, one below the other. */
    private static void writeSettings(int redisPort) throws Exception {
        Path settings = folder.resolve("etc/sip-oauth");
        MasterKey.create(settings.resolve("master.key"));
        Path passwords = Files.createDirectory(
                settings.resolve("passwords"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(passwords.resolve("spring.data.redis.password"), REDIS_PASSWORD);
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(SECRET.getBytes(StandardCharsets.US_ASCII)));
        Map<String, String> written = new LinkedHashMap<>();
        written.put("https://auth.example.com:8443", issuer.toString());
        written.put("/etc/sip-oauth/", settings + "/");
        written.put("{sha256}…", "{sha256}" + hash);
        written.put("""
                  data.redis.sentinel:
                    master: sip-oauth
                    nodes: redis-1.example.com:26379,redis-2.example.com:26379,redis-3.example.com:26379
                """, "  data.redis: { host: 127.0.0.1, port: " + redisPort + " }\n");
        written.put("192\\.0\\.2\\.10", "127\\.0\\.0\\.1");
        Files.writeString(
                settings.resolve("authz-server.yaml"),
                as(written, yaml("keys.store: redis") + yaml("forward-headers-strategy")));
    }

    private static String yaml(String part) throws IOException {
        List<String> blocks = Documents.blocks("docs/install.md").stream()
                .filter(block -> block.language().equals("yaml") && block.text().contains(part))
                .map(Documents.Block::text)
                .toList();
        assertThat(blocks).as("a block of the document with " + part).hasSize(1);
        return blocks.get(0);
    }

    private static void startHaproxy(String haproxy, int front, int certificates) throws Exception {
        Map<String, String> written = new LinkedHashMap<>();
        written.put("    user haproxy\n    group haproxy\n", ""); // whoever runs this
        written.put("maxconn 20000", "maxconn 500"); // few enough for any machine's limit of open files
        written.put("sc0_conn_cur gt 5000", "sc0_conn_cur gt " + MOST_OF_A_NETWORK);
        written.put("/etc/haproxy/", folder.resolve("etc/haproxy") + "/");
        written.put("bind :8443,:::8443 v6only", "bind 127.0.0.1:" + front);
        written.put("bind :8444,:::8444 v6only", "bind 127.0.0.1:" + certificates);
        for (int i = 0; i < nodes.size(); i++) {
            written.put("192.0.2.2" + (i + 1) + ":8443", "127.0.0.1:" + nodes.get(i).port);
            written.put("192.0.2.2" + (i + 1) + ":8444", "127.0.0.1:" + nodes.get(i).mutualTlsPort);
        }
        Path configuration = Files.writeString(
                folder.resolve("etc/haproxy/haproxy.cfg"),
                as(written, Files.readString(Repository.file("deploy/haproxy/haproxy.cfg"))));
        try (ChildProcess check =
                ChildProcess.start("haproxy -c", folder, List.of(haproxy, "-c", "-f", configuration.toString()))) {
            assertThat(check.awaitExit(PATIENCE)).as(check.output()).isZero();
        }
        running.add(ChildProcess.start("haproxy", folder, List.of(haproxy, "-db", "-f", configuration.toString())));
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> https.get(issuer.resolve("/oauth2/jwks"), Map.of()).status() == 200);
    }

    /** With parts of a text replaced, all of which have to be there. */
    private static String as(Map<String, String> written, String printed) {
        String text = printed;
        for (Map.Entry<String, String> part : written.entrySet()) {
            assertThat(text).contains(part.getKey());
            text = text.replace(part.getKey(), part.getValue());
        }
        return text;
    }

    private static HttpsClient client(Optional<OwnCertificate> own) {
        return new HttpsClient(Trust.context(Optional.of(folder.resolve("pki/ca.crt")), own), Duration.ofSeconds(20));
    }

    private static URI api(String path) {
        return issuer.resolve("/admin/api/v1/" + path);
    }

    private static void administer(String path, String json) throws Exception {
        Answer answer = https.putJson(api(path), administrator, json);
        assertThat(answer.status()).as(answer.body()).isBetween(200, 201);
    }

    private static void addDevice(String name) throws Exception {
        administer("devices/" + name, "{\"owner\":\"alice\",\"addresses_of_record\":[\"sip:1001@example.com\"]}");
    }

    private static Phone signedIn(String device) throws Exception {
        addDevice(device);
        Answer code = https.postJson(api("devices/" + device + "/activation-code"), administrator, "");
        Answer tokens = https.postForm(
                issuer.resolve("/oauth2/token"),
                Map.of(
                        "grant_type",
                        "urn:sipoauth:params:oauth:grant-type:activation-code",
                        "client_id",
                        "deskphone",
                        "device_name",
                        device,
                        "activation_code",
                        JsonObject.parse(code.body()).string("activation_code").orElseThrow()));
        assertThat(tokens.status()).as(tokens.body()).isEqualTo(200);
        return new Phone(JsonObject.parse(tokens.body()).string("refresh_token").orElseThrow());
    }

    @Test
    void losesNoRequestWhenAServerEndsAndNoneWhenOneDies() throws Exception {
        List<Phone> phones = new ArrayList<>();
        for (int i = 0; i < PHONES; i++) {
            phones.add(signedIn("SEP00000000000" + i));
        }
        AtomicBoolean enough = new AtomicBoolean();
        ExecutorService load = Executors.newFixedThreadPool(PHONES);
        List<Future<?>> loops = new ArrayList<>();
        try {
            phones.forEach(phone -> loops.add(load.submit(() -> phone.refreshUntil(enough))));
            awaitMore(phones, loops);
            for (Node node : nodes) {
                await().atMost(PATIENCE).until(node::refreshes);
            }

            ChildProcess first = nodes.get(0).server;
            first.terminate();
            assertThat(first.awaitExit(PATIENCE)).as(first.output()).isEqualTo(143);
            awaitMore(phones, loops);

            nodes.get(0).start();
            await().atMost(PATIENCE).until(nodes.get(0)::refreshes);
            ProcessHandle.of(nodes.get(1).server.pid()).orElseThrow().destroyForcibly();
            awaitMore(phones, loops);
        } finally {
            enough.set(true);
            load.shutdown();
        }
        for (Future<?> loop : loops) {
            loop.get();
        }
    }

    /** Until each has got ten new pairs of tokens, or one has failed. */
    private static void awaitMore(List<Phone> phones, List<Future<?>> loops) {
        List<Integer> before =
                phones.stream().map(phone -> phone.refreshes.get()).toList();
        await().atMost(PATIENCE).until(() -> {
            for (int i = 0; i < phones.size(); i++) {
                if (loops.get(i).isDone()) {
                    loops.get(i).get(); // says why
                }
                if (phones.get(i).refreshes.get() < before.get(i) + 10) {
                    return false;
                }
            }
            return true;
        });
    }

    @Test
    void tellsTheServersFromWhereSomebodyComesAndPassesOnNothingThatTheySayOfIt() throws Exception {
        Path body = folder.resolve("answer");
        try (ChildProcess curl = ChildProcess.start(
                "curl",
                folder,
                List.of(
                        Peer.CURL.path(),
                        "--silent",
                        "--show-error",
                        "--include",
                        "--interface",
                        "127.0.0.2",
                        "--cacert",
                        folder.resolve("pki/ca.crt").toString(),
                        "--header",
                        "X-Forwarded-For: " + ANYBODYS_CLAIM,
                        "--header",
                        "X-Forwarded-Host: elsewhere.example.com",
                        "--header",
                        "Forwarded: for=" + ANYBODYS_CLAIM,
                        "--output",
                        body.toString(),
                        issuer + "/device",
                        "--output",
                        "/dev/null",
                        issuer + "/admin/api/v1/keys"))) {
            assertThat(curl.awaitExit(PATIENCE)).as(curl.output()).isZero();
        }

        assertThat(Files.readString(body)) // leads a browser to the sign-in page
                .containsIgnoringCase("location: " + issuer + "/login")
                .doesNotContain("elsewhere.example.com");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(audit("event=administration_refused"))
                        .contains("\"address\":\"127.0.0.2\"")
                        .doesNotContain(ANYBODYS_CLAIM));
    }

    @Test
    void handsThroughTheCertificatesOfPhones() throws Exception {
        addDevice(DESK_PHONE);
        HttpsClient phone = client(Optional.of(
                OwnCertificate.read(folder.resolve("factory/phone.crt"), folder.resolve("factory/phone.key"))));
        Map<String, String> grant = Map.of(
                "grant_type",
                "urn:sipoauth:params:oauth:grant-type:manufacturer-certificate",
                "client_id",
                "deskphone");
        Map<String, String> another = new LinkedHashMap<>(grant);
        another.put("device_name", "SEP00005E005302");

        Answer tokens = phone.postForm(mutualTls.resolve("/oauth2/token"), grant);
        Answer refused =
                phone.postForm(mutualTls.resolve("/oauth2/token"), another, Map.of("X-Forwarded-For", ANYBODYS_CLAIM));

        assertThat(tokens.status()).as(tokens.body()).isEqualTo(200);
        assertThat(UnverifiedToken.parse(JsonObject.parse(tokens.body())
                                .string("access_token")
                                .orElseThrow())
                        .claims()
                        .orElseThrow()
                        .object("cnf"))
                .isPresent();
        assertThat(refused.status()).isEqualTo(400);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(audit("outcome=wrong_device"))
                        .contains("\"address\":\"127.0.0.1\"")
                        .doesNotContain(ANYBODYS_CLAIM));
    }

    @Test
    void letsNoNetworkHaveAllConnections() throws Exception {
        List<SocketChannel> idle = new ArrayList<>();
        try {
            for (int i = 0; i < MOST_OF_A_NETWORK + 5; i++) {
                URI listener = i % 2 == 0 ? issuer : mutualTls;
                idle.add(SocketChannel.open()
                        .bind(new InetSocketAddress("127.0.0.3", 0))); // Linux: all of 127.0.0.0/8 is this machine
                idle.get(i).connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getPort()));
                idle.get(i).configureBlocking(false);
            }

            await().atMost(PATIENCE)
                    .until(() -> idle.stream().filter(LoadBalancerIT::isClosed).count() == 5);
            assertThat(https.get(issuer.resolve("/oauth2/jwks"), Map.of()).status())
                    .isEqualTo(200);
        } finally {
            for (SocketChannel connection : idle) {
                connection.close();
            }
        }
    }

    private static boolean isClosed(SocketChannel connection) {
        try {
            return connection.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    private static String audit(String query) throws Exception {
        return https.get(api("audit?" + query), administrator).body();
    }
}
