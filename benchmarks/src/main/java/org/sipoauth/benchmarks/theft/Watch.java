package org.sipoauth.benchmarks.theft;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Violations;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.Reason;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.status.StatusSource;
import org.sipoauth.verifier.status.UrlStatusLists;

/**
 * A SIP server's side: one verifier that never asks about a token and reads the status lists in the background, and how long
 * after its revocation it goes on to accept a login's access token.
 */
final class Watch implements AutoCloseable {
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 10;

    /** How often a server looks at the revocations of all servers. */
    private static final Duration SERVERS_LOOK = Duration.ofSeconds(2);

    /** The first to end may have begun before the server showed the revocation; one more for a server that is busy. */
    private static final int MOST_POLLS = 3;

    private final KeySource keys;
    private final UrlStatusLists lists;
    private final TokenVerifier verifier;
    private final Violations<Violation> violations;
    private final Map<String, Revoked> revoked = new ConcurrentHashMap<>(); // by access token, while still accepted
    private final List<Duration> untilRejected = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread = new Thread(this::look, "watch");

    private static final class Revoked {
        final Instant since = Instant.now();
        OptionalLong pollsWhenShown = OptionalLong.empty(); // by the watching thread alone

        Duration elapsed() {
            return Duration.between(since, Instant.now());
        }
    }

    private Watch(Cluster cluster, Duration poll, Violations<Violation> violations) {
        URI issuer = cluster.issuer();
        this.violations = violations;
        this.keys = KeySource.url(issuer.resolve("/oauth2/jwks"))
                .insecurePlainHttp()
                .open();
        this.lists = StatusSource.url(issuer.resolve("/oauth2/status-lists"), issuer.toString(), keys)
                .refreshEvery(poll)
                .insecurePlainHttp()
                .open();
        Expectations expectations = new Expectations(issuer.toString(), Cluster.AUDIENCE, Duration.ZERO);
        this.verifier = new TokenVerifier(expectations.requiringStatus(), keys, lists);
        this.thread.setDaemon(true);
    }

    /** @param poll between two readings of the lists */
    static Watch open(Cluster cluster, Duration poll, Violations<Violation> violations)
            throws IOException, InterruptedException {
        Watch watch = new Watch(cluster, poll, violations);
        if (!watch.keys.awaitReady(READY_LIMIT) || !watch.lists.awaitReady(READY_LIMIT)) {
            watch.close();
            throw new IOException("the verifier got no keys or no status lists");
        }
        watch.thread.start();
        return watch;
    }

    void requireAccepted(String accessToken) {
        if (verifier.verify(accessToken) instanceof Verdict.Rejected rejected) {
            violations.add(Violation.VALID_REJECTED, rejected.reason() + ", " + rejected.detail());
        }
    }

    /** The login of this token has just been revoked. */
    void expectRejection(String accessToken) {
        revoked.put(accessToken, new Revoked());
    }

    /** Returns when every one is rejected, or was not for too long. */
    List<Duration> awaitRejections() throws InterruptedException {
        while (!revoked.isEmpty()) {
            Thread.sleep(LOOK_MILLIS);
        }
        return List.copyOf(untilRejected);
    }

    private void look() {
        try {
            while (true) {
                revoked.forEach(this::look);
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void look(String accessToken, Revoked login) {
        Duration elapsed = login.elapsed();
        long polls = lists.counts().polls();
        if (verifier.verify(accessToken) instanceof Verdict.Rejected rejected) {
            if (rejected.reason() == Reason.REVOKED) {
                untilRejected.add(elapsed);
            } else {
                violations.add(Violation.VALID_REJECTED, rejected.reason() + ", " + rejected.detail());
            }
            revoked.remove(accessToken);
        } else if (login.pollsWhenShown.isPresent()) {
            if (polls - login.pollsWhenShown.getAsLong() >= MOST_POLLS) {
                violations.add(Violation.TRUSTED_TOO_LONG, "after " + MOST_POLLS + " polls, " + elapsed);
                revoked.remove(accessToken);
            }
        } else if (elapsed.compareTo(SERVERS_LOOK) > 0) {
            login.pollsWhenShown = OptionalLong.of(polls);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        lists.close();
        keys.close();
    }
}
