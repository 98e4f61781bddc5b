package org.sipoauth.benchmarks.lostresponse;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.Scenario;
import org.sipoauth.benchmarks.platform.SignIns;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * Every refresh token is presented 20 times in the same instant, to all servers, and its successor as soon as the first
 * answer is in, while the others are still under way; a third of the times all answers count as lost and the same token is
 * presented as often again. All answers to one token bring the same successor, and no phone is locked out. Exits 0 if so.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.lostresponse.ParallelRefreshes --help}, in the
 * repository, after {@code mvn package}.
 */
public final class ParallelRefreshes {
    private static final int LOSE_PERCENT = 33;

    /**
     * Beside each other at first; the others come one after the other. Servers that have just started compile what they run:
     * with hundreds of phones they would turn most requests away at first, for these had waited too long.
     */
    private static final int FIRST_PHONES = 4;

    private static final int TOKENS_UNTIL_THE_NEXT = 10;

    private final Plan plan;
    private final List<Integer> ports;
    private final Judge judge;
    private final Probe probe;
    private final SignIns signIns;
    private final Violations<Violation> violations;
    private final AtomicInteger tokensLeft;
    private final Semaphore arrivals = new Semaphore(FIRST_PHONES);
    private final LongAdder requests = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();

    /**
     * @param tokens so many are presented
     * @param copies at the same time, each
     * @param phones at the same time
     * @param limit ends the run, as a failure
     */
    record Plan(int tokens, int copies, int phones, Duration limit) {}

    /** What a run shows, beside its violations. */
    record Result(long requests, long strikeOuts) {}

    private ParallelRefreshes(Plan plan, Cluster cluster, Violations<Violation> violations) throws IOException {
        Http http = cluster.http();
        this.plan = plan;
        this.ports = cluster.nodes().stream().map(URI::getPort).toList();
        this.judge = new Judge(violations);
        this.probe = new Probe(new Servers(new TokenEndpoint(http, cluster), judge), violations);
        this.signIns = new SignIns(http, cluster);
        this.violations = violations;
        this.tokensLeft = new AtomicInteger(plan.tokens());
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = new Options(
                        "ParallelRefreshes: a refresh token is presented many times at once, and has one successor")
                .option("--tokens", 3_000, "refresh tokens")
                .option("--copies", 20, "requests at the same time for each")
                .option("--phones", 4, "phones at the same time")
                .option("--nodes", 3, "servers, on one Redis")
                .option("--minutes", 10, "the run fails if it takes longer")
                .parse(args);
        Plan plan = new Plan(
                options.get("--tokens"),
                options.get("--copies"),
                options.get("--phones"),
                Duration.ofMinutes(options.get("--minutes")));
        Violations<Violation> violations = new Violations<>(Violation.class);
        Scenario scenario = cluster -> run(plan, cluster, violations, System.out);
        scenario.runAndExit(Cluster.Setup.plain(options.get("--nodes")), violations);
    }

    static Result run(Plan plan, Cluster cluster, Violations<Violation> violations, PrintStream out)
            throws IOException, InterruptedException {
        out.println(plan);
        Instant start = Instant.now();
        ParallelRefreshes run = new ParallelRefreshes(plan, cluster, violations);
        ExecutorService phones = Executors.newFixedThreadPool(plan.phones());
        try {
            for (int i = 0; i < plan.phones(); i++) {
                String user = run.signIns.users().get(i % run.signIns.users().size());
                phones.execute(() -> run.live(user));
            }
            phones.shutdown();
            while (!phones.awaitTermination(5, TimeUnit.SECONDS)) {
                Duration taken = Duration.between(start, Instant.now());
                out.printf(
                        Locale.ROOT,
                        "%4d s: %d requests, %s%n",
                        taken.toSeconds(),
                        run.requests.sum(),
                        violations.isEmpty() ? "one successor each" : "VIOLATIONS");
                if (taken.compareTo(plan.limit()) > 0) {
                    violations.add(Violation.INCOMPLETE, run.tokensLeft + " tokens are left after " + taken);
                    break;
                }
            }
        } finally {
            phones.shutdownNow();
        }
        run.report(Duration.between(start, Instant.now())).forEach(out::println);
        return new Result(run.requests.sum(), run.judge.strikeOuts.sum());
    }

    private void live(String user) {
        try {
            arrivals.acquire();
            String first = Http.member(signIns.signIn(user), "refresh_token");
            Lineage lineage = judge.begun(user, first);
            probe.examine(lineage, refreshInBursts(first));
        } catch (IOException | RuntimeException failure) {
            violations.add(Violation.REQUEST_FAILED, user + ": " + failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            arrivals.release();
        }
    }

    /** @return the newest token */
    private String refreshInBursts(String first) throws IOException, InterruptedException {
        Burst current = send(first);
        String successor = successor(current);
        for (int left = tokensLeft.getAndDecrement(); left > 0; left = tokensLeft.getAndDecrement()) {
            boolean lost = ThreadLocalRandom.current().nextInt(100) < LOSE_PERCENT;
            // while answers to the last one are under way: late copies of one request
            Burst following = send(lost ? current.presented() : successor);
            end(current, successor);
            current = following;
            successor = successor(current);
            if (left % TOKENS_UNTIL_THE_NEXT == 0) {
                arrivals.release();
            }
        }
        end(current, successor);
        return successor;
    }

    private Burst send(String token) throws IOException {
        requests.add(plan.copies());
        return Burst.send(ports, plan.copies(), token);
    }

    private void end(Burst burst, String successor) throws IOException {
        try (burst) {
            while (burst.hasMore()) {
                Wire.Answer other = next(burst);
                if (!other.isLater() && !successor(burst, other).equals(successor)) {
                    violations.add(Violation.TWO_LIVE_SUCCESSORS, "one request brought two");
                }
            }
        }
    }

    /** What the first copy brings that is not told to come again later; if all are, they come again. */
    private String successor(Burst burst) throws IOException, InterruptedException {
        Wire.Answer answer = next(burst);
        while (answer.isLater()) {
            if (!burst.hasMore()) {
                Thread.sleep(answer.retryAfter().orElseThrow().toMillis());
                requests.add(plan.copies());
                burst.sendAgain();
            }
            answer = next(burst);
        }
        return successor(burst, answer);
    }

    private Wire.Answer next(Burst burst) throws IOException {
        Wire.Answer answer = burst.next();
        if (answer.isLater()) {
            turnedAway.increment();
        }
        return answer;
    }

    private String successor(Burst burst, Wire.Answer answer) throws IOException {
        if (answer.status() != 200) {
            violations.add(Violation.LOCKED_OUT, answer.status() + " " + answer.body());
            throw new IOException("refused");
        }
        String successor = answer.refreshToken();
        judge.granted(burst.presented(), successor);
        return successor;
    }

    private List<String> report(Duration taken) {
        List<String> lines = new ArrayList<>();
        lines.add("time: " + taken.toSeconds() + " s");
        lines.add("requests: " + requests.sum() + ", " + plan.copies() + " at once; a second: "
                + requests.sum() / Math.max(1, taken.toSeconds()));
        lines.add("turned away, to come again: " + turnedAway.sum());
        lines.add("the same successor again: " + judge.repeats.sum() + "; another one: " + judge.strikeOuts.sum());
        lines.addAll(violations.report());
        return lines;
    }
}
