package org.sipoauth.benchmarks.theft;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.Scenario;
import org.sipoauth.benchmarks.platform.SignIns;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * Refresh tokens are stolen, one a login, and replayed at a random later generation; others are used by a thief who stays one
 * generation behind. All are detected, the login is over, and a verifier that only reads status lists rejects its access
 * token within one poll after the server's next look at the store. Exits 0 if so.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.theft.StolenTokens --help}, in the repository,
 * after {@code mvn package}.
 */
public final class StolenTokens {
    private static final int WORKERS = 12;
    private static final int MARGIN = 3; // a repeated request may still show one or two generations back
    private static final Duration BEHIND = Duration.ofSeconds(72); // no longer a lost answer that may be repeated
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(10);

    private final Plan plan;
    private final TokenEndpoint tokenEndpoint;
    private final SignIns signIns;
    private final Watch watch;
    private final Violations<Violation> violations;
    private final ScheduledThreadPoolExecutor workers = new ScheduledThreadPoolExecutor(WORKERS);
    private final AtomicInteger done = new AtomicInteger();

    /**
     * @param replays logins whose stolen token is replayed
     * @param followers logins whose thief stays one generation behind
     * @param generations at most, before the theft, and again before the replay
     * @param poll between two readings of the status lists
     * @param limit ends the run, as a failure
     */
    record Plan(int replays, int followers, int generations, Duration poll, Duration limit) {}

    private StolenTokens(Plan plan, Cluster cluster, Watch watch, Violations<Violation> violations) throws IOException {
        this.plan = plan;
        this.tokenEndpoint = new TokenEndpoint(cluster.http(), cluster);
        this.signIns = new SignIns(cluster.http(), cluster);
        this.watch = watch;
        this.violations = violations;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = new Options(
                        "StolenTokens: a stolen refresh token is detected, and known to verifiers in time")
                .option("--replays", 1_000, "logins whose stolen token is replayed")
                .option("--followers", 1_000, "logins whose thief stays one generation behind")
                .option("--generations", 10, "refreshes, at most, before the theft, and again before the replay")
                .option("--poll", 15, "seconds between two readings of the status lists")
                .option("--nodes", 2, "servers, on one Redis")
                .option("--minutes", 20, "the run fails if it takes longer")
                .parse(args);
        Plan plan = new Plan(
                options.get("--replays"),
                options.get("--followers"),
                options.get("--generations"),
                Duration.ofSeconds(options.get("--poll")),
                Duration.ofMinutes(options.get("--minutes")));
        Violations<Violation> violations = new Violations<>(Violation.class);
        Scenario scenario = cluster -> run(plan, cluster, violations, System.out);
        scenario.runAndExit(Cluster.Setup.plain(options.get("--nodes")), violations);
    }

    /** @return from each revocation to the verifier's first rejection */
    static List<Duration> run(Plan plan, Cluster cluster, Violations<Violation> violations, PrintStream out)
            throws IOException, InterruptedException {
        out.println(plan);
        try (Watch watch = Watch.open(cluster, plan.poll(), violations)) {
            StolenTokens run = new StolenTokens(plan, cluster, watch, violations);
            List<Duration> untilRejected = run.run(out);
            run.report(untilRejected).forEach(out::println);
            return untilRejected;
        }
    }

    private List<Duration> run(PrintStream out) throws InterruptedException {
        Instant start = Instant.now();
        try {
            for (int i = 0; i < plan.followers(); i++) { // first, since they wait
                submit(this::follow);
            }
            for (int i = 0; i < plan.replays(); i++) {
                submit(this::replay);
            }
            int all = plan.followers() + plan.replays();
            while (done.get() < all) {
                Duration taken = Duration.between(start, Instant.now());
                if (taken.compareTo(plan.limit()) > 0) {
                    violations.add(Violation.INCOMPLETE, (all - done.get()) + " logins are left after " + taken);
                    break;
                }
                if (taken.toMillis() % PROGRESS_EVERY.toMillis() < 100) {
                    out.printf(
                            Locale.ROOT,
                            "%4d s: %d of %d logins, %s%n",
                            taken.toSeconds(),
                            done.get(),
                            all,
                            violations.isEmpty() ? "all detected" : "VIOLATIONS");
                }
                Thread.sleep(100);
            }
        } finally {
            workers.shutdownNow();
        }
        return watch.awaitRejections();
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void submit(Step step) {
        workers.execute(guarded(step));
    }

    private Runnable guarded(Step step) {
        return () -> {
            try {
                step.run();
            } catch (IOException | RuntimeException failure) {
                done.incrementAndGet();
                violations.add(Violation.REQUEST_FAILED, failure.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // ended
            }
        };
    }

    private void replay() throws IOException, InterruptedException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        Victim victim = Victim.signIn(signIns, tokenEndpoint, watch, violations);
        victim.refresh(random.nextInt(plan.generations()));
        String stolen = victim.refreshToken();
        victim.refresh(MARGIN + random.nextInt(plan.generations()));
        victim.replay(stolen);
        done.incrementAndGet();
    }

    private void follow() throws IOException, InterruptedException {
        Victim victim = Victim.signIn(signIns, tokenEndpoint, watch, violations);
        victim.refresh(ThreadLocalRandom.current().nextInt(3));
        String stolen = victim.refreshToken();
        victim.refresh(1);
        Step later = () -> {
            victim.refreshBehind(stolen);
            done.incrementAndGet();
        };
        workers.schedule(guarded(later), BEHIND.toMillis(), TimeUnit.MILLISECONDS);
    }

    private List<String> report(List<Duration> untilRejected) {
        List<Duration> sorted = new ArrayList<>(untilRejected);
        sorted.sort(null);
        List<String> lines = new ArrayList<>();
        lines.add("logins: " + plan.replays() + " with a replay, " + plan.followers()
                + " with a thief one generation behind");
        lines.add("access tokens of them that the verifier came to reject: " + sorted.size());
        if (!sorted.isEmpty()) {
            lines.add("  seconds after the detection: median " + at(sorted, 50) + ", 90 % " + at(sorted, 90) + ", 99 % "
                    + at(sorted, 99) + ", longest " + at(sorted, 100) + "; bound: 2 until the server's next look, "
                    + plan.poll().toSeconds() + " until the next poll, and what both take");
        }
        lines.addAll(violations.report());
        return lines;
    }

    private static String at(List<Duration> sorted, int percent) {
        Duration value = sorted.get(Math.max(0, (sorted.size() * percent + 99) / 100 - 1));
        return String.format(Locale.ROOT, "%.1f", value.toMillis() / 1000.0);
    }
}
