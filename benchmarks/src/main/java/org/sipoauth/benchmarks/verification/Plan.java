package org.sipoauth.benchmarks.verification;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured, and for how long.
 *
 * @param tokens how many are known, and how many come at once when a node takes over
 * @param iterations of each measurement; the median counts
 * @param iteration how long one is, at least
 * @param processes for each measurement: what one happens to compile differs by several parts of 100
 * @param starts how many processes are started for their first verdict
 */
record Plan(
        List<Algorithm> algorithms,
        List<Library> libraries,
        int tokens,
        int iterations,
        Duration iteration,
        int processes,
        int starts) {
    /** So many tokens by turns, unless it is about known ones. */
    static final int DISTINCT = 1000;

    static final List<Library> NEAR_THE_FLOOR =
            List.of(Library.SIP_OAUTH, Library.FLOOR, Library.JAVA_JWT, Library.FUSIONAUTH, Library.VERTX);

    static final List<Library> FAILOVER = List.of(Library.SIP_OAUTH_KNOWING, Library.NIMBUS, Library.JAVA_JWT);
}
