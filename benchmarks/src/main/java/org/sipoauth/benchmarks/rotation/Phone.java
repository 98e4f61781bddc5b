package org.sipoauth.benchmarks.rotation;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.benchmarks.platform.Client;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.SignIn;
import org.sipoauth.benchmarks.platform.SignIns;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.rotation.Tally.Violation;

/**
 * A softphone that follows the protocol: it signs in, then refreshes with the newest refresh token it has, and repeats a
 * request that was not answered, or with 503, as it was. Every request goes to a server picked at random.
 */
final class Phone implements Client {
    private static final int REFRESHES_A_LOGIN = 50;
    private static final int MOST_TRIES = 10;
    private static final Duration PAUSE_AFTER_SILENCE = Duration.ofSeconds(1);

    private final String user;
    private final String password;
    private final Http http;
    private final Cluster cluster;
    private final TokenEndpoint tokenEndpoint;
    private final Tokens tokens;
    private final Tally tally;

    // one thread at a time
    private Optional<String> refreshToken = Optional.empty();
    private int refreshes;
    private int tries;

    Phone(String user, String password, Http http, Cluster cluster, Tokens tokens, Tally tally) {
        this.user = user;
        this.password = password;
        this.http = http;
        this.cluster = cluster;
        this.tokenEndpoint = new TokenEndpoint(http, cluster);
        this.tokens = tokens;
        this.tally = tally;
    }

    @Override
    public Duration act() throws IOException, InterruptedException {
        if (refreshToken.isEmpty() || (refreshes >= REFRESHES_A_LOGIN && tries == 0)) {
            signIn();
            return Duration.ZERO;
        }
        return refresh(refreshToken.get());
    }

    @Override
    public boolean isWaiting() {
        return tries > 0;
    }

    private void signIn() throws IOException, InterruptedException {
        refreshToken = Optional.empty();
        refreshes = 0;
        SignIn signIn = new SignIn(http, cluster.anyNode(), SignIns.deviceOf(user));
        Map<String, String> grant = signIn.codeGrant(user, password);
        Instant askedAt = Instant.now();
        HttpResponse<String> answer = tokenEndpoint.redeem(grant);
        if (answer.statusCode() != 200) {
            throw new IOException("code grant: " + answer.statusCode() + " " + answer.body());
        }
        tally.signIns.increment();
        granted(answer, askedAt);
    }

    private Duration refresh(String presented) throws IOException, InterruptedException {
        Instant askedAt = Instant.now();
        HttpResponse<String> answer;
        try {
            answer = tokenEndpoint.refresh(presented);
        } catch (IOException silence) {
            return again(PAUSE_AFTER_SILENCE, "no answer: " + silence);
        }
        Optional<Duration> later = TokenEndpoint.later(answer);
        if (later.isPresent()) {
            return again(later.get(), "503 each time");
        }
        tries = 0;
        refreshes++;
        if (answer.statusCode() == 200) {
            tally.refreshes.increment();
            granted(answer, askedAt);
        } else {
            lost(answer.statusCode() + " " + answer.body());
        }
        return Duration.ZERO;
    }

    private void granted(HttpResponse<String> answer, Instant askedAt) throws IOException {
        refreshToken = Optional.of(Http.member(answer, "refresh_token"));
        tokens.issued(Http.member(answer, "access_token"), askedAt);
    }

    private Duration again(Duration pause, String why) {
        tally.refreshRetries.increment();
        if (++tries == MOST_TRIES) {
            tries = 0;
            lost(MOST_TRIES + " tries, " + why);
        }
        return pause;
    }

    private void lost(String why) {
        tally.violations.add(Violation.REFRESH_LOST, user + ": " + why);
        refreshToken = Optional.empty();
    }
}
