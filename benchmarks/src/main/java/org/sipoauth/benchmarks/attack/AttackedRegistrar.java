package org.sipoauth.benchmarks.attack;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sipoauth.benchmarks.platform.ChildProcess;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.ProcessUsage;
import org.sipoauth.benchmarks.platform.RegistrarRig;
import org.sipoauth.benchmarks.platform.RegistrarRig.Metrics;
import org.sipoauth.benchmarks.platform.Violations;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * Phones are registered, and both of the registrar's ports are attacked in each of the {@link Attack}s' ways: no phone and no edge
 * loses its connection, no phone its binding, none is refused, the registrar's memory stays below a bound, and it ends what the attacker left
 * open. Exits 0 if so.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.attack.AttackedRegistrar --help}, in the
 * repository, after {@code mvn package}.
 */
public final class AttackedRegistrar {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration BINDING = Duration.ofSeconds(10);
    private static final Duration BETWEEN_REGISTRATIONS = Duration.ofSeconds(2);
    private static final Duration MARGIN = Duration.ofSeconds(5);
    private static final int SPARE_CONNECTIONS = 500;
    private static final long LOOK_MILLIS = 100;
    private static final double MEGABYTE = 1e6;

    private final Plan plan;
    private final RegistrarRig rig;
    private final Violations<Violation> violations;
    private final PrintStream out;

    /**
     * @param phones that are registered all the time
     * @param quiet how long to let all become warm, and then to look at it before the first attack
     * @param deadline for a handshake, a message, and answers to be taken
     * @param unregistered for a connection until its first registration
     * @param mostBytes of memory that the registrar may hold
     */
    record Plan(
            int phones,
            Duration quiet,
            Attacks.Volume volume,
            Duration deadline,
            Duration unregistered,
            long mostBytes) {}

    private AttackedRegistrar(Plan plan, RegistrarRig rig, Violations<Violation> violations, PrintStream out) {
        this.plan = plan;
        this.rig = rig;
        this.violations = violations;
        this.out = out;
    }

    public static void main(String[] args)
            throws IOException, InterruptedException, GeneralSecurityException, ParseException {
        Options options = new Options("AttackedRegistrar: registered phones stay so while the ports are attacked")
                .option("--phones", 200, "that are registered all the time")
                .option("--quiet", 15, "seconds to warm up, and to look at phones without an attack")
                .option("--half-open", 10_000, "connections without a byte, and as many with half a handshake")
                .option("--tls", 500, "connections with TLS of each attack that wants many")
                .option("--garbage", 1_000, "megabytes of each kind")
                .option("--headers", 1_000_000, "tiny ones")
                .option("--deadline", 10, "seconds that the registrar gives a handshake, a message, answers")
                .option("--unregistered", 15, "seconds that it gives a connection to register")
                .option("--memory", 900, "megabytes that it may hold, with a heap of 384")
                .parse(args);
        Plan plan = new Plan(
                options.get("--phones"),
                Duration.ofSeconds(options.get("--quiet")),
                new Attacks.Volume(
                        options.get("--half-open"),
                        options.get("--tls"),
                        options.get("--garbage") * 1_000_000L,
                        options.get("--headers")),
                Duration.ofSeconds(options.get("--deadline")),
                Duration.ofSeconds(options.get("--unregistered")),
                options.get("--memory") * 1_000_000L);
        Violations<Violation> violations = new Violations<>(Violation.class);
        run(plan, violations, System.out);
        violations.details().forEach(System.out::println);
        System.exit(violations.isEmpty() ? 0 : 1);
    }

    static void run(Plan plan, Violations<Violation> violations, PrintStream out)
            throws IOException, InterruptedException, GeneralSecurityException, ParseException {
        out.println(plan);
        try (Workplace workplace = Workplace.open("attacked-registrar");
                RegistrarRig rig = RegistrarRig.prepare(workplace, plan.phones() + Bystanders.PHONES)) {
            new AttackedRegistrar(plan, rig, violations, out).run();
            if (!violations.isEmpty()) {
                out.println("what the programs said is in " + workplace.keepLogs());
            }
        }
    }

    private void run() throws IOException, InterruptedException, ParseException {
        ChildProcess registrar = rig.startRegistrar(
                "registrar",
                List.of(
                        "--max-connections="
                                + mostConnections(), // so that it says at the start if it may not have them
                        "--expires=" + BINDING.toSeconds() + "s",
                        "--timeout.handshake=" + plan.deadline().toMillis() + "ms",
                        "--timeout.message=" + plan.deadline().toMillis() + "ms",
                        "--timeout.unregistered=" + plan.unregistered().toMillis() + "ms"));
        registrar.awaitReady();
        ChildProcess storm = rig.startStorm(
                plan.phones(),
                List.of(
                        "--rate=50",
                        "--every=" + BETWEEN_REGISTRATIONS.toSeconds(),
                        "--hold="
                                + LIMIT.multipliedBy(2L * Attack.values().length)
                                        .toSeconds()));
        storm.awaitReady();
        ExecutorService attacker = Executors.newSingleThreadExecutor();
        try (Bystanders bystanders = new Bystanders(rig, plan.phones(), violations);
                Watch watch = new Watch(rig, registrar, plan.phones(), violations)) {
            Thread.sleep(plan.quiet().toMillis());
            bystanders.take(); // until all is warm
            Thread.sleep(plan.quiet().toMillis());
            out.println(
                    "| attack | connections | MB sent | s until sent, until all ended | phones: ms at 50 %, 99 %, most"
                            + " | new phones: ms at 50 %, most | registrar: MB, s of processor time |");
            out.println("| --- | --- | --- | --- | --- | --- | --- |");
            out.printf("| none | | | | %s | |%n", bystanders(bystanders.take()));
            for (Attack attack : Attack.values()) {
                watch.takeMostBytes();
                Duration before = ProcessUsage.processorTime(registrar.handle());
                String done = run(attack, attacker);
                Duration used = ProcessUsage.processorTime(registrar.handle()).minus(before);
                out.printf(
                        Locale.ROOT,
                        "| %s | %s | %s | %.0f, %.1f |%n",
                        attack,
                        done,
                        bystanders(bystanders.take()),
                        watch.takeMostBytes() / MEGABYTE,
                        used.toMillis() / 1000.0);
            }
            out.println(bystanders.newcomers());
        } finally {
            attacker.shutdownNow();
        }
        judge(registrar, storm);
    }

    /** Room for all that the attacker holds at a time, and for those of before that are ending. */
    private int mostConnections() {
        int attackers = Math.max(plan.volume().halfOpen(), plan.volume().tls());
        return plan.phones() + Bystanders.PHONES + attackers + attackers / 4 + SPARE_CONNECTIONS;
    }

    /** @return connections, megabytes, and seconds, as a row of the table has them */
    private String run(Attack attack, ExecutorService attacker) throws InterruptedException {
        Instant begun = Instant.now();
        try (Target target = new Target(rig.port(), rig.edgePort(), rig.tls())) {
            Attacks attacks = new Attacks(target, plan.volume(), violations);
            Future<?> running = attacker.submit(() -> {
                attack.run(attacks);
                return null;
            });
            running.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            Instant sent = Instant.now();
            awaitEnd(attack, target, sent);
            return String.format(
                    Locale.ROOT,
                    "%d | %.1f | %.1f, %.1f",
                    target.connectionsMade(),
                    target.bytesSent() / MEGABYTE,
                    seconds(begun, sent),
                    seconds(begun, Instant.now()));
        } catch (IOException | ExecutionException | TimeoutException incomplete) {
            violations.add(Violation.INCOMPLETE, attack + ": " + incomplete);
            return " | | ";
        }
    }

    private void awaitEnd(Attack attack, Target target, Instant sent) throws InterruptedException {
        Duration longest = plan.unregistered().plus(plan.deadline()).plus(MARGIN);
        for (int left = target.stillOpen(); left > 0; left = target.stillOpen()) {
            if (Duration.between(sent, Instant.now()).compareTo(longest) > 0) {
                violations.add(Violation.STILL_OPEN, attack + ": " + left);
                return;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1000.0;
    }

    private static String bystanders(Bystanders.Times times) {
        return at(times.standing(), 50) + ", " + at(times.standing(), 99) + ", " + at(times.standing(), 100) + " | "
                + at(times.anew(), 50) + ", " + at(times.anew(), 100);
    }

    private static String at(List<Double> sorted, int percent) {
        return sorted.isEmpty()
                ? "–"
                : String.format(Locale.ROOT, "%.1f", sorted.get(Math.max(0, (sorted.size() * percent + 99) / 100 - 1)));
    }

    private void judge(ChildProcess registrar, ChildProcess storm)
            throws IOException, InterruptedException, ParseException {
        long peak = ProcessUsage.peakResidentBytes(registrar.handle());
        if (peak > plan.mostBytes()) {
            violations.add(Violation.TOO_MUCH_MEMORY, String.format(Locale.ROOT, "%.0f MB", peak / MEGABYTE));
        }
        Metrics metrics = rig.metrics();
        storm.close();
        Map<String, Object> report = RegistrarRig.report(storm);
        count(
                Violation.LOST,
                "of the phones",
                RegistrarRig.number(report, "connectionsLost")
                        + plan.phones()
                        - RegistrarRig.number(report, "registeredAtTheEnd"));
        count(
                Violation.REFUSED,
                "of the phones",
                RegistrarRig.refusals(report) + RegistrarRig.number(report, "unanswered"));
        count(Violation.REFUSED, "by the registrar's own count", (long) metrics.sum(
                "sip_registrations_total",
                labels -> labels.contains("outcome=\"refused\"") && !labels.contains("cause=\"mra_without_edge\"")));
        out.println(crowdedOut(metrics, plan.volume(), violations));
        out.printf(
                Locale.ROOT,
                "at most %.0f MB; the phones: %s%n",
                peak / MEGABYTE,
                JSONObjectUtils.toJSONString(report));
        violations.report().forEach(out::println);
    }

    /** Where more than twice as much came as there is room for, some must have been. */
    static String crowdedOut(Metrics metrics, Attacks.Volume volume, Violations<Violation> violations) {
        double closed = metrics.sum("sip_connections_crowded_out_total");
        if (closed == 0 && volume.unfinishedBytes() > 2 * Watch.MOST_UNFINISHED) {
            violations.add(
                    Violation.INCOMPLETE, Attack.UNFINISHED_MESSAGES + ": no connection was closed for its memory");
        }
        return String.format(
                Locale.ROOT, "%.0f connections closed, for unfinished messages took too much memory", closed);
    }

    private void count(Violation kind, String whose, long times) {
        if (times > 0) {
            violations.add(kind, times + " " + whose);
        }
    }
}
