package org.sipoauth.benchmarks.rotation;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Options;

/**
 * Three servers on one Redis rotate their keys under load, and four verifiers look at every token: nothing may be lost.
 * After that the active key is revoked, and all of them must hear of it in time. Exits 0 if so.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.rotation.RotationSoak [--minutes 10]
 * [--rotate-every 20] [--workers 6]}, in the repository, after {@code mvn package}.
 */
public final class RotationSoak {
    /** The verifier with outages says so each time. */
    private static final Logger VERIFIER_LOG = Logger.getLogger("org.sipoauth.verifier");

    private RotationSoak() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = new Options(
                        "RotationSoak: three servers rotate their keys under load, and nothing may be lost")
                .option("--minutes", 10, "length of the load")
                .option("--rotate-every", 20, "seconds from one rotation to the next")
                .option("--workers", 6, "requests and verifications under way at the same time")
                .parse(args);
        Tally tally = new Tally();
        Plan plan = new Plan(
                Duration.ofMinutes(options.get("--minutes")),
                Duration.ofSeconds(options.get("--rotate-every")),
                options.get("--workers"));
        run(plan, tally, System.out);
        System.exit(tally.violations.isEmpty() ? 0 : 1);
    }

    static Soak.Result run(Plan plan, Tally tally, PrintStream out) throws IOException, InterruptedException {
        VERIFIER_LOG.setLevel(Level.SEVERE);
        out.println(plan);
        try (Cluster cluster = Cluster.start(plan.cluster())) {
            Soak.Result result = Soak.run(plan, cluster, tally, out);
            report(plan, tally, result).forEach(out::println);
            if (!tally.violations.isEmpty()) {
                tally.violations.details().forEach(out::println);
                out.println("what the servers said is in " + cluster.keepLogs());
            }
            return result;
        }
    }

    private static List<String> report(Plan plan, Tally tally, Soak.Result result) {
        double seconds = result.loaded().toMillis() / 1000.0;
        List<String> lines = new ArrayList<>();
        lines.add("rotations: " + result.rotations() + "; keys that left the JWK Set: " + result.removedKeys());
        lines.add("a key that followed another had been published for at least " + seconds(result.shortestLead())
                + "; required: " + seconds(plan.propagation()));
        lines.add("tokens issued: " + withRate(tally.tokens.sum(), seconds));
        lines.add("  by sign-in: " + withRate(tally.signIns.sum(), seconds));
        lines.add("  by refresh: " + withRate(tally.refreshes.sum(), seconds));
        lines.add("refresh requests repeated after 503 or no answer: " + tally.refreshRetries.sum());
        lines.add("verifications: " + withRate(tally.verifications.sum(), seconds));
        lines.add("verifications too late to be judged: " + tally.tooLateToJudge.sum());
        result.untilRejected()
                .forEach((verifier, taken) -> lines.add("a revoked key was rejected by the verifier " + verifier
                        + " after " + seconds(taken) + "; allowed: " + seconds(plan.revocationBound())));
        lines.addAll(tally.violations.report());
        return lines;
    }

    private static String withRate(long count, double seconds) {
        return String.format(Locale.ROOT, "%d, %.1f a second", count, count / seconds);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1000.0);
    }
}
