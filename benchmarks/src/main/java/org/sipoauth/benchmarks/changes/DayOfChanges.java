package org.sipoauth.benchmarks.changes;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sipoauth.benchmarks.platform.ChildProcess;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.RegistrarRig;
import org.sipoauth.benchmarks.platform.Store;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * A day at a platform, shortened: every hour the registrar's certificate is renewed, by another authority each time, or an
 * edge comes, or one goes; signing keys rotate every two hours; at noon the SIP OAuth mode is switched off and on again.
 * The demo's phones register all the while, refreshing their tokens, and none may ever be refused.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.changes.DayOfChanges --help}, in the
 * repository, after {@code mvn package}.
 */
public final class DayOfChanges {
    private static final int PHONES = 10; // the demo's subscribers
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long LOOK_MILLIS = 100;
    private static final int HOURS_BETWEEN_ROTATIONS = 2;

    private final Plan plan;
    private final Cluster cluster;
    private final PrintStream out;
    private final Path folder;
    private final int port;
    private final URI health;
    private int commands;
    private boolean otherAuthority;

    /** @param hour what stands for one, at least five seconds */
    record Plan(int hours, Duration hour) {
        Duration rotateEvery() {
            return hour.multipliedBy(HOURS_BETWEEN_ROTATIONS);
        }

        List<String> serverOptions() {
            return List.of(
                    "--sipoauth.tokens.access=" + rotateEvery().toMillis() + "ms",
                    "--sipoauth.keys.rotate-every=" + rotateEvery().toMillis() + "ms",
                    "--sipoauth.keys.propagation=" + hour.dividedBy(2).toMillis() + "ms",
                    "--sipoauth.keys.verifier-refresh=1s",
                    "--sipoauth.keys.jwk-set-max-age=1s",
                    "--sipoauth.keys.look-every=500ms");
        }
    }

    /**
     * What was seen.
     *
     * @param certificates renewed
     * @param storms what the phones report of the morning and of the afternoon
     */
    record Seen(int certificates, List<Map<String, Object>> storms) {
        /** Registrations that were refused, left without an answer, or not in force at noon or at the end. */
        long failures() {
            return storms.stream().mapToLong(Seen::failures).sum();
        }

        private static long failures(Map<String, Object> storm) {
            return RegistrarRig.refusals(storm)
                    + RegistrarRig.number(storm, "unanswered")
                    + RegistrarRig.number(storm, "loginsEnded")
                    + RegistrarRig.number(storm, "connectionsLost")
                    + RegistrarRig.number(storm, "phones")
                    - RegistrarRig.number(storm, "registeredAtTheEnd");
        }

        long sum(String member) {
            return storms.stream()
                    .mapToLong(storm -> RegistrarRig.number(storm, member))
                    .sum();
        }
    }

    private DayOfChanges(Plan plan, Cluster cluster, PrintStream out) throws IOException {
        this.plan = plan;
        this.cluster = cluster;
        this.out = out;
        this.folder = cluster.workplace().folder();
        this.port = cluster.workplace().freePort();
        this.health = URI.create("http://127.0.0.1:" + cluster.workplace().freePort() + "/health");
    }

    public static void main(String[] args) throws IOException, InterruptedException, ParseException {
        Options options = new Options("DayOfChanges: certificates, edges, keys and the mode change under phones")
                .option("--hours", 24, "simulated")
                .option("--hour", 10, "seconds that stand for one, at least 5")
                .parse(args);
        Plan plan = new Plan(options.get("--hours"), Duration.ofSeconds(options.get("--hour")));
        System.exit(run(plan, System.out).failures() == 0 ? 0 : 1);
    }

    static Seen run(Plan plan, PrintStream out) throws IOException, InterruptedException, ParseException {
        out.println(plan);
        Cluster.Setup setup = new Cluster.Setup(1, Cluster.Transport.TLS, Store::single, plan.serverOptions());
        try (Cluster cluster = Cluster.start(setup)) {
            return new DayOfChanges(plan, cluster, out).run();
        }
    }

    private Seen run() throws IOException, InterruptedException, ParseException {
        sipoauth("dev-pki", "--out", folder.resolve("other-pki").toString());
        Path trust = folder.resolve("both.crt");
        Files.writeString(
                trust,
                Files.readString(folder.resolve("pki/ca.crt")) + Files.readString(folder.resolve("other-pki/ca.crt")));
        int certificates = renewCertificate();
        startRegistrar().awaitReady();
        awaitMode("enabled");

        List<Map<String, Object>> storms = new ArrayList<>();
        int noon = plan.hours() / 2;
        ChildProcess morning = startStorm("morning", trust);
        certificates += hours(1, noon);
        storms.add(end(morning));

        command("mode", "disable");
        awaitMode("disabled");
        command("mode", "enable");
        awaitMode("enabled");
        out.println("noon: the mode was switched off and on");

        ChildProcess afternoon = startStorm("afternoon", trust);
        certificates += hours(noon + 1, plan.hours());
        storms.add(end(afternoon));

        Seen seen = new Seen(certificates, storms);
        out.printf(
                "%d registrations, %d refreshes, %d certificates; failures: %d%n",
                seen.sum("registrations"), seen.sum("refreshes"), certificates, seen.failures());
        out.println(storms);
        return seen;
    }

    /** Returns how many certificates there were. */
    private int hours(int first, int last) throws IOException, InterruptedException {
        int certificates = 0;
        for (int hour = first; hour <= last; hour++) {
            Instant next = Instant.now().plus(plan.hour());
            switch (hour % 3) {
                case 0 -> command("edge", "add", "edge" + hour);
                case 1 -> certificates += renewCertificate();
                default -> {
                    if (hour > 3) {
                        command("edge", "remove", "edge" + (hour - 2)); // that of two hours ago
                    }
                }
            }
            out.println("hour " + hour + " has begun");
            Thread.sleep(Math.max(0, Duration.between(Instant.now(), next).toMillis()));
        }
        return certificates;
    }

    /** From the authority that the last was not from; as files that are replaced under the registrar. */
    private int renewCertificate() throws IOException {
        Path from = folder.resolve(otherAuthority ? "other-pki" : "pki");
        otherAuthority = !otherAuthority;
        for (String name : List.of("node.key", "node.crt")) {
            Path next = Files.copy(from.resolve(name), folder.resolve("registrar-" + name + ".next"));
            Files.move(next, folder.resolve("registrar-" + name), StandardCopyOption.REPLACE_EXISTING);
        }
        return 1;
    }

    private ChildProcess startRegistrar() throws IOException {
        List<String> arguments = List.of(
                "--bind=127.0.0.1",
                "--oauth-port=" + port,
                "--mra-oauth-port=" + cluster.workplace().freePort(),
                "--management-port=" + health.getPort(),
                "--issuer=" + cluster.issuer(),
                "--audience=" + Cluster.AUDIENCE,
                "--domain=example.com",
                "--mode=served",
                "--mode.refresh=500ms",
                "--edges.refresh=500ms",
                "--status-lists.refresh=1s",
                "--jwks.refresh=1s",
                "--jwks.trust=" + folder.resolve("pki/ca.crt"),
                "--tls.reload=250ms",
                "--tls.certificate=" + folder.resolve("registrar-node.crt"),
                "--tls.private-key=" + folder.resolve("registrar-node.key"),
                "--tls.client-ca=" + folder.resolve("pki/ca.crt"));
        return cluster.workplace()
                .start("registrar", "listening ", Workplace.java("sip-registrar/target/sip-registrar.jar", arguments));
    }

    private ChildProcess startStorm(String name, Path trust) throws IOException, InterruptedException {
        List<String> arguments = List.of(
                "phone",
                "storm",
                "--registrar=localhost:" + port,
                "--logins=" + folder.resolve("data/demo-passwords.txt"),
                "--authz-server=" + cluster.issuer(),
                "--trust=" + trust,
                "--every=1",
                "--hold=86400",
                "--progress=1",
                "--json");
        ChildProcess storm = cluster.workplace()
                .start(name, " " + PHONES + " registered", Workplace.java("cli/target/sipoauth.jar", arguments));
        storm.awaitReady();
        return storm;
    }

    private static Map<String, Object> end(ChildProcess storm) throws IOException, ParseException {
        storm.close();
        return RegistrarRig.report(storm);
    }

    private void awaitMode(String mode) throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(LIMIT);
        while (!Http.plain().get(health, Map.of()).body().contains("\"mode\":\"" + mode + "\"")) {
            if (Instant.now().isAfter(giveUp)) {
                throw new IOException("the registrar did not learn that the mode is " + mode);
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** As an administrator. */
    private void command(String... words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--server=" + cluster.issuer());
        all.add("--client-file=" + folder.resolve("data/admin-client.txt"));
        all.add("--trust=" + folder.resolve("pki/ca.crt"));
        sipoauth(all.toArray(String[]::new));
    }

    private void sipoauth(String... words) throws IOException, InterruptedException {
        commands++;
        cluster.workplace()
                .start("command-" + commands, "\0", Workplace.java("cli/target/sipoauth.jar", List.of(words)))
                .awaitSuccess();
    }
}
