package org.sipoauth.benchmarks.rotation;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.sipoauth.benchmarks.rotation.Tally.Violation;

/**
 * Three servers on one Redis rotate their keys under load, and four verifiers look at every token: nothing may be lost.
 * After that the active key is revoked, and all of them must hear of it in time. Exits 0 if so.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.rotation.RotationSoak [--minutes 10]
 * [--rotate-every 20] [--workers 6]}, in the repository, after {@code mvn package}.
 */
public final class RotationSoak {
    private static final int SERVICES = 3;
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(5);

    /** The verifier with outages says so each time. */
    private static final Logger VERIFIER_LOG = Logger.getLogger("org.sipoauth.verifier");

    private final Plan plan;
    private final PrintStream out;
    private final Tally tally = new Tally();
    private Duration loaded = Duration.ZERO;

    RotationSoak(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /**
     * What a run showed.
     *
     * @param removedKeys how many keys came to their end and left the JWK Set
     * @param untilRejected by verifier, how long it went on to accept tokens of the revoked key
     */
    record Result(Tally tally, int rotations, int removedKeys, Map<String, Duration> untilRejected) {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, Integer> options =
                new LinkedHashMap<>(Map.of("--minutes", 10, "--rotate-every", 20, "--workers", 6));
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length || !options.containsKey(args[i]) || !args[i + 1].matches("[1-9]\\d{0,4}")) {
                System.err.println("usage: RotationSoak [--minutes N] [--rotate-every SECONDS] [--workers N]");
                System.exit(2);
            }
            options.put(args[i], Integer.valueOf(args[i + 1]));
        }
        Plan plan = new Plan(
                Duration.ofMinutes(options.get("--minutes")),
                Duration.ofSeconds(options.get("--rotate-every")),
                options.get("--workers"));
        Result result = new RotationSoak(plan, System.out).run();
        System.exit(result.tally().isClean() ? 0 : 1);
    }

    Result run() throws IOException, InterruptedException {
        VERIFIER_LOG.setLevel(Level.SEVERE);
        out.println(plan);
        try (Cluster cluster = Cluster.start(plan.serverOptions())) {
            Http http = new Http(cluster.tls());
            PublishedKeys publishedKeys = new PublishedKeys(http, cluster.nodes());
            ScheduledThreadPoolExecutor watch = new ScheduledThreadPoolExecutor(2);
            ScheduledThreadPoolExecutor workers = new ScheduledThreadPoolExecutor(plan.workers());
            try (Verifiers verifiers = Verifiers.open(cluster, plan, tally)) {
                every(watch, LOOK_EVERY, publishedKeys::look);
                disturb(verifiers, watch);
                soak(cluster, http, verifiers, publishedKeys, workers, watch);
                int removed = publishedKeys.removed();
                int rotations = publishedKeys.rotations();
                awaitAgedSuccessor(publishedKeys);
                var untilRejected = new Revocation(http, cluster, verifiers, plan, tally).measure();
                Result result = new Result(tally, rotations, removed, untilRejected);
                report(result, publishedKeys);
                if (!tally.isClean()) {
                    out.println("what the servers said is in " + cluster.keepLogs());
                }
                return result;
            } finally {
                workers.shutdownNow();
                watch.shutdownNow();
            }
        }
    }

    /** The load, and then the wait until the last token has been verified at the end of its life. */
    private void soak(
            Cluster cluster,
            Http http,
            Verifiers verifiers,
            PublishedKeys publishedKeys,
            ScheduledThreadPoolExecutor workers,
            ScheduledThreadPoolExecutor watch)
            throws IOException, InterruptedException {
        Thread.sleep(plan.propagation().toMillis()); // so that the first keys, too, have been seen for as long
        Tokens tokens = new Tokens(verifiers, publishedKeys, plan.propagation(), workers, tally);
        List<Client> clients = new ArrayList<>();
        for (Map.Entry<String, String> user : cluster.passwords().entrySet()) {
            clients.add(new Phone(user.getKey(), user.getValue(), http, cluster, tokens, tally));
        }
        for (int i = 0; i < SERVICES; i++) {
            clients.add(new Service(http, cluster, cluster.service(), tokens));
        }
        Instant start = Instant.now();
        every(watch, PROGRESS_EVERY, () -> printProgress(start, publishedKeys));
        Load load = Load.start(clients, workers, tally);
        Thread.sleep(plan.length().toMillis());
        load.stop();
        loaded = Duration.between(start, Instant.now());
        workers.shutdown(); // what is scheduled is still done
        if (!workers.awaitTermination(plan.accessToken().multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("verifying does not keep up");
        }
    }

    private void disturb(Verifiers verifiers, ScheduledThreadPoolExecutor watch) {
        every(watch, plan.clockTurnEvery(), verifiers::turnWrongClock);
        every(watch, plan.outageEvery(), () -> {
            verifiers.startOutage();
            watch.schedule(verifiers::endOutage, plan.outage().toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    /** The moment for an emergency: a successor that every verifier has, and no rotation in sight. */
    private void awaitAgedSuccessor(PublishedKeys publishedKeys) throws InterruptedException {
        Instant known = publishedKeys.lastPublication();
        while (publishedKeys.lastPublication().equals(known)) {
            Thread.sleep(LOOK_EVERY.toMillis());
        }
        Thread.sleep(plan.propagation().plus(plan.lookEvery()).toMillis());
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private void every(ScheduledThreadPoolExecutor watch, Duration pause, Step step) {
        Runnable guarded = () -> {
            try {
                step.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // ended
            } catch (RuntimeException e) { // which would end the repetition, unnoticed
                tally.violated(Violation.REQUEST_FAILED, e.toString());
            }
        };
        watch.scheduleWithFixedDelay(guarded, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void printProgress(Instant start, PublishedKeys publishedKeys) {
        out.printf(
                Locale.ROOT,
                "%4d s: %d rotations, %d tokens, %d refreshes, %d verifications, %s%n",
                Duration.between(start, Instant.now()).toSeconds(),
                publishedKeys.rotations(),
                tally.tokens.sum(),
                tally.refreshes.sum(),
                tally.verifications.sum(),
                tally.isClean() ? "nothing lost" : "VIOLATIONS");
    }

    private void report(Result result, PublishedKeys publishedKeys) {
        double seconds = loaded.toMillis() / 1000.0;
        print("rotations: %d; keys that left the JWK Set: %d", result.rotations(), result.removedKeys());
        print(
                "a key that followed another had been published for %s at least; required: %s",
                publishedKeys.shortestLead().map(RotationSoak::seconds).orElse("no time"), seconds(plan.propagation()));
        print("tokens issued: %d, %.0f a second", tally.tokens.sum(), tally.tokens.sum() / seconds);
        print("  by sign-in: %d", tally.signIns.sum());
        print("  by refresh: %d, %.0f a second", tally.refreshes.sum(), tally.refreshes.sum() / seconds);
        print("refresh requests repeated after 503 or no answer: %d", tally.refreshRetries.sum());
        print("verifications: %d, %.0f a second", tally.verifications.sum(), tally.verifications.sum() / seconds);
        print("verifications too late to be judged: %d", tally.tooLateToJudge.sum());
        result.untilRejected()
                .forEach((verifier, taken) -> print(
                        "a revoked key was rejected by the verifier %s after %s; allowed: %s",
                        verifier, seconds(taken), seconds(plan.revocationBound())));
        for (Violation violation : Violation.values()) {
            print("%s: %d", violation, tally.count(violation));
        }
        tally.details().forEach(out::println);
    }

    private void print(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1000.0);
    }
}
