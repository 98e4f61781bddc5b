package org.sipoauth.benchmarks.failover;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.sipoauth.benchmarks.platform.Client;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.SignIn;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.platform.Violations;

/** Has one login after the other revoked (RFC 7009), each until a server says that it is done; then it has to be. */
final class Operator implements Client {
    private static final int LONGEST_PAUSE_MILLIS = 300;

    private final Http http;
    private final Cluster cluster;
    private final TokenEndpoint tokenEndpoint;
    private final Ledger ledger;
    private final Counts counts;
    private final Violations<Violation> violations;

    private Optional<Login> doomed = Optional.empty(); // one thread at a time

    Operator(
            Http http,
            Cluster cluster,
            TokenEndpoint tokenEndpoint,
            Ledger ledger,
            Counts counts,
            Violations<Violation> violations) {
        this.http = http;
        this.cluster = cluster;
        this.tokenEndpoint = tokenEndpoint;
        this.ledger = ledger;
        this.counts = counts;
        this.violations = violations;
    }

    @Override
    public Duration act() throws IOException, InterruptedException {
        doomed = doomed.or(ledger::take);
        if (doomed.isPresent() && revoke(doomed.get())) {
            String refreshToken = doomed.get().refreshToken();
            if (tokenEndpoint.refreshUntilDecided(refreshToken).statusCode() == 200) {
                violations.add(Violation.REVOCATION_LOST, doomed.get() + ", at once");
            }
            ledger.revoked(doomed.get());
            doomed = Optional.empty();
        }
        return Duration.ofMillis(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS));
    }

    @Override
    public boolean isWaiting() {
        return doomed.isPresent();
    }

    /** @return whether it is acknowledged */
    private boolean revoke(Login login) throws InterruptedException, IOException {
        HttpResponse<String> answer;
        try {
            answer = http.post(
                    cluster.anyNode().resolve("/oauth2/revoke"),
                    Map.of(),
                    Map.of("token", login.refreshToken(), "client_id", SignIn.CLIENT));
        } catch (IOException silence) {
            counts.revocationsToRepeat.increment();
            return false;
        }
        if (answer.statusCode() == 200) {
            return true;
        }
        if (answer.statusCode() != 503) {
            doomed = Optional.empty();
            throw new IOException("revocation: " + answer.statusCode() + " " + answer.body());
        }
        counts.revocationsToRepeat.increment();
        return false;
    }
}
