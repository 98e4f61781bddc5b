package org.sipoauth.benchmarks.failover;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.sipoauth.benchmarks.platform.Client;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Cluster.Transport;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.Load;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.Scenario;
import org.sipoauth.benchmarks.platform.SignIns;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * Phones refresh, sign in and are revoked on servers that find their Redis through Sentinel, while its replicas miss the last
 * second, the master is killed and one of them takes over: no phone is locked out, no acknowledged login or revocation is
 * lost. Exits 0 if so.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.failover.Failovers --help}, in the repository,
 * after {@code mvn package}.
 */
public final class Failovers implements AutoCloseable {
    private static final String FAST_FORWARDED = "sipoauth_refreshes_total{outcome=\"fast_forwarded\"}";
    private static final int NEWCOMERS = 4;
    private static final int OPERATORS = 2;
    private static final int WORKERS = 24;
    private static final Duration LISTS_LIMIT = Duration.ofSeconds(20); // they follow within about two
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(90);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final Plan plan;
    private final SentinelRedis redis;
    private final Cluster cluster;
    private final Violations<Violation> violations;
    private final PrintStream out;
    private final Http http;
    private final TokenEndpoint tokenEndpoint;
    private final Ledger ledger = new Ledger();
    private final Counts counts = new Counts();
    private final ScheduledThreadPoolExecutor workers = new ScheduledThreadPoolExecutor(WORKERS);

    /**
     * @param between undisturbed, before each failover
     * @param lost how long the replicas get nothing before the master is killed
     */
    record Plan(int failovers, int phones, Duration between, Duration lost) {}

    /** What a run shows, beside its violations. */
    record Result(long refreshes, int logins, int revocations, long fastForwards) {}

    private Failovers(
            Plan plan, SentinelRedis redis, Cluster cluster, Violations<Violation> violations, PrintStream out)
            throws IOException {
        this.plan = plan;
        this.redis = redis;
        this.cluster = cluster;
        this.violations = violations;
        this.out = out;
        this.http = cluster.http();
        this.tokenEndpoint = new TokenEndpoint(http, cluster);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = new Options(
                        "Failovers: replicas that miss the last second take over from a killed master; nobody may notice")
                .option("--failovers", 10, "how often")
                .option("--phones", 100, "phones that refresh all the while")
                .option("--between", 5, "seconds without disturbance before each")
                .option("--lost", 1_000, "milliseconds of writes that are lost with the master")
                .option("--nodes", 2, "servers")
                .parse(args);
        Plan plan = new Plan(
                options.get("--failovers"),
                options.get("--phones"),
                Duration.ofSeconds(options.get("--between")),
                Duration.ofMillis(options.get("--lost")));
        Violations<Violation> violations = new Violations<>(Violation.class);
        SentinelRedis redis = new SentinelRedis();
        Scenario scenario = cluster -> run(plan, redis, cluster, violations, System.out);
        scenario.runAndExit(cluster(options.get("--nodes"), redis), violations);
    }

    static Cluster.Setup cluster(int nodes, SentinelRedis redis) {
        return new Cluster.Setup(nodes, Transport.PLAIN, redis, List.of());
    }

    static Result run(
            Plan plan, SentinelRedis redis, Cluster cluster, Violations<Violation> violations, PrintStream out)
            throws IOException, InterruptedException {
        out.println(plan);
        try (Failovers failovers = new Failovers(plan, redis, cluster, violations, out)) {
            return failovers.run();
        }
    }

    private Result run() throws IOException, InterruptedException {
        Load load =
                Load.start(clients(), workers, failure -> violations.add(Violation.REQUEST_FAILED, failure.toString()));
        for (int i = 1; i <= plan.failovers(); i++) {
            Thread.sleep(plan.between().toMillis());
            long refreshes = counts.refreshes.sum();
            int lastRevoked = ledger.revoked().size();
            Duration untilRefresh = failOver();
            out.printf(
                    Locale.ROOT,
                    "failover %d: first refresh %.1f s after the kill; %d refreshes, %d revocations since the last one, %s%n",
                    i,
                    untilRefresh.toMillis() / 1000.0,
                    counts.refreshes.sum() - refreshes,
                    ledger.revoked().size() - lastRevoked,
                    violations.isEmpty() ? "nothing lost" : "VIOLATIONS");
            if (!violations.isEmpty() && violations.count(Violation.INCOMPLETE) > 0) {
                break;
            }
        }
        load.stop();
        long fastForwards = cluster.count(FAST_FORWARDED);
        List<Login> live = ledger.live();
        List<Login> revoked = ledger.revoked();
        requireLive(live);
        requireRevoked(revoked);
        requireInLists(revoked);
        Result result = new Result(counts.refreshes.sum(), live.size(), revoked.size(), fastForwards);
        report(result).forEach(out::println);
        return result;
    }

    private List<Client> clients() throws IOException, InterruptedException {
        SignIns signIns = new SignIns(http, cluster);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < plan.phones(); i++) {
            String user = signIns.users().get(i % signIns.users().size());
            String refreshToken = Http.member(signIns.signIn(user), "refresh_token");
            clients.add(new Phone(user, refreshToken, tokenEndpoint, counts, violations));
        }
        for (int i = 0; i < NEWCOMERS; i++) {
            clients.add(new Newcomer(signIns, ledger, counts));
        }
        for (int i = 0; i < OPERATORS; i++) {
            clients.add(new Operator(http, cluster, tokenEndpoint, ledger, counts, violations));
        }
        return clients;
    }

    /** @return from the kill to the first refresh that is granted after it */
    private Duration failOver() throws IOException, InterruptedException {
        redis.stopReplication();
        Thread.sleep(plan.lost().toMillis());
        Instant killed = Instant.now();
        int old = redis.killMaster();
        long before = counts.refreshes.sum();
        Duration taken = Duration.ZERO;
        while (counts.refreshes.sum() == before) {
            Thread.sleep(LOOK_EVERY.toMillis());
            taken = Duration.between(killed, Instant.now());
            if (taken.compareTo(RECOVERY_LIMIT) > 0) {
                violations.add(Violation.INCOMPLETE, "no refresh was granted within " + taken);
                return taken;
            }
        }
        redis.bringBack(cluster.workplace(), old);
        return taken;
    }

    private void requireLive(List<Login> logins) throws InterruptedException {
        forEach(logins, login -> {
            if (tokenEndpoint.refreshUntilDecided(login.refreshToken()).statusCode() != 200) {
                violations.add(Violation.LOGIN_LOST, login.toString());
            }
        });
    }

    private void requireRevoked(List<Login> logins) throws InterruptedException {
        forEach(logins, login -> {
            if (tokenEndpoint.refreshUntilDecided(login.refreshToken()).statusCode() == 200) {
                violations.add(Violation.REVOCATION_LOST, login.toString());
            }
        });
    }

    /** Every server shows every revocation, if not at once, then soon. */
    private void requireInLists(List<Login> revoked) throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(LISTS_LIMIT);
        for (URI node : cluster.nodes()) {
            Lists lists = new Lists(http, node);
            List<Login> missing = lists.missing(revoked);
            while (!missing.isEmpty() && Instant.now().isBefore(giveUp)) {
                Thread.sleep(LOOK_EVERY.toMillis());
                missing = lists.missing(missing);
            }
            missing.forEach(login -> violations.add(Violation.NOT_IN_LIST, login + ", at " + node));
        }
    }

    private interface Check {
        void of(Login login) throws IOException, InterruptedException;
    }

    private void forEach(List<Login> logins, Check check) throws InterruptedException {
        List<Runnable> checks = new ArrayList<>();
        for (Login login : logins) {
            checks.add(() -> {
                try {
                    check.of(login);
                } catch (IOException | RuntimeException failure) {
                    violations.add(Violation.REQUEST_FAILED, login + ": " + failure);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        ScheduledThreadPoolExecutor checkers = new ScheduledThreadPoolExecutor(WORKERS);
        try {
            checks.forEach(checkers::execute);
            checkers.shutdown();
            if (!checkers.awaitTermination(5, TimeUnit.MINUTES)) {
                violations.add(Violation.INCOMPLETE, "not every login could be looked at");
            }
        } finally {
            checkers.shutdownNow();
        }
    }

    private List<String> report(Result result) {
        List<String> lines = new ArrayList<>();
        lines.add("refreshes: " + result.refreshes() + "; to be repeated, for want of an answer or by 503: "
                + counts.refreshesToRepeat.sum());
        lines.add("refreshes whose token the new master did not know yet: " + result.fastForwards());
        lines.add("logins acknowledged: " + (result.logins() + result.revocations()) + "; not acknowledged: "
                + counts.signInsFailed.sum());
        lines.add("revocations acknowledged: " + result.revocations() + "; repeated until they were: "
                + counts.revocationsToRepeat.sum());
        lines.addAll(violations.report());
        return lines;
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
