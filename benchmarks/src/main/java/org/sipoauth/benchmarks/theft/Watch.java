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
 * after its revocation it goes on to accept a login's access token. A second one reads them without a pause, so that it is
 * known when the server has shown the revocation: the first poll after that has to reject the token.
 */
final class Watch implements AutoCloseable {
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 10;

    /** Between two readings of the verifier that reads without a pause. */
    private static final Duration AT_ONCE = Duration.ofMillis(50);

    /** The first to end may have begun before the server showed the revocation. */
    private static final int MOST_POLLS = 2;

    /** For the server to show it, which looks every two seconds. */
    private static final Duration SHOWN_LIMIT = Duration.ofSeconds(60);

    private final KeySource keys;
    private final UrlStatusLists lists;
    private final TokenVerifier verifier;
    private final UrlStatusLists shown;
    private final TokenVerifier seesWhatIsShown;
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
        this.lists = read(issuer, poll);
        this.shown = read(issuer, AT_ONCE);
        Expectations expectations =
                new Expectations(issuer.toString(), Cluster.AUDIENCE, Duration.ZERO).requiringStatus();
        this.verifier = new TokenVerifier(expectations, keys, lists);
        this.seesWhatIsShown = new TokenVerifier(expectations, keys, shown);
        this.thread.setDaemon(true);
    }

    private UrlStatusLists read(URI issuer, Duration poll) {
        return StatusSource.url(issuer.resolve("/oauth2/status-lists"), issuer.toString(), keys)
                .refreshEvery(poll)
                .insecurePlainHttp()
                .open();
    }

    /** @param poll between two readings of the lists */
    static Watch open(Cluster cluster, Duration poll, Violations<Violation> violations)
            throws IOException, InterruptedException {
        Watch watch = new Watch(cluster, poll, violations);
        if (!watch.keys.awaitReady(READY_LIMIT)
                || !watch.lists.awaitReady(READY_LIMIT)
                || !watch.shown.awaitReady(READY_LIMIT)) {
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
        long pollsBefore = polls();
        if (verifier.verify(accessToken) instanceof Verdict.Rejected rejected) {
            if (isRevoked(rejected)) {
                untilRejected.add(elapsed);
            } else {
                violations.add(Violation.VALID_REJECTED, rejected.reason() + ", " + rejected.detail());
            }
            revoked.remove(accessToken);
        } else if (login.pollsWhenShown.isPresent()) {
            if (pollsBefore - login.pollsWhenShown.getAsLong() >= MOST_POLLS) {
                violations.add(Violation.TRUSTED_TOO_LONG, "after " + MOST_POLLS + " polls, " + elapsed);
                revoked.remove(accessToken);
            }
        } else if (isRevoked(seesWhatIsShown.verify(accessToken))) {
            login.pollsWhenShown = OptionalLong.of(polls());
        } else if (elapsed.compareTo(SHOWN_LIMIT) > 0) {
            violations.add(Violation.TRUSTED_TOO_LONG, "the server does not show it after " + elapsed);
            revoked.remove(accessToken);
        }
    }

    /** Those that read something. */
    private long polls() {
        UrlStatusLists.Counts counts = lists.counts();
        return counts.polls() - counts.failedPolls();
    }

    private static boolean isRevoked(Verdict verdict) {
        return verdict instanceof Verdict.Rejected rejected && rejected.reason() == Reason.REVOKED;
    }

    @Override
    public void close() {
        thread.interrupt();
        shown.close();
        lists.close();
        keys.close();
    }
}
