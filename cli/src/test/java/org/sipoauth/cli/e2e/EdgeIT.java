package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Phones that come in through a real Kamailio, which relays to the registrar by mutual TLS. */
class EdgeIT {
    private static final int REFUSED = 5;
    private static final Duration RELOAD_LIMIT = Duration.ofSeconds(30);

    @TempDir
    private static Path shared;

    private static Platform platform;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        Peer.KAMAILIO.path();
        platform = Platform.start(shared, "localhost"); // where the phones look for the edge
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void registersAPhoneOverThePathOfTheEdgeOnceTheEdgeIsOnTheList() throws Exception {
        try (KamailioEdge edge = KamailioEdge.start(
                folder, platform.pki().resolve("edge.crt"), platform.authority(), platform.edgePort())) {
            Platform.Run unlisted = register(edge, "alice", platform.authority());
            assertThat(unlisted.exit()).as(unlisted.output()).isEqualTo(REFUSED);
            assertThat(unlisted.output()).contains("SIP/2.0 503 Service Unavailable", "Retry-After: 35");

            Path listed = Files.writeString(folder.resolve("edges.new"), "localhost\n");
            Files.move(listed, platform.edges(), StandardCopyOption.ATOMIC_MOVE);
            await().atMost(RELOAD_LIMIT)
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
        }
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
