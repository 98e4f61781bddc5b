package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.TestPki;

class SignOutCommandTest {
    @TempDir
    private Path folder;

    private TestPki pki;
    private TestAuthorizationServer server;
    private Path file;

    @BeforeEach
    void start() throws IOException {
        pki = TestPki.in(folder.resolve("pki"));
        server = new TestAuthorizationServer(pki);
        file = folder.resolve("tokens.json");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void revokesTheRefreshTokenAndForgetsTheLogin() {
        Tokens tokens = remember(server.tokenEndpoint());

        CommandRun run = signOut("CSFALICE");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.revoked)
                .containsExactly("softphone " + tokens.refreshToken().orElseThrow());
        assertThat(file).doesNotExist();
    }

    @Test
    void keepsTheLoginWhileTheServerCannotAnswer() {
        remember(server.tokenEndpoint());
        server.revocationStatus = 503;

        CommandRun run = signOut("CSFALICE");

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.UNREACHABLE);
        assertThat(run.err()).contains("503", "the token file is kept");
        assertThat(file).exists();
    }

    @Test
    void keepsTheLoginWhenTheServerRefuses() {
        remember(server.tokenEndpoint());
        server.revocationStatus = 400;

        assertThat(signOut("CSFALICE").exit()).isEqualTo(PhoneExitCodes.SIGN_IN);
        assertThat(file).exists();
    }

    @Test
    void sendsNoTokenToAServerThatDidNotIssueIt() {
        remember(URI.create("https://elsewhere.example.com/oauth2/token"));

        assertThat(signOut("CSFALICE").exit()).isEqualTo(PhoneExitCodes.SIGN_IN);
        assertThat(server.revoked).isEmpty();
        assertThat(file).exists();
    }

    @Test
    void wantsALoginOfThisDevice() {
        assertThat(signOut("CSFALICE").err()).contains("there is no token file");
        remember(server.tokenEndpoint());

        CommandRun run = signOut("CSFBOB");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("another device");
    }

    private Tokens remember(URI tokenEndpoint) {
        Instant now = Instant.now();
        String accessToken =
                base64url("{\"alg\":\"ES256\"}") + "." + base64url("{\"iss\":\"" + server.address() + "\"}") + ".AAAA";
        Tokens tokens = new Tokens(accessToken, Optional.of("refresh-1"), now, now.plusSeconds(60));
        new PhoneMemory(Optional.of(file), "CSFALICE")
                .save(new PhoneMemory.Remembered(
                        tokenEndpoint,
                        tokens,
                        new Provisioning.File("<device/>".getBytes(StandardCharsets.UTF_8), Optional.empty())));
        return tokens;
    }

    private static String base64url(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private CommandRun signOut(String device) {
        return CommandRun.of(
                new SignOutCommand(),
                "sign-out",
                "--device=" + device,
                "--token-file=" + file,
                "--trust=" + pki.authority());
    }
}
