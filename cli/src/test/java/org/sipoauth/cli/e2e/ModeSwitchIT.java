package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sipoauth mode} switches a whole platform while it runs: what phones are told, and what the registrar takes. */
class ModeSwitchIT {
    private static final int MODE_OFF = 3;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private static Path shared;

    private static Platform platform;

    @BeforeAll
    static void start() throws Exception {
        platform =
                Platform.start(shared, "edge.example.com", List.of(), List.of("--mode=served", "--mode.refresh=250ms"));
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

    private static void awaitRegistrar(String mode) {
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(platform.registrarPage("/health")).contains("\"mode\":\"" + mode + "\""));
    }

    private static String mode(String command) throws InterruptedException {
        return platform.sipoauth(
                "mode",
                command,
                "--server=" + platform.issuer(),
                "--client-file=" + shared.resolve("data/admin-client.txt"),
                "--trust=" + platform.authority());
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
