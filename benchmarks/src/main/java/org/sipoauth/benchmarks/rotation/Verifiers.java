package org.sipoauth.benchmarks.rotation;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.rotation.Tally.Violation;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.keys.UrlKeys;

/**
 * The SIP servers' side: two verifiers as they should be, one whose network goes down for longer than it takes to refresh
 * its keys, and one whose clock is a minute off, ahead and behind by turns.
 */
final class Verifiers implements AutoCloseable {
    private static final Duration CLOCK_ERROR = Duration.ofSeconds(60);
    private static final Duration FIRST_KEYS = Duration.ofSeconds(30);

    private final SwitchableForwarder network;
    private final Tally tally;
    private final List<Named> all;
    private volatile Duration clockError = CLOCK_ERROR;

    record Named(String name, TokenVerifier verifier, UrlKeys keys) {
        boolean accepts(String token) {
            return verifier.verify(token) instanceof Verdict.Accepted;
        }
    }

    private Verifiers(Cluster cluster, Plan plan, SwitchableForwarder network, Tally tally) throws IOException {
        SSLContext tls = cluster.tls();
        this.network = network;
        this.tally = tally;
        List<URI> nodes = cluster.nodes();
        URI throughNetwork = URI.create("https://localhost:" + network.port());
        InstantSource right = Clock.systemUTC();
        InstantSource wrong = () -> Instant.now().plus(clockError);
        String issuer = cluster.issuer().toString();
        this.all = List.of(
                open("first", nodes.get(0), plan, tls, issuer, right, Duration.ZERO),
                open("second", nodes.get(1), plan, tls, issuer, right, Duration.ZERO),
                open("with outages", throughNetwork, plan, tls, issuer, right, Duration.ZERO),
                open("with a wrong clock", nodes.get(2), plan, tls, issuer, wrong, CLOCK_ERROR));
    }

    static Verifiers open(Cluster cluster, Plan plan, Tally tally) throws IOException, InterruptedException {
        URI last = cluster.nodes().get(cluster.nodes().size() - 1);
        Verifiers verifiers = new Verifiers(cluster, plan, SwitchableForwarder.to(last.getPort()), tally);
        for (Named verifier : verifiers.all) {
            if (!verifier.keys().awaitReady(FIRST_KEYS)) {
                verifiers.close();
                throw new IOException("the verifier " + verifier.name() + " got no keys");
            }
        }
        return verifiers;
    }

    private static Named open(
            String name,
            URI node,
            Plan plan,
            SSLContext tls,
            String issuer,
            InstantSource clock,
            Duration clockTolerance) {
        UrlKeys keys = KeySource.url(node.resolve("/oauth2/jwks"))
                .refreshEvery(plan.verifierRefresh())
                .sslContext(tls)
                .clock(clock)
                .open();
        Expectations expectations = new Expectations(issuer, Cluster.AUDIENCE, clockTolerance);
        return new Named(
                name, TokenVerifier.builder(expectations, keys).clock(clock).build(), keys);
    }

    List<Named> all() {
        return all;
    }

    /** Has every verifier judge a token that expires then; it may still be valid or have become too old meanwhile. */
    void judge(String token, Instant expiresAt, String age) {
        for (Named verifier : all) {
            Verdict verdict = verifier.verifier().verify(token);
            tally.verifications.increment();
            if (verdict instanceof Verdict.Rejected rejected) {
                if (Instant.now().isBefore(expiresAt)) {
                    tally.violations.add(
                            Violation.VALID_TOKEN_REJECTED,
                            age + ", by the verifier " + verifier.name() + ": " + rejected.reason() + ", "
                                    + rejected.detail());
                } else {
                    tally.tooLateToJudge.increment();
                }
            }
        }
    }

    void startOutage() {
        network.goDown();
    }

    void endOutage() {
        network.comeUp();
    }

    /** From a minute ahead to a minute behind, or back. */
    void turnWrongClock() {
        clockError = clockError.negated();
    }

    @Override
    public void close() throws IOException {
        all.forEach(verifier -> verifier.keys().close());
        network.close();
    }
}
