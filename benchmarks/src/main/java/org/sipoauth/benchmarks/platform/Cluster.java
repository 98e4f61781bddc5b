package org.sipoauth.benchmarks.platform;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLContext;
import org.sipoauth.keys.store.MasterKey;

/**
 * Authorization servers that share one store, as an operator runs them: the jar, one master key, data folders and loopback
 * ports of their own. Whatever ends this program ends them, too.
 */
public final class Cluster implements AutoCloseable {
    public static final String AUDIENCE = "sip:example.com";

    /** Of the demo's people and services, and of administration: the same at every server. */
    private static final List<String> SECRETS = List.of("demo-passwords.txt", "demo-clients.txt", "admin-client.txt");

    private static final Duration READY_LIMIT = Duration.ofMinutes(1);
    private static final long LOOK_MILLIS = 200;

    private final Setup setup;
    private final Workplace workplace;
    private final List<Node> nodes = new ArrayList<>();
    private List<String> storeOptions = List.of();

    /**
     * What to start.
     *
     * @param nodes how many servers
     * @param transport how they are spoken to
     * @param serverOptions given to each of them, beside what makes them a cluster
     * @param javaOptions of each of them, in place of those that this program was given, and of our heap
     */
    public record Setup(
            int nodes, Transport transport, Store store, List<String> serverOptions, List<String> javaOptions) {
        public Setup(int nodes, Transport transport, Store store, List<String> serverOptions) {
            this(nodes, transport, store, serverOptions, List.of());
        }

        /** Servers in plain HTTP on one Redis, for scenarios in which what TLS protects plays no part. */
        public static Setup plain(int nodes) {
            return new Setup(nodes, Transport.PLAIN, Store::single, List.of());
        }
    }

    public enum Transport {
        /** With a local PKI. */
        TLS("https"),
        /** As behind a TLS proxy on the same machine. */
        PLAIN("http");

        private final String scheme;

        Transport(String scheme) {
            this.scheme = scheme;
        }
    }

    private static final class Node {
        final String name;
        final URI address;
        final URI management;
        final List<String> command;
        ChildProcess process;
        int starts = 1;

        Node(String name, URI address, URI management, List<String> command, ChildProcess process) {
            this.name = name;
            this.address = address;
            this.management = management;
            this.command = command;
            this.process = process;
        }

        URI readiness() {
            return management.resolve("health/readiness");
        }
    }

    private Cluster(Setup setup, Workplace workplace) {
        this.setup = setup;
        this.workplace = workplace;
    }

    /** Starts all of it, and returns when every server is ready. */
    public static Cluster start(Setup setup) throws IOException, InterruptedException {
        Cluster cluster = new Cluster(setup, Workplace.open("sip-oauth-benchmark"));
        try {
            cluster.startAll();
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException failure) {
            cluster.close();
            throw failure;
        }
    }

    private void startAll() throws IOException, InterruptedException {
        Path folder = workplace.folder();
        if (setup.transport() == Transport.TLS) {
            List<String> devPki =
                    List.of("dev-pki", "--out", folder.resolve("pki").toString());
            workplace
                    .start("dev-pki", "\0", Workplace.java("cli/target/sipoauth.jar", devPki))
                    .awaitSuccess();
        }
        MasterKey.create(folder.resolve("master.key"));
        storeOptions = setup.store().start(workplace);
        for (int i = 0; i < setup.nodes(); i++) {
            nodes.add(startNode("node" + (i + 1)));
            if (i == 0) {
                awaitReady(nodes.get(0)); // it makes the passwords that all of them read
            }
        }
        for (Node node : nodes) {
            awaitReady(node);
        }
    }

    private Node startNode(String name) throws IOException {
        URI address = URI.create(setup.transport().scheme + "://localhost:" + workplace.freePort());
        URI issuer = nodes.isEmpty() ? address : issuer();
        int management = workplace.freePort();
        Path folder = workplace.folder();
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.profiles.active=demo",
                "--server.address=127.0.0.1",
                "--server.port=" + address.getPort(),
                "--management.server.port=" + management,
                "--sipoauth.issuer=" + issuer,
                "--sipoauth.data-dir=" + dataFolder(name),
                "--sipoauth.provisioning.port=" + workplace.freePort(),
                "--sipoauth.keys.store=redis",
                "--sipoauth.master-key-file=" + folder.resolve("master.key")));
        if (setup.transport() == Transport.TLS) {
            arguments.add("--sipoauth.tls.certificate=" + folder.resolve("pki/node.crt"));
            arguments.add("--sipoauth.tls.private-key=" + folder.resolve("pki/node.key"));
        } else {
            arguments.add("--sipoauth.insecure-plain-http=true");
        }
        arguments.addAll(storeOptions);
        arguments.addAll(setup.serverOptions());
        List<String> command = Workplace.server(setup.javaOptions(), arguments);
        URI actuator = URI.create("http://127.0.0.1:" + management + "/actuator/");
        return new Node(name, address, actuator, command, startServer(name, command));
    }

    /** One for each server, with the first one's secrets. */
    private Path dataFolder(String node) throws IOException {
        Path first = workplace.folder().resolve("data");
        if (nodes.isEmpty()) {
            return first;
        }
        Path own = Files.createDirectories(workplace.folder().resolve("data-" + node));
        for (String secrets : SECRETS) {
            if (Files.exists(first.resolve(secrets))) {
                Files.copy(first.resolve(secrets), own.resolve(secrets));
            }
        }
        return own;
    }

    /** It says that it has started before it has made the demo's subscribers. */
    private static void awaitReady(Node node) throws IOException, InterruptedException {
        node.process.awaitReady();
        Instant giveUp = Instant.now().plus(READY_LIMIT);
        Http http = Http.plain();
        while (http.get(node.readiness(), Map.of()).statusCode() != 200) {
            if (Instant.now().isAfter(giveUp)) {
                throw new IOException(node.name + " started, but did not become ready");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private ChildProcess startServer(String log, List<String> command) throws IOException {
        return workplace.start(log, "Started AuthzServerApplication", command);
    }

    /** Ends a server as a crash does (SIGKILL), and returns when it is gone. One thread at a time. */
    public void kill(int node) throws InterruptedException {
        nodes.get(node).process.kill();
    }

    /** Starts a killed server again, on its old port, and returns when it is ready. One thread at a time. */
    public void restart(int node) throws IOException, InterruptedException {
        Node again = nodes.get(node);
        again.starts++;
        again.process = startServer(again.name + "-" + again.starts, again.command);
        awaitReady(again);
    }

    /** The {@code iss} of every token, whichever server made it. */
    public URI issuer() {
        return nodes.get(0).address;
    }

    /** Where each server listens. */
    public List<URI> nodes() {
        return nodes.stream().map(node -> node.address).toList();
    }

    /** A server picked at random: what one made, another is shown. */
    public URI anyNode() {
        return nodes.get(ThreadLocalRandom.current().nextInt(nodes.size())).address;
    }

    /** Where a server says whether it is ready: at its port for management, in plain HTTP. */
    public URI readiness(int node) {
        return nodes.get(node).readiness();
    }

    /** A server as it runs now: another one after {@link #restart}. */
    public ChildProcess process(int node) {
        return nodes.get(node).process;
    }

    public Map<String, String> passwords() throws IOException {
        return secrets("demo-passwords.txt");
    }

    /** {@code client_id:client_secret} of the service that asks for itself. */
    public String service() throws IOException {
        return credentials("demo-clients.txt");
    }

    /** {@code client_id:client_secret} of the administrator's tools. */
    public String administrator() throws IOException {
        return credentials("admin-client.txt");
    }

    /**
     * A count that the servers keep, all of them together.
     *
     * @param series its name and labels, as Prometheus reads it
     */
    public long count(String series) throws IOException, InterruptedException {
        double sum = 0;
        for (Node node : nodes) {
            String metrics = Http.plain()
                    .get(node.management.resolve("prometheus"), Map.of())
                    .body();
            for (String line : metrics.split("\n", -1)) {
                if (line.startsWith(series + " ")) {
                    sum += Double.parseDouble(line.substring(series.length() + 1));
                }
            }
        }
        return Math.round(sum);
    }

    public Workplace workplace() {
        return workplace;
    }

    /** A way to talk to these servers. */
    public Http http() throws IOException {
        return setup.transport() == Transport.TLS ? Http.over(tls()) : Http.plain();
    }

    /** Trusts the cluster's own authority, and no other. */
    public SSLContext tls() throws IOException {
        return Trust.only(workplace.folder().resolve("pki/ca.crt"));
    }

    /** Leaves what the programs print where it is, for somebody to look into. */
    public Path keepLogs() {
        return workplace.keepLogs();
    }

    @Override
    public void close() {
        workplace.close();
    }

    private String credentials(String file) throws IOException {
        Map.Entry<String, String> first = secrets(file).entrySet().iterator().next();
        return first.getKey() + ":" + first.getValue();
    }

    private Map<String, String> secrets(String file) throws IOException {
        Map<String, String> secrets = new LinkedHashMap<>();
        for (String line : Files.readAllLines(workplace.folder().resolve("data").resolve(file))) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                secrets.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return secrets;
    }
}
