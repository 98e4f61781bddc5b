package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sipoauth phone storm} against the real server and registrar. */
class StormIT {
    private static final int SUBSCRIBERS = 10;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private static Path shared;

    private static Platform platform;

    @BeforeAll
    static void start() throws Exception {
        platform = Platform.start(shared, "edge.example.com");
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void allPhonesAreBackAfterARestartOfTheRegistrar() throws Exception {
        try (ChildProcess storm = platform.startSipoauth(
                "phone",
                "storm",
                "--registrar=localhost:" + platform.oauthPort(),
                "--logins=" + shared.resolve("data/demo-passwords.txt"),
                "--authz-server=" + platform.issuer(),
                "--trust=" + platform.authority(),
                "--hold=300",
                "--progress=1")) {
            storm.awaitLine(SUBSCRIBERS + " registered");
            platform.restartRegistrar();
            storm.awaitLine(SUBSCRIBERS + " connections lost");
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(platform.registrarPage("/metrics"))
                            .containsPattern(
                                    Pattern.compile("^sip_bindings " + SUBSCRIBERS + "(\\.0)?$", Pattern.MULTILINE)));
            storm.terminate();

            assertThat(storm.awaitExit(LIMIT)).as(storm.output()).isZero();
            assertThat(storm.output())
                    .contains("Signed in 1 of 10")
                    .containsPattern("registered at the end +10 of 10 phones")
                    .containsPattern("all registered again +[0-9.]+ s after the first loss")
                    .containsPattern("registrations +[0-9]+ \\([0-9.]+ a second\\), 0 refused, 0 unanswered");
        }
    }
}
