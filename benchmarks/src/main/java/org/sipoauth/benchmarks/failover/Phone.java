package org.sipoauth.benchmarks.failover;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.sipoauth.benchmarks.platform.Client;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.platform.Violations;

/** A phone that only refreshes, with the newest token it has, and repeats what nobody answers. */
final class Phone implements Client {
    private static final int LONGEST_PAUSE_MILLIS = 1_000;

    private final String user;
    private final TokenEndpoint tokenEndpoint;
    private final Counts counts;
    private final Violations<Violation> violations;

    // one thread at a time
    private String refreshToken;
    private boolean lockedOut;

    Phone(
            String user,
            String refreshToken,
            TokenEndpoint tokenEndpoint,
            Counts counts,
            Violations<Violation> violations) {
        this.user = user;
        this.refreshToken = refreshToken;
        this.tokenEndpoint = tokenEndpoint;
        this.counts = counts;
        this.violations = violations;
    }

    @Override
    public Duration act() throws IOException, InterruptedException {
        if (!lockedOut) {
            refresh();
        }
        return Duration.ofMillis(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS));
    }

    private void refresh() throws IOException, InterruptedException {
        HttpResponse<String> answer;
        try {
            answer = tokenEndpoint.refresh(refreshToken);
        } catch (IOException silence) {
            counts.refreshesToRepeat.increment();
            return;
        }
        Optional<Duration> later = TokenEndpoint.later(answer);
        if (later.isPresent()) {
            counts.refreshesToRepeat.increment(); // without the pause it asks for: the worst there is
        } else if (answer.statusCode() == 200) {
            refreshToken = Http.member(answer, "refresh_token");
            counts.refreshes.increment();
        } else {
            lockedOut = true;
            violations.add(Violation.LOCKED_OUT, user + ": " + answer.statusCode() + " " + answer.body());
        }
    }
}
