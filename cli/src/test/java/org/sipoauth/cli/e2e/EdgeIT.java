package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Phones that come in through a real Kamailio, which relays to the registrar by mutual TLS. */
class EdgeIT {
    private static final int REFUSED = 5;
    private static final int NODE_NOT_TRUSTED = 3;
    private static final int EDGE_NOT_TRUSTED = 4;
    private static final int NOT_LISTED = 5;
    private static final int ASKED_FOR_A_TOKEN = 407;

    /** How soon is the registrar's setting. This is how long a busy machine may take for a poll of a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private static Path shared;

    private static Platform platform;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        Peer.KAMAILIO.path();
        platform = Platform.start(
                shared,
                "localhost", // where the phones look for the edge
                List.of(),
                List.of("--edges.refresh=1s"));
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void registersPhonesOverThePathOfAnEdgeWhileItIsOnTheServersList() throws Exception {
        try (KamailioEdge edge = KamailioEdge.start(
                folder, platform.pki().resolve("edge.crt"), platform.authority(), platform.edgePort())) {
            Platform.Run unlisted = register(edge, "alice", platform.authority());
            assertThat(unlisted.exit()).as(unlisted.output()).isEqualTo(REFUSED);
            assertThat(unlisted.output()).contains("SIP/2.0 503 Service Unavailable", "Retry-After: 35");

            assertThat(platform.sipoauth(admin("edge", "add", "west", "--certificate-name=localhost")))
                    .contains("On the list: west, by the certificate names localhost.");
            assertThat(platform.sipoauth(admin("edge", "list"))).containsPattern("west +localhost");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(register(edge, "alice", platform.authority())
                                    .exit())
                            .isZero());

            Platform.Run registered = register(edge, "bob", platform.authority());
            assertThat(registered.output())
                    .contains("SIP/2.0 407 Proxy Authentication Required", "SIP/2.0 200 OK")
                    .containsPattern("Path: <sip:[^@>]+@127\\.0\\.0\\.1:" + edge.port() + ";transport=tls;lr;ob>");
            assertThat(platform.registrarPage("/bindings"))
                    .containsPattern("\"aor\":\"sip:1002@example.com\"[^}]*\"path\":\\[\"<sip:[^@]+@127\\.0\\.0\\.1:"
                            + edge.port());
            assertThat(platform.registrarPage("/metrics")).containsPattern("sip_connections\\{port=\"mra\"} [1-9]");

            platform.sipoauth(admin("edge", "remove", "west"));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(platform.registrarPage("/metrics"))
                            .containsPattern("sip_edges_ended_total [1-9]")
                            .contains("sip_connections{port=\"mra\"} 0.0"));
            assertThat(register(edge, "alice", platform.authority()).output())
                    .contains("SIP/2.0 503 Service Unavailable");
        }
    }

    /** The scenarios that the operators of the incumbent know: each side does not trust the other, or the name is missing. */
    @Test
    void explainsToAnEdgeWhyItIsNotLetIn() throws Exception {
        Path strangers = folder.resolve("strangers");
        platform.sipoauth("dev-pki", "--out", strangers.toString(), "--edge", "checked.example.com");

        Platform.Run notTrusting = check(platform.pki(), strangers.resolve("ca.crt"));
        assertThat(notTrusting.exit()).as(notTrusting.output()).isEqualTo(NODE_NOT_TRUSTED);
        assertThat(notTrusting.output()).contains("the edge does not trust the node's certificate CN=node1");

        Platform.Run notTrusted = check(strangers, platform.authority());
        assertThat(notTrusted.exit()).as(notTrusted.output()).isEqualTo(EDGE_NOT_TRUSTED);
        assertThat(notTrusted.output())
                .contains("the node does not trust the edge's certificate CN=checked.example.com (alert unknown_ca)")
                .contains("tls.client-ca");

        Platform.Run notListed = check(platform.pki(), platform.authority());
        assertThat(notListed.exit()).as(notListed.output()).isEqualTo(NOT_LISTED);
        assertThat(notListed.output()).contains("sipoauth edge add EDGE --certificate-name 'localhost'");
        assertThat(platform.registrarOutput())
                .containsPattern("TLS handshake failed: unknown_ca.* CN=checked\\.example\\.com: add its CA")
                .containsPattern("TLS handshake failed: edge_not_listed.* CN=localhost: not on the list");

        platform.sipoauth(admin("edge", "add", "localhost"));
        try {
            await().atMost(PATIENCE).untilAsserted(() -> {
                Platform.Run listed = check(platform.pki(), platform.authority());
                assertThat(listed.exit()).as(listed.output()).isZero();
                assertThat(listed.output()).contains("options  200 OK");
            });
        } finally {
            platform.sipoauth(admin("edge", "remove", "localhost"));
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                check(platform.pki(), platform.authority()).exit())
                        .isEqualTo(NOT_LISTED));
    }

    @Test
    void alertsAnEdgeUnderAnotherAuthorityThatItsAuthorityIsUnknown() throws Exception {
        Path strangers = folder.resolve("strangers");
        platform.sipoauth("dev-pki", "--out", strangers.toString(), "--edge", "localhost");
        Path both = Files.write(
                folder.resolve("both.crt"),
                List.of(Files.readString(platform.authority()), Files.readString(strangers.resolve("ca.crt"))));
        Path configuration = Files.createDirectory(folder.resolve("edge"));

        try (KamailioEdge edge = KamailioEdge.start(
                configuration, strangers.resolve("edge.crt"), platform.authority(), platform.edgePort())) {
            Platform.Run stranger = register(edge, "carol", both);
            assertThat(stranger.exit()).as(stranger.output()).isEqualTo(REFUSED);
            assertThat(stranger.output()).contains("SIP/2.0 503 Service Unavailable");
            edge.awaitLogged("alert unknown ca"); // alert 48: RFC 8446 §6.2
        }
        assertThat(platform.registrarPage("/bindings")).doesNotContain("sip:1003@example.com");
    }

    @Test
    void refusesByItselfWhatWouldEndTheConnectionThatAllPhonesShare() throws Exception {
        try (KamailioEdge edge = KamailioEdge.start(
                folder, platform.pki().resolve("edge.crt"), platform.authority(), platform.edgePort())) {
            BarePhone phone = new BarePhone(edge.port(), platform.authority(), "1001", "none");
            platform.sipoauth(admin("edge", "add", "localhost"));
            await().atMost(PATIENCE)
                    .until(() -> phone.register(Optional.empty()).status() == ASKED_FOR_A_TOKEN);
            String before = connectionsOfEdges();

            assertThat(phone.register(Optional.empty(), "Subject: a\nSubject: b")
                            .status())
                    .isEqualTo(400);
            assertThat(phone.register(Optional.empty(), "Subject: a\0\nSubject: b")
                            .status())
                    .isEqualTo(400);
            assertThat(phone.register(Optional.empty(), "Subject: " + "a".repeat(8192))
                            .status())
                    .isEqualTo(513);
            assertThat(phone.register(Optional.empty(), "a:\r\n".repeat(128) + "a:")
                            .status())
                    .isEqualTo(513);
            assertThat(phone.register(Optional.empty()).status())
                    .as("anything else is for the registrar")
                    .isEqualTo(ASKED_FOR_A_TOKEN);
            assertThat(connectionsOfEdges()).as("over the same connection").isEqualTo(before);
        } finally {
            platform.sipoauth(admin("edge", "remove", "localhost"));
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                check(platform.pki(), platform.authority()).exit())
                        .isEqualTo(NOT_LISTED));
    }

    /** How many there have been. */
    private static String connectionsOfEdges() throws Exception {
        return platform.registrarPage("/metrics")
                .lines()
                .filter(line -> line.startsWith("sip_connections_opened_total") && line.contains("port=\"mra\""))
                .findFirst()
                .orElseThrow();
    }

    /** With the edge's certificate of one PKI, to the registrar, as an edge that trusts an authority. */
    private static Platform.Run check(Path pki, Path authority) throws Exception {
        return platform.run(
                "edge",
                "check",
                "--node=localhost:" + platform.edgePort(),
                "--certificate=" + pki.resolve("edge.crt"),
                "--private-key=" + pki.resolve("edge.key"),
                "--trust=" + authority);
    }

    private static String[] admin(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(
                "--server=" + platform.issuer(),
                "--client-file=" + shared.resolve("data").resolve("admin-client.txt"),
                "--trust=" + platform.authority()));
        return all.toArray(String[]::new);
    }

    private static Platform.Run register(KamailioEdge edge, String subscriber, Path trust) throws Exception {
        return platform.run(
                "phone",
                "register",
                "--provisioning=" + platform.provisioning(),
                "--device=CSF" + subscriber.toUpperCase(Locale.ROOT),
                "--user=" + subscriber,
                "--password-file=" + platform.passwordFile(subscriber),
                "--trust=" + trust,
                "--edge",
                "--sip-host=localhost",
                "--sip-port=" + edge.port(),
                "--once",
                "--trace");
    }
}
