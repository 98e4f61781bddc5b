package org.sipoauth.benchmarks.rotation;

import java.time.Duration;
import java.util.List;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Cluster.Transport;
import org.sipoauth.benchmarks.platform.Store;

/**
 * How long, how hard, and a rotation policy scaled down to minutes: all its times follow from how often keys change.
 *
 * @param length of the load; the last tokens are then verified to their end
 * @param workers requests and verifications under way at the same time
 */
record Plan(Duration length, Duration rotateEvery, int workers) {
    private static final int NODES = 3;

    /** What the servers allow for, whatever their settings: clocks that differ, and a ring that cannot be read. */
    private static final Duration SERVERS_MARGINS = Duration.ofMinutes(2);

    /** For the requests and the threads that the settings do not count: all share the machine with the load. */
    private static final Duration REQUESTS_AND_THREADS = Duration.ofSeconds(4);

    Duration verifierRefresh() {
        return twentieths(3);
    }

    Duration jwkSetMaxAge() {
        return twentieths(1);
    }

    Duration propagation() {
        return twentieths(5);
    }

    /** How often a server looks for the changes of the others. */
    Duration lookEvery() {
        return twentieths(1);
    }

    /** How long the verifier that has outages cannot reach its server: more than two of its refresh intervals. */
    Duration outage() {
        return twentieths(8);
    }

    /** From the start of an outage to the start of the next: no multiple of a rotation, so that they meet anyhow. */
    Duration outageEvery() {
        return twentieths(26);
    }

    /** How long the wrong clock is ahead before it is behind, and the other way round. */
    Duration clockTurnEvery() {
        return twentieths(47);
    }

    /** Three rotations happen in the life of a token. */
    Duration accessToken() {
        return rotateEvery.multipliedBy(3);
    }

    /** The shortest that the servers accept, so that keys go while tokens come. */
    Duration retention() {
        return accessToken().plus(SERVERS_MARGINS);
    }

    /** Within which every online verifier rejects the tokens of a revoked key: the settings' sum, and the machine's part. */
    Duration revocationBound() {
        return lookEvery().plus(verifierRefresh()).plus(jwkSetMaxAge()).plus(REQUESTS_AND_THREADS);
    }

    Cluster.Setup cluster() {
        return new Cluster.Setup(NODES, Transport.TLS, Store::single, serverOptions());
    }

    private List<String> serverOptions() {
        return List.of(
                option("tokens.access", accessToken()),
                option("keys.rotate-every", rotateEvery),
                option("keys.propagation", propagation()),
                option("keys.retention", retention()),
                option("keys.verifier-refresh", verifierRefresh()),
                option("keys.jwk-set-max-age", jwkSetMaxAge()),
                option("keys.look-every", lookEvery()));
    }

    private static String option(String name, Duration value) {
        return "--sipoauth." + name + "=" + value.toMillis() + "ms";
    }

    private Duration twentieths(int count) {
        return rotateEvery.multipliedBy(count).dividedBy(20);
    }
}
