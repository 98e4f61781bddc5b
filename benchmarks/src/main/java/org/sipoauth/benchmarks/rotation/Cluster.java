package org.sipoauth.benchmarks.rotation;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.sipoauth.keys.store.MasterKey;
import redis.embedded.core.ExecutableProvider;

/**
 * Three authorization servers on one Redis, as an operator runs them: the jar, one master key, one data folder, a local
 * PKI, loopback ports of their own. Whatever ends this program ends them, too.
 */
final class Cluster implements AutoCloseable {
    static final String AUDIENCE = "sip:example.com";

    private static final int NODES = 3;
    private static final int LOWEST_PORT = 20_000; // below the range that outgoing connections draw from
    private static final int HIGHEST_PORT = 29_999;

    private final Path folder;
    private final List<URI> nodes = new ArrayList<>();
    private final List<ChildProcess> running = new ArrayList<>(); // guarded by this
    private final Thread hook = new Thread(this::endAll, "end of the cluster");
    private boolean ended; // guarded by this
    private int nextPort = ThreadLocalRandom.current().nextInt(HIGHEST_PORT - LOWEST_PORT + 1);
    private volatile boolean logsWanted;

    private Cluster(Path folder) {
        this.folder = folder;
    }

    /** Starts all of it, and returns when every server is ready. */
    static Cluster start(List<String> serverOptions) throws IOException, InterruptedException {
        Cluster cluster = new Cluster(Files.createTempDirectory("rotation-soak"));
        Runtime.getRuntime().addShutdownHook(cluster.hook);
        try {
            cluster.startAll(serverOptions);
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException failure) {
            cluster.close();
            throw failure;
        }
    }

    private void startAll(List<String> serverOptions) throws IOException, InterruptedException {
        List<String> devPki = List.of("dev-pki", "--out", folder.resolve("pki").toString());
        start("dev-pki", "\0", java("cli/target/sipoauth.jar", devPki)).awaitSuccess();
        MasterKey.create(folder.resolve("master.key"));
        int redis = freePort();
        start("redis", "Ready to accept connections", redisServer(redis)).awaitReady();
        for (int i = 0; i < NODES; i++) {
            nodes.add(URI.create("https://localhost:" + freePort()));
        }
        List<ChildProcess> servers = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            servers.add(startNode(i, redis, serverOptions));
            if (i == 0) {
                servers.get(0).awaitReady(); // it makes the passwords that all of them read
            }
        }
        for (ChildProcess server : servers) {
            server.awaitReady();
        }
    }

    private ChildProcess startNode(int index, int redis, List<String> serverOptions) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.profiles.active=demo",
                "--server.address=127.0.0.1",
                "--server.port=" + nodes.get(index).getPort(),
                "--management.server.port=" + freePort(),
                "--spring.data.redis.host=127.0.0.1",
                "--spring.data.redis.port=" + redis,
                "--sipoauth.issuer=" + issuer(),
                "--sipoauth.data-dir=" + folder.resolve("data"),
                "--sipoauth.tls.certificate=" + folder.resolve("pki/node.crt"),
                "--sipoauth.tls.private-key=" + folder.resolve("pki/node.key"),
                "--sipoauth.provisioning.port=" + freePort(),
                "--sipoauth.keys.store=redis",
                "--sipoauth.master-key-file=" + folder.resolve("master.key")));
        arguments.addAll(serverOptions);
        return start(
                "node" + (index + 1),
                "Started AuthzServerApplication",
                java("authz-server/target/authz-server.jar", arguments));
    }

    /** The {@code iss} of every token, whichever server made it. */
    URI issuer() {
        return nodes.get(0);
    }

    /** Where each server listens. */
    List<URI> nodes() {
        return nodes;
    }

    /** A server picked at random: what one made, another is shown. */
    URI anyNode() {
        return nodes.get(ThreadLocalRandom.current().nextInt(nodes.size()));
    }

    Map<String, String> passwords() throws IOException {
        return secrets("demo-passwords.txt");
    }

    /** {@code client_id:client_secret} of the service that asks for itself. */
    String service() throws IOException {
        return credentials("demo-clients.txt");
    }

    /** {@code client_id:client_secret} of the administrator's tools. */
    String administrator() throws IOException {
        return credentials("admin-client.txt");
    }

    /** Trusts the cluster's own authority, and no other. */
    SSLContext tls() throws IOException {
        try (InputStream pem = Files.newInputStream(folder.resolve("pki/ca.crt"))) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot trust the local authority", e);
        }
    }

    /** Leaves what the programs print where it is, for somebody to look into. */
    Path keepLogs() {
        logsWanted = true;
        return folder;
    }

    @Override
    public void close() {
        endAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // the hook does the same
        }
    }

    private synchronized ChildProcess start(String name, String readyMark, List<String> command) throws IOException {
        if (ended) {
            throw new IOException("ended while it started");
        }
        ChildProcess process = ChildProcess.start(folder, name, readyMark, command);
        running.add(process);
        return process;
    }

    private synchronized void endAll() {
        if (ended) {
            return;
        }
        ended = true;
        for (int i = running.size() - 1; i >= 0; i--) {
            running.get(i).close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> !logsWanted || Files.isRegularFile(file) && !isLog(file))
                    .sorted(Comparator.reverseOrder())
                    .map(Path::toFile)
                    .forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isLog(Path file) {
        return file.getFileName().toString().endsWith(".log");
    }

    private String credentials(String file) throws IOException {
        Map.Entry<String, String> first = secrets(file).entrySet().iterator().next();
        return first.getKey() + ":" + first.getValue();
    }

    private Map<String, String> secrets(String file) throws IOException {
        Map<String, String> secrets = new LinkedHashMap<>();
        for (String line : Files.readAllLines(folder.resolve("data").resolve(file))) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                secrets.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return secrets;
    }

    private static List<String> java(String jar, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-jar",
                built(jar).toString()));
        command.addAll(arguments);
        return command;
    }

    /** A file that the whole build makes, found from the repository's root or a folder in it. */
    private static Path built(String file) throws IOException {
        for (Path root = Path.of("").toAbsolutePath(); root != null; root = root.getParent()) {
            if (Files.exists(root.resolve(file))) {
                return root.resolve(file);
            }
        }
        throw new IOException("needs " + file + ": run this in the repository, after mvn package");
    }

    /** The redis-server on the path, else the one that embedded-redis carries. */
    private List<String> redisServer(int port) throws IOException {
        Optional<Path> onPath = Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .map(entry -> Path.of(entry, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
        Path executable = onPath.isPresent()
                ? onPath.get()
                : ExecutableProvider.newJarResourceProvider(folder.toFile())
                        .get()
                        .toPath();
        return List.of(
                executable.toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--appendonly",
                "yes",
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction");
    }

    /** Never the same twice: the first may not be in use yet when the second is chosen. */
    private int freePort() throws IOException {
        while (true) {
            int port = LOWEST_PORT + nextPort++ % (HIGHEST_PORT - LOWEST_PORT + 1);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (BindException taken) {
                // another one, then
            }
        }
    }
}
