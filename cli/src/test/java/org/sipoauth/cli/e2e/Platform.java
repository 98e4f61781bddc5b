package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Authorization server and registrar as an operator runs them: the jars, with a local PKI and the demo subscribers, on
 * loopback ports of their own.
 */
final class Platform implements AutoCloseable {
    /** For Java on a machine that runs many programs, each for a short while: a quick start counts more than peak speed. */
    static final List<String> JAVA_OPTIONS = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** How the documents call this machine; in the certificate of both. */
    static final List<String> HOSTS = List.of("auth.example.com", "node1.example.com");

    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(60);

    private final Path folder;
    private final int httpsPort = LoopbackPorts.free();
    private final int provisioningPort = LoopbackPorts.free();
    private final int serverManagementPort = LoopbackPorts.free();
    private final int oauthPort = LoopbackPorts.free();
    private final int edgePort = LoopbackPorts.free();
    private final int registrarManagementPort = LoopbackPorts.free();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> serverOptions;
    private final List<String> registrarOptions;
    private final List<ChildProcess> running = new ArrayList<>();

    private Platform(Path folder, List<String> serverOptions, List<String> registrarOptions) throws IOException {
        this.folder = folder;
        this.serverOptions = serverOptions;
        this.registrarOptions = registrarOptions;
    }

    /**
     * Starts both, and returns when both are ready.
     *
     * @param edgeHost the host name in the edge's certificate; not yet on the list of edges
     */
    static Platform start(Path folder, String edgeHost) throws IOException, InterruptedException {
        return start(folder, edgeHost, List.of(), List.of());
    }

    /** As above, with further options for each of the two. */
    static Platform start(Path folder, String edgeHost, List<String> serverOptions, List<String> registrarOptions)
            throws IOException, InterruptedException {
        Platform platform = new Platform(folder, serverOptions, registrarOptions);
        try {
            List<String> certificates =
                    new ArrayList<>(List.of("dev-pki", "--out", platform.pki().toString(), "--edge", edgeHost));
            HOSTS.forEach(host -> certificates.add("--host=" + host));
            platform.sipoauth(certificates.toArray(String[]::new));
            platform.startServer();
            platform.startRegistrar();
            return platform;
        } catch (InterruptedException | RuntimeException | Error failure) {
            platform.close();
            throw failure;
        }
    }

    /** Starts the authorization server, the first time or after {@link #stopServer}. */
    void startServer() {
        startServer(data());
    }

    /** As above, on another data folder. */
    void startServer(Path data) {
        ChildProcess server = start(
                serverOptions,
                "authz-server",
                Repository.server(),
                "--spring.profiles.active=demo",
                "--server.address=127.0.0.1",
                "--server.port=" + httpsPort,
                "--management.server.port=" + serverManagementPort,
                "--sipoauth.issuer=" + issuer(),
                "--sipoauth.data-dir=" + data,
                "--sipoauth.tls.certificate=" + pki().resolve("node.crt"),
                "--sipoauth.tls.private-key=" + pki().resolve("node.key"),
                "--sipoauth.provisioning.port=" + provisioningPort,
                "--sipoauth.provisioning.nodes[0].name=node1",
                "--sipoauth.provisioning.nodes[0].address=127.0.0.1",
                "--sipoauth.provisioning.nodes[0].sip-oauth-port=" + oauthPort,
                "--sipoauth.provisioning.nodes[0].sip-mra-oauth-port=" + edgePort);
        server.awaitLine("Started AuthzServerApplication");
    }

    /** Ends the authorization server; the registrar goes on. */
    void stopServer() {
        stop("authz-server");
    }

    /** Ends the registrar and starts it anew, on the same ports and without its bindings. */
    void restartRegistrar() {
        stop("sip-registrar");
        startRegistrar();
    }

    private void stop(String name) {
        for (ChildProcess process : List.copyOf(running)) {
            if (process.name().equals(name)) {
                process.close();
                running.remove(process);
            }
        }
    }

    private void startRegistrar() {
        ChildProcess registrar = start(
                registrarOptions,
                "sip-registrar",
                Repository.jar("sip-registrar/target/sip-registrar.jar"),
                "--bind=127.0.0.1",
                "--node-name=node1",
                "--mode=enabled",
                "--max-connections=500", // few enough for any machine's limit of open files
                "--oauth-port=" + oauthPort,
                "--mra-oauth-port=" + edgePort,
                "--management-port=" + registrarManagementPort,
                "--issuer=" + issuer(),
                "--audience=sip:example.com",
                "--domain=example.com",
                "--jwks.trust=" + pki().resolve("ca.crt"),
                "--status-lists.refresh=1s",
                "--tls.certificate=" + pki().resolve("node.crt"),
                "--tls.private-key=" + pki().resolve("node.key"),
                "--tls.client-ca=" + pki().resolve("ca.crt"),
                "--tls.reload=250ms");
        registrar.awaitLine("^listening ");
    }

    private ChildProcess start(List<String> options, String name, List<String> program, String... arguments) {
        List<String> command = java(program, arguments);
        command.addAll(options);
        ChildProcess process = ChildProcess.start(name, folder, command);
        running.add(process);
        return process;
    }

    private static List<String> java(List<String> program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JAVA_OPTIONS);
        command.addAll(program);
        command.addAll(List.of(arguments));
        return command;
    }

    /** What a run of a command printed, and its exit status. */
    record Run(int exit, String output) {}

    /** Runs {@code sipoauth} and expects it to succeed. */
    String sipoauth(String... arguments) throws InterruptedException {
        Run run = run(arguments);
        assertThat(run.exit()).as(run.output()).isZero();
        return run.output();
    }

    Run run(String... arguments) throws InterruptedException {
        try (ChildProcess sipoauth = startSipoauth(arguments)) {
            int exit = sipoauth.awaitExit(COMMAND_LIMIT);
            return new Run(exit, sipoauth.output());
        }
    }

    /** Starts {@code sipoauth} to run beside the test, which closes it. */
    ChildProcess startSipoauth(String... arguments) {
        return ChildProcess.start("sipoauth", folder, java(Repository.jar("cli/target/sipoauth.jar"), arguments));
    }

    URI registrarManagement() {
        return URI.create("http://127.0.0.1:" + registrarManagementPort);
    }

    /** The text that a management page of the registrar shows. */
    String registrarPage(String path) throws IOException, InterruptedException {
        URI page = registrarManagement().resolve(path);
        return http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
                .body();
    }

    String serverHealth() throws IOException, InterruptedException {
        return serverPage("/actuator/health/readiness");
    }

    /** The text that a management page of the server shows. */
    String serverPage(String path) throws IOException, InterruptedException {
        URI page = URI.create("http://127.0.0.1:" + serverManagementPort + path);
        return http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
                .body();
    }

    long serverPid() {
        return server().pid();
    }

    /** All that the server has printed since it was started. */
    String serverOutput() {
        return server().output();
    }

    /** All that the registrar has printed since it was started. */
    String registrarOutput() {
        return process("sip-registrar").output();
    }

    private ChildProcess server() {
        return process("authz-server");
    }

    private ChildProcess process(String name) {
        return running.stream()
                .filter(process -> process.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    URI issuer() {
        return URI.create("https://localhost:" + httpsPort);
    }

    URI provisioning() {
        return URI.create("https://localhost:" + provisioningPort);
    }

    int oauthPort() {
        return oauthPort;
    }

    /** Where edges connect, by mutual TLS. */
    int edgePort() {
        return edgePort;
    }

    Path pki() {
        return folder.resolve("pki");
    }

    Path authority() {
        return pki().resolve("ca.crt");
    }

    /** The data folder that the server is started on if no other is named. */
    Path data() {
        return folder.resolve("data");
    }

    /** What the server wrote to a file of its data folder. */
    String dataFile(String name) throws IOException {
        return Files.readString(data().resolve(name));
    }

    /** A file with the password of a demo subscriber. */
    Path passwordFile(String subscriber) throws IOException {
        Path file = folder.resolve(subscriber + ".password");
        String password = dataFile("demo-passwords.txt")
                .lines()
                .filter(line -> line.startsWith(subscriber + ":"))
                .map(line -> line.substring(subscriber.length() + 1))
                .findFirst()
                .orElseThrow();
        return Files.writeString(file, password + "\n");
    }

    @Override
    public void close() {
        AssertionError failure = null;
        for (int i = running.size() - 1; i >= 0; i--) {
            try {
                running.get(i).close();
            } catch (AssertionError e) { // the others have to end all the same
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
