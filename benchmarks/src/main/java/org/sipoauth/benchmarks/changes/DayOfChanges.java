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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.sipoauth.benchmarks.platform.ChildProcess;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.RegistrarRig;
import org.sipoauth.benchmarks.platform.RegistrarRig.Metrics;
import org.sipoauth.benchmarks.platform.Store;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * A day at a platform, shortened, in halves of twelve hours. Phones register all the while, a third of them through an edge and a
 * third through a second one, refreshing their tokens. Every hour the registrar's certificate is renewed, by another authority
 * each time, or the authorities change under which it takes edges, or an edge comes, or one goes; signing keys rotate every two
 * hours. In each half the second edge is taken off the list and put back, the SIP OAuth mode is switched off and on, and at last
 * both of the registrar's ports change. No phone may be refused, but those of the second edge while it is off the list, and all
 * while the mode is off, which lasts until nobody is registered; all are again afterwards. No phone may lose its connection.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.changes.DayOfChanges --help}, in the
 * repository, after {@code mvn package}.
 */
public final class DayOfChanges {
    private static final String NODE = "node1"; // the demo's
    private static final String SECOND_EDGE = "second";
    private static final int HALF_A_DAY = 12;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long LOOK_MILLIS = 100;
    private static final long SETTLED_MILLIS = 1000;
    private static final Duration SHORTEST_HOUR = Duration.ofSeconds(5);
    private static final Duration SHORTEST_TOKEN = Duration.ofSeconds(30);
    private static final int FEWEST_PHONES = 10;
    private static final int HOURS_BETWEEN_ROTATIONS = 2;
    private static final int HOURS_OF_A_TOKEN = 3;
    private static final int REGISTRATIONS_A_SECOND = 100;

    /** Of bindings: those of phones that wait because they were refused end, so that it shows who has come back. */
    private static final Duration EXPIRES = Duration.ofSeconds(15);

    private final Plan plan;
    private final Cluster cluster;
    private final PrintStream out;
    private final Path folder;
    private final URI registrar;
    private final Http http = Http.plain();
    private final List<String> faults = new ArrayList<>();
    private final Map<String, Map<String, Object>> reports = new LinkedHashMap<>();
    private int port;
    private int edgePort;
    private int commands;
    private int edges;
    private int certificates;
    private int authorities;
    private boolean otherAuthority;
    private boolean furtherAuthority;
    private boolean secondEdgeKnown;
    private long modeRefusals; // by the registrar's own count, as long as the mode was off
    private long edgeRefusals; // the same, as long as the second edge was off the list

    /**
     * @param hour what stands for one, at least five seconds
     * @param phones ten at least
     * @param edges whether two thirds of them register through edges, which takes Kamailio
     */
    record Plan(int hours, Duration hour, int phones, boolean edges) {
        Plan {
            if (hour.compareTo(SHORTEST_HOUR) < 0) {
                throw new IllegalArgumentException("an hour takes at least " + SHORTEST_HOUR.toSeconds() + " seconds");
            }
            if (phones < FEWEST_PHONES) {
                throw new IllegalArgumentException("there must be at least " + FEWEST_PHONES + " phones");
            }
        }

        Duration rotateEvery() {
            return hour.multipliedBy(HOURS_BETWEEN_ROTATIONS);
        }

        /** Half of it is what a phone has for a refresh, on a machine that may stand still for a while. */
        Duration tokenLife() {
            Duration life = hour.multipliedBy(HOURS_OF_A_TOKEN);
            return life.compareTo(SHORTEST_TOKEN) < 0 ? SHORTEST_TOKEN : life;
        }

        /** Between two registrations of a phone. */
        Duration every() {
            return Duration.ofSeconds(Math.max(1, phones / REGISTRATIONS_A_SECOND));
        }

        int behindAnEdge() {
            return edges ? phones / 3 : 0;
        }

        List<String> serverOptions() {
            return List.of(
                    "--sipoauth.tokens.access=" + tokenLife().toMillis() + "ms",
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
     * @param certificates of the registrar
     * @param authorities files of them, by which it took edges
     * @param modeRefusals while the mode was off
     * @param edgeRefusals of the second edge's handshakes while it was off the list
     * @param reports of the phones, by their way
     * @param faults what may not be, in words
     */
    record Seen(
            int certificates,
            int authorities,
            long modeRefusals,
            long edgeRefusals,
            Map<String, Map<String, Object>> reports,
            List<String> faults) {
        long sum(String member) {
            return reports.values().stream()
                    .mapToLong(report -> RegistrarRig.number(report, member))
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
                .option("--phones", 300, "at least 10")
                .flag("--no-edge", "all phones register straight; otherwise Kamailio is needed")
                .parse(args);
        Plan plan = new Plan(
                options.get("--hours"),
                Duration.ofSeconds(options.get("--hour")),
                options.get("--phones"),
                !options.isSet("--no-edge"));
        System.exit(run(plan, System.out).faults().isEmpty() ? 0 : 1);
    }

    static Seen run(Plan plan, PrintStream out) throws IOException, InterruptedException, ParseException {
        out.println(plan);
        Cluster.Setup setup = new Cluster.Setup(1, Cluster.Transport.TLS, Store::single, plan.serverOptions());
        try (Cluster cluster = Cluster.start(setup)) {
            DayOfChanges day = new DayOfChanges(plan, cluster, out);
            boolean well = false;
            try {
                Seen seen = day.run();
                seen.faults().forEach(out::println);
                well = seen.faults().isEmpty();
                return seen;
            } finally {
                if (!well) {
                    out.println("what the programs said is in " + cluster.keepLogs());
                }
            }
        }
    }

    private Seen run() throws IOException, InterruptedException, ParseException {
        makeAuthorities();
        writeLogins();
        renewCertificate();
        writeEdgeAuthorities();
        choosePorts();
        startRegistrar().awaitReady();
        awaitStatus("\"mode\":\"enabled\"");
        awaitPorts();
        listEdge("first");

        for (int hour = 1; hour <= plan.hours(); hour += HALF_A_DAY) {
            half(hour, Math.min(plan.hours(), hour + HALF_A_DAY - 1));
        }

        judgeRegistrar();
        Seen seen = new Seen(certificates, authorities, modeRefusals, edgeRefusals, reports, faults);
        out.printf(
                "%d registrations, %d refreshes; %d certificates, %d files of authorities; refused with the mode off: %d,"
                        + " handshakes of the second edge off the list: %d; faults: %d%n",
                seen.sum("registrations"),
                seen.sum("refreshes"),
                certificates,
                authorities,
                modeRefusals,
                edgeRefusals,
                faults.size());
        out.println(reports);
        return seen;
    }

    /** Half a day of the same phones. */
    private void half(int first, int last) throws IOException, InterruptedException, ParseException {
        Map<String, ChildProcess> phones = new LinkedHashMap<>();
        List<ChildProcess> kamailios = new ArrayList<>();
        phones.put("straight", startPhones(first, "straight", port));
        if (plan.edges()) {
            phones.put("first", startPhones(first, "first", startEdge(first, "first", kamailios)));
        }
        for (ChildProcess some : phones.values()) {
            some.awaitReady();
        }
        if (plan.edges()) {
            if (!secondEdgeKnown) { // nor are its authority and its name, until now
                secondEdgeKnown = true;
                changeEdgeAuthorities();
                listEdge(SECOND_EDGE);
            }
            ChildProcess behind = startPhones(first, SECOND_EDGE, startEdge(first, SECOND_EDGE, kamailios));
            phones.put(SECOND_EDGE, behind);
            behind.awaitReady();
        }
        for (int hour = first; hour <= last; hour++) {
            Instant next = Instant.now().plus(plan.hour());
            out.println("hour " + hour + " has begun");
            change(hour);
            if (hour == first && plan.edges()) {
                takeSecondEdgeOffTheList();
            }
            if (hour == (first + last) / 2) {
                switchMode();
            }
            if (hour == last) {
                awaitAll(); // else an edge whose phones wait would connect to the old port
                choosePorts();
                awaitPorts();
                out.println("the ports are " + port + " and " + edgePort);
            }
            Thread.sleep(Math.max(0, Duration.between(Instant.now(), next).toMillis()));
        }
        awaitAll();
        for (Map.Entry<String, ChildProcess> some : phones.entrySet()) {
            some.getValue().close();
            judge(some.getKey(), first, RegistrarRig.report(some.getValue()));
        }
        kamailios.forEach(ChildProcess::close);
    }

    /** Those that were refused come again when the answer says. */
    private void awaitAll() throws IOException, InterruptedException {
        try {
            await("all phones to be registered", () -> metrics().sum("sip_bindings") == plan.phones());
        } catch (IOException inVain) {
            out.println("who is: "
                    + http.get(registrar.resolve("/bindings"), Map.of()).body());
            out.println("refused: "
                    + http.get(registrar.resolve("/refusals"), Map.of()).body());
            throw inVain;
        }
    }

    private void change(int hour) throws IOException, InterruptedException {
        switch (hour % 4) {
            case 0 -> listEdge("edge" + hour);
            case 1 -> renewCertificate();
            case 2 -> {
                if (hour > 2) {
                    unlistEdge("edge" + (hour - 2)); // that of two hours ago
                }
            }
            default -> {
                furtherAuthority = !furtherAuthority;
                changeEdgeAuthorities();
            }
        }
    }

    /** And puts it back when its next handshake was refused. */
    private void takeSecondEdgeOffTheList() throws IOException, InterruptedException {
        requireNoMoreRefusals();
        unlistEdge(SECOND_EDGE);
        await("the second edge to be refused", () -> refusedEdges(metrics()) > edgeRefusals);
        listEdge(SECOND_EDGE);
        edgeRefusals = settled(DayOfChanges::refusedEdges);
        out.println("the second edge was taken off the list and put back");
    }

    /** With all phones connected; and on again when as many were refused as register without a pause, and nobody is registered. */
    private void switchMode() throws IOException, InterruptedException {
        requireNoMoreRefusals();
        command("mode", "disable");
        awaitStatus("\"mode\":\"disabled\"");
        long all = modeRefusals + plan.phones() - plan.behindAnEdge(); // the second edge's may be waiting from before
        await("the phones to be refused", () -> refusedForMode(metrics()) >= all);
        await("their bindings to run out", () -> metrics().sum("sip_bindings") == 0);
        command("mode", "enable");
        awaitStatus("\"mode\":\"enabled\"");
        modeRefusals = settled(DayOfChanges::refusedForMode);
        out.println("the mode was switched off and on, " + modeRefusals + " refusals by now");
    }

    /** A count that has stopped rising: what was under way when the status changed is counted only afterwards. */
    private long settled(ToLongFunction<Metrics> count) throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(LIMIT);
        long before;
        long now = count.applyAsLong(metrics());
        do {
            if (Instant.now().isAfter(giveUp)) {
                throw new IOException("refusals do not end");
            }
            before = now;
            Thread.sleep(SETTLED_MILLIS);
            now = count.applyAsLong(metrics());
        } while (now != before);
        return now;
    }

    private void requireNoMoreRefusals() throws IOException, InterruptedException {
        Metrics now = metrics();
        fault("refused with the mode on", refusedForMode(now) - modeRefusals);
        fault("handshakes of a listed edge refused", refusedEdges(now) - edgeRefusals);
    }

    private void judgeRegistrar() throws IOException, InterruptedException {
        requireNoMoreRefusals();
        Metrics now = metrics();
        fault(
                "refused for other reasons than the mode",
                refused(now, "sip_registrations_total", labels -> labels.contains("outcome=\"refused\""))
                        - refusedForMode(now));
        fault(
                "edges of an unknown authority",
                refused(now, "tls_handshake_failures_total", labels -> labels.contains("cause=\"unknown_ca\"")));
        fault("refused with the mode off, but not by the registrar", toldOfMode() - modeRefusals);
    }

    private static long refusedForMode(Metrics metrics) {
        return refused(metrics, "sip_registrations_total", labels -> labels.contains("cause=\"mode_disabled\""));
    }

    private static long refusedEdges(Metrics metrics) {
        return refused(metrics, "tls_handshake_failures_total", labels -> labels.contains("cause=\"edge_not_listed\""));
    }

    private static long refused(Metrics metrics, String series, Predicate<String> labels) {
        return Math.round(metrics.sum(series, labels));
    }

    /** By the phones' own count. */
    private long toldOfMode() {
        return reports.values().stream()
                .flatMap(report -> ((Map<?, ?>) report.get("refused")).entrySet().stream())
                .filter(refusal -> isForMode(refusal.getKey()))
                .mapToLong(refusal -> ((Number) refusal.getValue()).longValue())
                .sum();
    }

    private static boolean isForMode(Object refusal) {
        String text = String.valueOf(refusal); // the phones' words: status, reason and Warning
        return text.startsWith("403 ") && text.contains("SIP OAuth Registration port Mismatch");
    }

    private void judge(String way, int first, Map<String, Object> report) {
        String whose = way + ", from hour " + first;
        reports.put(whose, report);
        ((Map<?, ?>) report.get("refused")).forEach((refusal, times) -> {
            boolean ofTheEdge =
                    way.equals(SECOND_EDGE) && String.valueOf(refusal).startsWith("503 ");
            if (!isForMode(refusal) && !ofTheEdge) {
                fault(whose + ": refused with " + refusal, ((Number) times).longValue());
            }
        });
        if (way.equals(SECOND_EDGE) && RegistrarRig.refusals(report) == 0) {
            faults.add(whose + ": nobody noticed that the edge was off the list");
        }
        for (String member : List.of("unanswered", "loginsEnded", "connectionsLost")) {
            fault(whose + ": " + member, RegistrarRig.number(report, member));
        }
        fault(
                whose + ": not registered at the end",
                RegistrarRig.number(report, "phones") - RegistrarRig.number(report, "registeredAtTheEnd"));
    }

    private void fault(String what, long times) {
        if (times != 0) {
            faults.add(what + ": " + times);
        }
    }

    /** Beside that of the server: one that renews the registrar's certificate by turns with it, and one for each edge. */
    private void makeAuthorities() throws IOException, InterruptedException {
        for (String name : List.of("other", "first", SECOND_EDGE)) {
            sipoauth("dev-pki", "--out", folder.resolve(name + "-pki").toString(), "--edge", name + ".example.com");
        }
        Files.writeString(trust(), authority("pki") + authority("other-pki"));
    }

    private String authority(String pki) throws IOException {
        return Files.readString(folder.resolve(pki).resolve("ca.crt"));
    }

    /** From the authority that the last was not from; as files that are replaced under the registrar. */
    private void renewCertificate() throws IOException {
        certificates++;
        Path from = folder.resolve(otherAuthority ? "other-pki" : "pki");
        otherAuthority = !otherAuthority;
        for (String name : List.of("node.key", "node.crt")) {
            replace("registrar-" + name, Files.readString(from.resolve(name)));
        }
    }

    /** Those of the edges that are known, and by turns one that none of them needs. */
    private void writeEdgeAuthorities() throws IOException {
        authorities++;
        replace(
                "edges-ca.crt",
                authority("first-pki")
                        + (secondEdgeKnown ? authority(SECOND_EDGE + "-pki") : "")
                        + (furtherAuthority ? authority("other-pki") : ""));
    }

    private void changeEdgeAuthorities() throws IOException, InterruptedException {
        double before = reloads();
        writeEdgeAuthorities();
        await("the registrar to have the authorities", () -> reloads() > before);
    }

    private double reloads() throws IOException, InterruptedException {
        return metrics().sum("tls_reloads_total", labels -> labels.contains("outcome=\"success\""));
    }

    private void replace(String name, String content) throws IOException {
        Path next = Files.writeString(folder.resolve(name + ".next"), content);
        Files.move(next, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private void listEdge(String name) throws IOException, InterruptedException {
        edges++;
        command("edge", "add", name, "--certificate-name", name + ".example.com");
        awaitStatus("\"edges\":" + edges + ",");
    }

    private void unlistEdge(String name) throws IOException, InterruptedException {
        edges--;
        command("edge", "remove", name);
        awaitStatus("\"edges\":" + edges + ",");
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
    private int startEdge(int hour, String name, List<ChildProcess> kamailios)
            throws IOException, InterruptedException {
        int taking = cluster.workplace().freePort();
        Path configuration = Files.createDirectory(folder.resolve("kamailio-" + hour + "-" + name));
        Files.copy(Workplace.built("deploy/kamailio-edge/kamailio.cfg"), configuration.resolve("kamailio.cfg"));
        String tls = Files.readString(Workplace.built("deploy/kamailio-edge/tls.cfg"));
        Files.writeString( // phones know both edges as localhost, the registrar each by a name of its own
                configuration.resolve("tls.cfg"),
                tls.replaceFirst("edge\\.crt", "node.crt").replaceFirst("edge\\.key", "node.key"));
        for (String file : List.of("node.crt", "node.key")) {
            Files.copy(folder.resolve("other-pki").resolve(file), configuration.resolve(file));
        }
        for (String file : List.of("edge.crt", "edge.key")) {
            Files.copy(folder.resolve(name + "-pki").resolve(file), configuration.resolve(file));
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
        ChildProcess kamailio = cluster.workplace().start("kamailio-" + hour + "-" + name, "edge is up", command);
        kamailios.add(kamailio);
        kamailio.awaitReady();
        return taking;
    }

    /** Which phones go which way. */
    private void writeLogins() throws IOException, InterruptedException {
        List<String> logins = new ArrayList<>();
        cluster.passwords().forEach((user, password) -> logins.add(user + ":" + password));
        if (plan.phones() > logins.size()) {
            Subscribers more = Subscribers.create(cluster, plan.phones() - logins.size());
            Path devices = Files.writeString(folder.resolve("devices.csv"), more.devices());
            command("device", "import", devices.toString());
            logins.addAll(more.logins());
        }
        int straight = plan.phones() - 2 * plan.behindAnEdge();
        int first = straight + plan.behindAnEdge();
        Files.write(folder.resolve("straight"), logins.subList(0, straight));
        Files.write(folder.resolve("first"), logins.subList(straight, first));
        Files.write(folder.resolve(SECOND_EDGE), logins.subList(first, plan.phones()));
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
                "--expires=" + EXPIRES.toSeconds() + "s",
                "--mode=served",
                "--mode.refresh=500ms",
                "--edges.refresh=500ms",
                "--status-lists.refresh=1s",
                "--jwks.refresh=1s",
                "--jwks.trust=" + folder.resolve("pki/ca.crt"),
                "--tls.reload=250ms",
                "--tls.certificate=" + folder.resolve("registrar-node.crt"),
                "--tls.private-key=" + folder.resolve("registrar-node.key"),
                "--tls.client-ca=" + folder.resolve("edges-ca.crt"));
        return cluster.workplace()
                .start("registrar", "listening ", Workplace.java("sip-registrar/target/sip-registrar.jar", arguments));
    }

    /** Ready when all of them are registered. */
    private ChildProcess startPhones(int hour, String way, int registrarPort) throws IOException {
        long phones = Files.readAllLines(folder.resolve(way)).size();
        List<String> arguments = List.of(
                "phone",
                "storm",
                "--registrar=localhost:" + registrarPort,
                "--logins=" + folder.resolve(way),
                "--authz-server=" + cluster.issuer(),
                "--trust=" + trust(),
                "--every=" + plan.every().toSeconds(),
                "--hold=86400",
                "--progress=1",
                "--json");
        return cluster.workplace()
                .start(
                        "phones-" + hour + "-" + way,
                        String.format(Locale.ROOT, " %,d registered", phones),
                        Workplace.java("cli/target/sipoauth.jar", arguments));
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private static void await(String what, Condition condition) throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(LIMIT);
        while (!condition.holds()) {
            if (Instant.now().isAfter(giveUp)) {
                throw new IOException("waited in vain for " + what);
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private void awaitStatus(String part) throws IOException, InterruptedException {
        await(
                "the registrar's status to become " + part,
                () -> http.get(registrar.resolve("/status"), Map.of()).body().contains(part));
    }

    private Metrics metrics() throws IOException, InterruptedException {
        return new Metrics(http.get(registrar.resolve("/metrics"), Map.of()).body());
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
