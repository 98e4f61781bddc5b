package org.sipoauth.benchmarks.rotation;

import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.rotation.Tally.Violation;

/** The leaked key: how long each verifier goes on to accept its tokens after an administrator has revoked it. */
final class Revocation {
    private static final long LOOK_MILLIS = 5;
    private static final String ADMIN = "admin";
    private static final String REGISTER = "sip.register";

    private final Http http;
    private final Cluster cluster;
    private final TokenEndpoint tokenEndpoint;
    private final Verifiers verifiers;
    private final Plan plan;
    private final Tally tally;

    Revocation(Http http, Cluster cluster, Verifiers verifiers, Plan plan, Tally tally) {
        this.http = http;
        this.cluster = cluster;
        this.tokenEndpoint = new TokenEndpoint(http, cluster);
        this.verifiers = verifiers;
        this.plan = plan;
        this.tally = tally;
    }

    /**
     * Revokes the key that signs now. Its successor must have been published for the propagation time.
     *
     * @return by verifier, from when the revocation was sent to the first rejection
     */
    Map<String, Duration> measure() throws IOException, InterruptedException {
        String leaked = tokenEndpoint.clientCredentials(cluster.service(), REGISTER);
        requireAccepted(leaked, "before its key was revoked");
        String administrator = tokenEndpoint.clientCredentials(cluster.administrator(), ADMIN);
        URI revocation = cluster.anyNode().resolve("/admin/api/v1/keys/" + keyId(leaked) + "/revoke");

        long revokedAt = System.nanoTime();
        HttpResponse<String> answer =
                http.post(revocation, Map.of("Authorization", "Bearer " + administrator), Map.of());
        if (answer.statusCode() != 200) {
            throw new IOException("revocation: " + answer.statusCode() + " " + answer.body());
        }
        Map<String, Duration> untilRejected = awaitRejections(leaked, revokedAt);
        for (URI node : cluster.nodes()) {
            requireAccepted(
                    tokenEndpoint.clientCredentials(node, cluster.service(), REGISTER), "signed by the successor");
        }
        return untilRejected;
    }

    private Map<String, Duration> awaitRejections(String leaked, long revokedAt) throws InterruptedException {
        Map<String, Duration> untilRejected = new LinkedHashMap<>();
        Duration giveUp = plan.revocationBound().multipliedBy(2);
        Duration elapsed = Duration.ZERO;
        while (untilRejected.size() < verifiers.all().size() && elapsed.compareTo(giveUp) < 0) {
            for (Verifiers.Named verifier : verifiers.all()) {
                if (!untilRejected.containsKey(verifier.name()) && !verifier.accepts(leaked)) {
                    untilRejected.put(verifier.name(), Duration.ofNanos(System.nanoTime() - revokedAt));
                }
            }
            Thread.sleep(LOOK_MILLIS);
            elapsed = Duration.ofNanos(System.nanoTime() - revokedAt);
        }
        for (Verifiers.Named verifier : verifiers.all()) {
            Duration taken = untilRejected.getOrDefault(verifier.name(), elapsed);
            if (taken.compareTo(plan.revocationBound()) > 0) {
                tally.violations.add(Violation.REVOKED_KEY_TRUSTED, verifier.name() + ", after " + taken);
            }
        }
        return untilRejected;
    }

    private void requireAccepted(String token, String which) {
        for (Verifiers.Named verifier : verifiers.all()) {
            if (!verifier.accepts(token)) {
                tally.violations.add(Violation.VALID_TOKEN_REJECTED, which + ", by the verifier " + verifier.name());
            }
        }
    }

    private static String keyId(String token) throws IOException {
        try {
            return SignedJWT.parse(token).getHeader().getKeyID();
        } catch (ParseException e) {
            throw new IOException("a token that does not parse", e);
        }
    }
}
