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
 * edge comes, or one goes; signing keys rotate every two hours; an hour before noon and before midnight both of the
 * registrar's ports change; at noon the SIP OAuth mode is switched off and on again. The demo's phones register all the
 * while, half of them through an edge, refreshing their tokens, and none may ever be refused.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.changes.DayOfChanges --help}, in the
 * repository, after {@code mvn package}.
 */
public final class DayOfChanges {
    private static final int PHONES = 10; // the demo's subscribers
    private static final String NODE = "node1"; // the demo's
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long LOOK_MILLIS = 100;
    private static final int HOURS_BETWEEN_ROTATIONS = 2;

    private final Plan plan;
    private final Cluster cluster;
    private final PrintStream out;
    private final Path folder;
    private final URI registrar;
    private int port;
    private int edgePort;
    private int commands;
    private boolean otherAuthority;

    /**
     * @param hour what stands for one, at least five seconds
     * @param edge whether half of the phones register through an edge, which takes Kamailio
     */
    record Plan(int hours, Duration hour, boolean edge) {
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
     * @param storms what the phones report of the morning and of the afternoon, those behind the edge by themselves
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
        this.registrar = URI.create("http://127.0.0.1:" + cluster.workplace().freePort());
    }

    public static void main(String[] args) throws IOException, InterruptedException, ParseException {
        Options options = new Options("DayOfChanges: certificates, edges, keys, ports and the mode change under phones")
                .option("--hours", 24, "simulated")
                .option("--hour", 10, "seconds that stand for one, at least 5")
                .flag("--no-edge", "all phones register straight; otherwise Kamailio is needed")
                .parse(args);
        Plan plan = new Plan(
                options.get("--hours"), Duration.ofSeconds(options.get("--hour")), !options.isSet("--no-edge"));
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
        sipoauth("dev-pki", "--out", folder.resolve("other-pki").toString(), "--edge", "localhost");
        Files.writeString(
                trust(),
                Files.readString(folder.resolve("pki/ca.crt")) + Files.readString(folder.resolve("other-pki/ca.crt")));
        writeLogins();
        int certificates = renewCertificate();
        choosePorts();
        startRegistrar().awaitReady();
        awaitStatus("\"mode\":\"enabled\"");
        awaitPorts();
        command("edge", "add", "localhost");
        awaitStatus("\"edges\":1,");

        List<Map<String, Object>> storms = new ArrayList<>();
        int noon = plan.hours() / 2;
        certificates += half("morning", 1, noon, storms);

        command("mode", "disable");
        awaitStatus("\"mode\":\"disabled\"");
        command("mode", "enable");
        awaitStatus("\"mode\":\"enabled\"");
        out.println("noon: the mode was switched off and on");

        certificates += half("afternoon", noon + 1, plan.hours(), storms);

        Seen seen = new Seen(certificates, storms);
        out.printf(
                "%d registrations, %d refreshes, %d certificates; failures: %d%n",
                seen.sum("registrations"), seen.sum("refreshes"), certificates, seen.failures());
        out.println(storms);
        return seen;
    }

    /** Half a day of the same phones. Returns how many certificates there were. */
    private int half(String name, int first, int last, List<Map<String, Object>> storms)
            throws IOException, InterruptedException, ParseException {
        List<ChildProcess> phones = new ArrayList<>();
        phones.add(startStorm(name, "straight", port));
        if (plan.edge()) {
            phones.add(startStorm(name + "-edge", "through-edge", startEdge(name)));
        }
        for (ChildProcess some : phones) {
            some.awaitReady();
        }
        int certificates = hours(first, last);
        for (ChildProcess some : phones) {
            some.close();
            storms.add(RegistrarRig.report(some));
        }
        return certificates;
    }

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
            if (hour == last) {
                choosePorts();
                awaitPorts();
                out.println("the ports are " + port + " and " + edgePort);
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

    /** Others than before, as an administrator sets them. */
    private void choosePorts() throws IOException, InterruptedException {
        port = cluster.workplace().freePort();
        edgePort = cluster.workplace().freePort();
        command("node", "set", NODE, "--sip-oauth-port=" + port, "--sip-mra-oauth-port=" + edgePort);
    }

    private void awaitPorts() throws IOException, InterruptedException {
        awaitStatus("\"oauth\":\"127.0.0.1:" + port + "\",\"mra\":\"127.0.0.1:" + edgePort + "\"");
    }

    private Path trust() {
        return folder.resolve("both.crt");
    }

    /** Kamailio, which takes phones in at the port that this returns. */
    private int startEdge(String name) throws IOException, InterruptedException {
        int taking = cluster.workplace().freePort();
        Path configuration = Files.createDirectory(folder.resolve("edge-" + name));
        for (String file : List.of("kamailio.cfg", "tls.cfg")) {
            Files.copy(Workplace.built("deploy/kamailio-edge/" + file), configuration.resolve(file));
        }
        for (String file : List.of("edge.crt", "edge.key")) {
            Files.copy(folder.resolve("other-pki").resolve(file), configuration.resolve(file));
        }
        Files.copy(trust(), configuration.resolve("ca.crt"));
        List<String> command = List.of(
                Workplace.onPath("kamailio")
                        .orElseThrow(() -> new IOException("no kamailio on the path; or --no-edge"))
                        .toString(),
                "-DD",
                "-E",
                "-m",
                "512",
                "-f",
                configuration.resolve("kamailio.cfg").toString(),
                "-Y",
                configuration.toString(),
                "-A",
                "EDGE_LISTEN=tls:127.0.0.1:" + taking,
                "-A",
                "EDGE_REGISTRAR=\"sip:127.0.0.1:" + edgePort + ";transport=tls\"");
        cluster.workplace().start("kamailio-" + name, "edge is up", command).awaitReady();
        return taking;
    }

    /** Which of the demo's phones go which way. */
    private void writeLogins() throws IOException {
        List<String> logins = Files.readAllLines(folder.resolve("data/demo-passwords.txt"));
        int straight = plan.edge() ? PHONES / 2 : PHONES;
        Files.write(folder.resolve("straight"), logins.subList(0, straight));
        Files.write(folder.resolve("through-edge"), logins.subList(straight, PHONES));
    }

    private ChildProcess startRegistrar() throws IOException {
        List<String> arguments = List.of(
                "--bind=127.0.0.1",
                "--oauth-port=" + port,
                "--mra-oauth-port=" + edgePort,
                "--management-port=" + registrar.getPort(),
                "--node-name=" + NODE,
                "--ports=served",
                "--ports.refresh=500ms",
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
                "--tls.client-ca=" + trust());
        return cluster.workplace()
                .start("registrar", "listening ", Workplace.java("sip-registrar/target/sip-registrar.jar", arguments));
    }

    private ChildProcess startStorm(String name, String logins, int registrarPort) throws IOException {
        long phones = Files.readAllLines(folder.resolve(logins)).size();
        List<String> arguments = List.of(
                "phone",
                "storm",
                "--registrar=localhost:" + registrarPort,
                "--logins=" + folder.resolve(logins),
                "--authz-server=" + cluster.issuer(),
                "--trust=" + trust(),
                "--every=1",
                "--hold=86400",
                "--progress=1",
                "--json");
        return cluster.workplace()
                .start(name, " " + phones + " registered", Workplace.java("cli/target/sipoauth.jar", arguments));
    }

    private void awaitStatus(String part) throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(LIMIT);
        while (!Http.plain().get(registrar.resolve("/status"), Map.of()).body().contains(part)) {
            if (Instant.now().isAfter(giveUp)) {
                throw new IOException("the registrar's status does not become " + part);
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
