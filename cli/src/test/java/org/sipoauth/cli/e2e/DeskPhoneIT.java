package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.json.JsonObject;
import org.sipoauth.cli.token.UnverifiedToken;

/** A desk phone without a browser, by the jars: it shows a code, its owner allows it elsewhere, and it registers. */
class DeskPhoneIT {
    private static final int SIGN_IN_REFUSED = 4;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private static Path shared;

    private static Platform platform;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        platform =
                Platform.start(shared, "edge.example.com", List.of("--sipoauth.device-grant.interval=1s"), List.of());
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void registersWhenItsOwnerHasAllowedIt() throws Exception {
        Path tokens = folder.resolve("phone.json");
        try (ChildProcess phone = startPhone("SEP00005E005301", tokens)) {
            String code = codeOn(phone);
            Browser alice = new Browser(platform);
            String page = alice.signIn("alice", "/device?user_code=" + code);
            assertThat(page).contains("SEP00005E005301", "sip:1001@example.com", code, "127.0.0.1");

            assertThat(alice.decide(page, code, "approve")).contains("Allowed");

            assertThat(phone.awaitExit(LIMIT)).as(phone.output()).isZero();
            assertThat(phone.output()).contains("Signed in", "Registered sip:1001@", "as SEP00005E005301");
        }
        JsonObject memory = JsonObject.parse(Files.readString(tokens));
        JsonObject claims = UnverifiedToken.parse(memory.string("access_token").orElseThrow())
                .claims()
                .orElseThrow();
        assertThat(claims.string("sub")).contains("alice");
        assertThat(claims.string("client_id")).contains("deskphone");
        assertThat(claims.string("device_name")).contains("SEP00005E005301");
        assertThat(memory.string("refresh_token")).isPresent();
        assertThat(platform.registrarPage("/bindings")).contains("\"device\":\"SEP00005E005301\"");

        Platform.Run again = platform.run(register("SEP00005E005301", tokens));
        assertThat(again.exit()).as(again.output()).isZero();
        assertThat(again.output()).contains("Remembered tokens are in use").doesNotContain("To sign this phone in");
    }

    @Test
    void isNotSignedInWhenItsOwnerDeniesIt() throws Exception {
        try (ChildProcess phone = startPhone("SEP00005E005302", folder.resolve("phone.json"))) {
            String code = codeOn(phone);
            Browser bob = new Browser(platform);

            assertThat(bob.decide(bob.signIn("bob", "/device?user_code=" + code), code, "deny"))
                    .contains("Denied");

            assertThat(phone.awaitExit(LIMIT)).as(phone.output()).isEqualTo(SIGN_IN_REFUSED);
            assertThat(phone.output()).contains("access_denied");
        }
        assertThat(platform.registrarPage("/bindings")).doesNotContain("SEP00005E005302");
    }

    private ChildProcess startPhone(String device, Path tokens) {
        return platform.startSipoauth(register(device, tokens));
    }

    private static String[] register(String device, Path tokens) {
        return new String[] {
            "phone",
            "register",
            "--once",
            "--device-code",
            "--provisioning=" + platform.provisioning(),
            "--device=" + device,
            "--trust=" + platform.authority(),
            "--token-file=" + tokens
        };
    }

    private static String codeOn(ChildProcess phone) {
        return phone.awaitLine("^ {4}([A-Z]{4}-[A-Z]{4})$").group(1);
    }
}
