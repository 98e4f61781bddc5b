package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.TestPki;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.Trust;

class DeviceSignInTest {
    @TempDir
    private Path folder;

    private final List<String> shown = new ArrayList<>();
    private final List<Long> waits = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private TestAuthorizationServer server;
    private HttpsClient https;

    @BeforeEach
    void start() {
        TestPki pki = TestPki.in(folder);
        server = new TestAuthorizationServer(pki);
        https = new HttpsClient(Trust.context(Optional.of(pki.authority())), Duration.ofSeconds(10));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void showsTheCodeAndPollsAtTheIntervalItWasTold() throws Exception {
        server.pollAnswers.addAll(List.of("authorization_pending", "authorization_pending"));

        Tokens tokens = signIn();

        assertThat(tokens.accessToken()).isEqualTo(server.accessToken());
        assertThat(waits).containsExactly(7L, 7L, 7L);
        assertThat(server.polls).containsOnly("device-code-1").hasSize(3);
        assertThat(String.join("\n", shown))
                .contains(server.address() + "/device in a browser", "    WDJB-MJHT", "until 2026-01-01 00:10:00 UTC")
                .contains("█")
                .doesNotContain("device-code-1");
    }

    @Test
    void waitsFiveSecondsUnlessTold() throws Exception {
        server.deviceCodes = server.deviceCodes.replace(",\"interval\":7", "");

        signIn();

        assertThat(waits).containsExactly(5L);
    }

    @Test
    void waitsFiveSecondsLongerFromEachSlowDownOn() throws Exception {
        server.pollAnswers.addAll(List.of("slow_down", "authorization_pending", "slow_down"));

        signIn();

        assertThat(waits).containsExactly(7L, 12L, 12L, 17L);
    }

    @Test
    void asksLessOftenWhileThereIsNoAnswerAndAsBeforeAfterwards() throws Exception {
        server.pollAnswers.addAll(List.of("503", "503", "503", "authorization_pending"));

        signIn();

        assertThat(waits).containsExactly(7L, 14L, 28L, 30L, 7L);
        assertThat(shown).anyMatch(line -> line.contains("answered 503"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"access_denied", "expired_token", "invalid_grant"})
    void endsWhenTheServerSaysSo(String error) {
        server.pollAnswers.addAll(List.of("authorization_pending", error));

        assertThatThrownBy(this::signIn).isInstanceOf(CommandFailure.class).hasMessageContaining(error);
        assertThat(server.polls).hasSize(2);
    }

    @Test
    void endsByItselfWhenTheCodesHaveExpired() {
        server.deviceCodes = server.deviceCodes.replace("600", "20");
        server.pollAnswers.addAll(List.of("authorization_pending", "authorization_pending"));

        assertThatThrownBy(this::signIn)
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("nobody entered the code in time");
        assertThat(server.polls).hasSize(2);
    }

    @Test
    void passesOnThatItMayNotAsk() {
        server.deviceAuthorizationStatus = 400;

        assertThatThrownBy(this::signIn).isInstanceOf(CommandFailure.class).hasMessageContaining("unauthorized_client");
    }

    @ParameterizedTest
    @ValueSource(strings = {"device_code", "user_code", "expires_in"})
    void takesNoAnswerWithout(String member) {
        server.deviceCodes = server.deviceCodes.replace(member, "other");

        assertThatThrownBy(this::signIn).isInstanceOf(IOException.class).hasMessageContaining("RFC 8628");
        assertThat(shown).isEmpty();
    }

    private Tokens signIn() throws IOException, InterruptedException {
        DeviceSignIn signIn = new DeviceSignIn(
                https,
                "deskphone",
                "sip.register",
                "SEP00005E005301",
                () -> now,
                time -> {
                    waits.add(time.toSeconds());
                    now = now.plus(time);
                },
                new DeviceSignIn.Display(shown::add, true));
        return signIn.get(
                AuthorizationServer.discover(https, server.address()),
                new TokenEndpoint(https, server.tokenEndpoint(), "deskphone", () -> now));
    }
}
