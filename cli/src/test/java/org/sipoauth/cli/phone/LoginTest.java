package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.TestPki;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.Trust;

class LoginTest {
    @TempDir
    private Path folder;

    private final List<Tokens> remembered = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private final Login.Watcher watcher = new Login.Watcher() {
        @Override
        public void refreshed(Tokens fresh) {
            remembered.add(fresh);
            said.add("refreshed");
        }

        @Override
        public void notRefreshed(IOException trouble, Duration delay) {
            said.add("failed: " + trouble + ", trying again");
        }
    };
    private TestAuthorizationServer server;
    private Tokens first;
    private Instant now;
    private Login login;

    @BeforeEach
    void signIn() {
        server = new TestAuthorizationServer(TestPki.in(folder));
        first = server.signIn();
        now = first.receivedAt();
        login = new Login(endpoint(), first, () -> now, new Random(1), watcher);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void leavesTokensAloneInTheFirstPartOfTheirLife() throws Exception {
        now = first.receivedAt().plus(Duration.ofMinutes(26));
        login.tick();

        assertThat(login.untilDue()).isPositive();
        assertThat(server.refreshTokensSeen).isEmpty();
    }

    @Test
    void refreshesInTheMiddleOfTheirLifeAndRemembersFirst() {
        now = first.receivedAt().plus(Duration.ofMinutes(34));
        tickUntilSaid("refreshed");

        assertThat(server.refreshTokensSeen)
                .containsExactly(first.refreshToken().orElseThrow());
        assertThat(login.tokens().accessToken()).isEqualTo(server.accessToken());
        assertThat(remembered).containsExactly(login.tokens());
    }

    @Test
    void spreadsTheRefreshesOfManyPhones() {
        List<Duration> due = new ArrayList<>();
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            due.add(new Login(endpoint(), first, () -> now, random, watcher).untilDue());
        }

        assertThat(due)
                .allMatch(wait ->
                        wait.compareTo(Duration.ofMinutes(27)) >= 0 && wait.compareTo(Duration.ofMinutes(33)) <= 0);
        assertThat(due.stream().distinct().count()).isGreaterThan(90);
    }

    @Test
    void triesAgainWithTheSameRefreshTokenWhileTheServerHasTrouble() {
        server.refreshFailures.addAll(List.of(503, 500, 429));
        now = first.receivedAt().plus(Duration.ofMinutes(34));

        tickUntilSaid("refreshed");

        assertThat(server.refreshTokensSeen)
                .hasSize(4)
                .containsOnly(first.refreshToken().orElseThrow());
        assertThat(said).filteredOn(line -> line.contains("trying again")).hasSize(3);
        assertThat(login.tokens().accessToken()).isEqualTo(server.accessToken());
    }

    @Test
    void keepsItsTokensWhileTheServerIsGone() {
        server.close();
        now = first.receivedAt().plus(Duration.ofMinutes(34));

        tickUntilSaid("failed: java.net.ConnectException");

        assertThat(login.tokens()).isEqualTo(first);
    }

    @Test
    void isOverWhenTheServerSaysSo() {
        server.endLogin();
        now = first.receivedAt().plus(Duration.ofMinutes(34));

        assertThatThrownBy(() -> tickUntilSaid("never"))
                .isInstanceOf(LoginEnded.class)
                .hasMessage("the authorization server has ended the login: invalid_grant, not taken");
    }

    @Test
    void refreshesAtOnceForATokenThatIsNotTaken() throws Exception {
        login.refreshNow();

        assertThat(login.tokens().accessToken()).isEqualTo(server.accessToken());
    }

    @Test
    void cannotGoOnWithoutARefreshToken() {
        Tokens alone = new Tokens("a.b.c", Optional.empty(), now, now.plusSeconds(60));
        Login withoutRefresh = new Login(endpoint(), alone, () -> now, new Random(1), watcher);

        assertThatThrownBy(withoutRefresh::refreshNow).isInstanceOf(LoginEnded.class);
    }

    @Test
    void saysWhatKeepsItFromRefreshingNow() {
        server.refreshFailures.add(503);

        assertThatThrownBy(login::refreshNow).isInstanceOf(IOException.class).hasMessageContaining("answered 503");
    }

    @Test
    void neverShowsATokenInItsText() {
        assertThat(first.toString())
                .doesNotContain(first.accessToken())
                .doesNotContain(first.refreshToken().orElseThrow());
    }

    /** Lets a second pass at each look, so that waits between tries are over at once. */
    private void tickUntilSaid(String part) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    login.tick();
                    now = now.plusSeconds(1);
                    return said.stream().anyMatch(line -> line.contains(part));
                });
    }

    private TokenEndpoint endpoint() {
        HttpsClient https =
                new HttpsClient(Trust.context(Optional.of(folder.resolve("ca.crt"))), Duration.ofSeconds(10));
        return new TokenEndpoint(https, server.tokenEndpoint(), "softphone", () -> now);
    }
}
