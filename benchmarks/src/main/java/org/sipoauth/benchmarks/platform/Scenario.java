package org.sipoauth.benchmarks.platform;

import java.io.IOException;

/** What a program does with a cluster that has just been started. */
@FunctionalInterface
public interface Scenario {

    void run(Cluster cluster) throws IOException, InterruptedException;

    /** Runs this on a cluster of its own, says what went wrong, and ends this program: with 0 if nothing did, else with 1. */
    default void runAndExit(Cluster.Setup setup, Violations<?> violations) throws IOException, InterruptedException {
        try (Cluster cluster = Cluster.start(setup)) {
            run(cluster);
            if (!violations.isEmpty()) {
                violations.details().forEach(System.out::println);
                System.out.println("what the servers said is in " + cluster.keepLogs());
            }
        }
        System.exit(violations.isEmpty() ? 0 : 1);
    }
}
