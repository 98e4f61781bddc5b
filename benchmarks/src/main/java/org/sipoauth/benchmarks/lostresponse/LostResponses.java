package org.sipoauth.benchmarks.lostresponse;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.sipoauth.benchmarks.lostresponse.FaultyProxy.Cut;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.Load;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.Scenario;
import org.sipoauth.benchmarks.platform.SignIns;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * Phones refresh through a proxy that loses a third of the answers, also while servers are killed: no phone is locked out,
 * and no login ever has two live successors. Exits 0 if so.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.lostresponse.LostResponses --help}, in the
 * repository, after {@code mvn package}.
 */
public final class LostResponses {
    private static final int WORKERS = 48; // phones are mostly asleep
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(10);

    private LostResponses() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = new Options(
                        "LostResponses: phones refresh through a proxy that loses answers; none may be locked out")
                .option("--phones", 300, "phones")
                .option("--refreshes", 30_000, "answers of the servers to refresh requests, lost ones included")
                .option("--lose", 33, "per cent of the answers that are lost")
                .option("--late", 6, "per cent of the phones that come back late after that, after 50 to 100 s")
                .option("--think", 2_000, "milliseconds, at most, from an answer to the next refresh")
                .option("--login", 50, "refreshes, about, until a phone signs in anew and its old login is probed")
                .option("--nodes", 1, "servers, on one Redis")
                .option("--kill-every", 0, "seconds, on average, from when all are up to a kill -9; 0: none")
                .option("--minutes", 20, "the run fails if it takes longer")
                .parse(args);
        Plan plan = new Plan(
                options.get("--phones"),
                options.get("--refreshes"),
                options.get("--lose"),
                options.get("--late"),
                Duration.ofMillis(options.get("--think")),
                options.get("--login"),
                Duration.ofSeconds(options.get("--kill-every")),
                options.get("--kill-every") > 0 ? 1 : 0,
                Duration.ofMinutes(options.get("--minutes")));
        Violations<Violation> violations = new Violations<>(Violation.class);
        Scenario scenario = cluster -> run(plan, cluster, violations, System.out);
        scenario.runAndExit(Cluster.Setup.plain(options.get("--nodes")), violations);
    }

    /** What a run shows, beside its violations. */
    record Result(long granted, long lost, long refreshes, int kills) {}

    static Result run(Plan plan, Cluster cluster, Violations<Violation> violations, PrintStream out)
            throws IOException, InterruptedException {
        out.println(plan);
        Judge judge = new Judge(violations);
        Http http = cluster.http();
        Servers servers = new Servers(new TokenEndpoint(http, cluster), judge);
        Probe probe = new Probe(servers, violations);
        SignIns signIns = new SignIns(http, cluster);
        ScheduledThreadPoolExecutor workers = new ScheduledThreadPoolExecutor(WORKERS);
        try (FaultyProxy proxy = FaultyProxy.open(servers, plan.losePercent());
                Killer killer = Killer.start(cluster, plan.killEvery(), violations)) {
            Phone.Counts counts = new Phone.Counts();
            Phone.Surroundings with = new Phone.Surroundings(plan, proxy, signIns, judge, probe, violations);
            List<Phone> phones = new ArrayList<>();
            for (int i = 0; i < plan.phones(); i++) {
                phones.add(new Phone(signIns.users().get(i % signIns.users().size()), with, counts));
            }
            Instant start = Instant.now();
            Load load = Load.start(List.copyOf(phones), workers, failure -> failed(failure, violations));
            awaitAnswers(plan, start, judge, proxy, killer, violations, out);
            killer.stop();
            proxy.recover();
            load.stop();
            endLogins(phones, workers, violations);
            Duration taken = Duration.between(start, Instant.now());
            report(taken, judge, proxy, killer, probe, counts, violations).forEach(out::println);
            return new Result(proxy.granted(), proxy.lost(), counts.refreshes.sum(), killer.kills());
        } finally {
            workers.shutdownNow();
        }
    }

    private static void awaitAnswers(
            Plan plan,
            Instant start,
            Judge judge,
            FaultyProxy proxy,
            Killer killer,
            Violations<Violation> violations,
            PrintStream out)
            throws InterruptedException {
        Instant nextProgress = start.plus(PROGRESS_EVERY);
        while (proxy.granted() < plan.refreshes() || killer.kills() < plan.kills()) {
            Duration taken = Duration.between(start, Instant.now());
            if (taken.compareTo(plan.limit()) > 0) {
                violations.add(
                        Violation.INCOMPLETE,
                        proxy.granted() + " refreshes and " + killer.kills() + " kills after " + taken);
                return;
            }
            if (Instant.now().isAfter(nextProgress)) {
                nextProgress = nextProgress.plus(PROGRESS_EVERY);
                out.printf(
                        Locale.ROOT,
                        "%4d s: %d refreshes, %d answers repeated, %d struck out, %d kills, %s%n",
                        taken.toSeconds(),
                        proxy.granted(),
                        judge.repeats.sum(),
                        judge.strikeOuts.sum(),
                        killer.kills(),
                        violations.isEmpty() ? "nobody locked out" : "VIOLATIONS");
            }
            Thread.sleep(LOOK_EVERY.toMillis());
        }
    }

    private static void endLogins(
            List<Phone> phones, ScheduledThreadPoolExecutor workers, Violations<Violation> violations)
            throws InterruptedException {
        for (Phone phone : phones) {
            workers.execute(() -> {
                try {
                    phone.endLogin();
                } catch (IOException | RuntimeException failure) {
                    failed(failure, violations);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        workers.shutdown();
        if (!workers.awaitTermination(5, TimeUnit.MINUTES)) {
            violations.add(Violation.INCOMPLETE, "the logins were not all put to the probe");
        }
    }

    private static void failed(Exception failure, Violations<Violation> violations) {
        violations.add(Violation.REQUEST_FAILED, failure.toString());
    }

    private static List<String> report(
            Duration taken,
            Judge judge,
            FaultyProxy proxy,
            Killer killer,
            Probe probe,
            Phone.Counts counts,
            Violations<Violation> violations) {
        List<String> lines = new ArrayList<>();
        lines.add("time: " + taken.toSeconds() + " s");
        lines.add("refreshes through the proxy: " + proxy.granted() + "; answers lost: "
                + proxy.lost() + " (before " + proxy.granted(Cut.BEFORE_ANSWER) + ", in " + proxy.granted(Cut.IN_ANSWER)
                + ", after " + proxy.granted(Cut.AFTER_ANSWER) + ")");
        lines.add("refreshes completed by phones: " + counts.refreshes.sum() + "; crashes before saving one: "
                + counts.crashes.sum());
        lines.add("requests without an answer: " + counts.silences.sum() + "; told to come again: "
                + counts.deferrals.sum() + "; came back after 50 to 100 s: " + counts.lateReturns.sum());
        lines.add("successor handed out again: " + judge.repeats.sum() + "; struck out for a fresh one: "
                + judge.strikeOuts.sum());
        lines.add("logins: " + counts.signIns.sum() + "; put to the probe: " + probe.logins.sum() + ", with "
                + probe.strays.sum() + " tokens no phone had used; old tokens replayed: " + probe.replays.sum());
        lines.add("servers killed: " + killer.kills());
        lines.addAll(violations.report());
        return lines;
    }
}
