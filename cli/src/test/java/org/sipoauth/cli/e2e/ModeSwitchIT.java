package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sipoauth mode} and {@code node} change a whole platform while it runs: what phones are told, and what the registrar does. */
class ModeSwitchIT {
    private static final int MODE_OFF = 3;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private static Path shared;

    private static Platform platform;

    @BeforeAll
    static void start() throws Exception {
        platform = Platform.start(
                shared,
                "edge.example.com",
                List.of(),
                List.of("--mode=served", "--mode.refresh=250ms", "--ports=served", "--ports.refresh=250ms"));
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void phonesAndRegistrarFollowTheSwitch() throws Exception {
        awaitRegistrar("enabled"); // as the server's settings say
        assertThat(mode("status")).contains("SIP OAuth mode: enabled, as the server's settings say");
        assertThat(register().exit()).isZero();

        assertThat(mode("disable")).contains("SIP OAuth mode: disabled, switched at 20");
        awaitRegistrar("disabled");
        Platform.Run off = register();
        assertThat(off.exit()).as(off.output()).isEqualTo(MODE_OFF);
        assertThat(platform.sipoauth("registrar", "status", "--management=" + platform.registrarManagement()))
                .containsPattern("SIP OAuth mode +disabled");

        mode("enable");
        awaitRegistrar("enabled");
        Platform.Run on = register();
        assertThat(on.exit()).as(on.output()).isZero();
    }

    @Test
    void phonesAndRegistrarFollowTheNodesPort() throws Exception {
        awaitRegistrar("enabled");
        int moved = LoopbackPorts.free();
        assertThat(platform.sipoauth(admin("node", "set", "node1", "--sip-oauth-port=" + moved)))
                .contains("" + moved);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(platform.sipoauth(
                                "registrar", "status", "--management=" + platform.registrarManagement()))
                        .containsPattern("listens, oauth +127.0.0.1:" + moved));

        Platform.Run there = register();

        assertThat(there.exit()).as(there.output()).isZero();
        assertThat(there.output()).contains(":" + moved);
    }

    private static void awaitRegistrar(String mode) {
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(platform.registrarPage("/health")).contains("\"mode\":\"" + mode + "\""));
    }

    private static String mode(String command) throws InterruptedException {
        return platform.sipoauth(admin("mode", command));
    }

    private static String[] admin(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(
                "--server=" + platform.issuer(),
                "--client-file=" + shared.resolve("data/admin-client.txt"),
                "--trust=" + platform.authority()));
        return all.toArray(String[]::new);
    }

    private static Platform.Run register() throws Exception {
        return platform.run(
                "phone",
                "register",
                "--once",
                "--provisioning=" + platform.provisioning(),
                "--device=CSFALICE",
                "--user=alice",
                "--password-file=" + platform.passwordFile("alice"),
                "--trust=" + platform.authority());
    }
}
