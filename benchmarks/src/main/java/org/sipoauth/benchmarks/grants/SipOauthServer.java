package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.SignIn;
import org.sipoauth.benchmarks.platform.Workplace;

/** This project's server, as the build made it. */
final class SipOauthServer implements Server {
    private final String name;
    private final Path folder;
    private final int port;
    private final int managementPort;
    private final List<String> command = new ArrayList<>();
    private @Nullable ServerProcess process;

    SipOauthServer(String name, Workplace workplace, List<String> javaOptions, List<Path> further, List<String> options)
            throws IOException {
        this(name, workplace, javaOptions, null, further, options);
    }

    /**
     * @param javaOptions what an operator may set; the manual has our advice
     * @param cache to start from; null: from the jar as it is
     * @param further jars beside ours on the class path
     * @param options further settings of the server
     */
    SipOauthServer(
            String name,
            Workplace workplace,
            List<String> javaOptions,
            @Nullable AotCache cache,
            List<Path> further,
            List<String> options)
            throws IOException {
        this.name = name;
        this.folder = Files.createDirectories(workplace.folder().resolve(name));
        this.port = workplace.freePort();
        this.managementPort = workplace.freePort();
        command.addAll(Workplace.java());
        command.addAll(javaOptions);
        if (cache != null) {
            command.add(cache.javaOption());
        }
        Path jar = cache == null ? Workplace.built("authz-server/target/authz-server.jar") : cache.jar();
        command.add("-cp");
        command.add(Stream.concat(Stream.of(jar), further.stream())
                .map(Path::toString)
                .collect(Collectors.joining(":")));
        command.add(cache == null ? "org.springframework.boot.loader.launch.JarLauncher" : AotCache.MAIN);
        command.addAll(List.of(
                "--spring.profiles.active=demo",
                "--sipoauth.insecure-plain-http=true",
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--management.server.port=" + managementPort,
                "--sipoauth.provisioning.port=" + workplace.freePort(),
                "--sipoauth.issuer=http://127.0.0.1:" + port,
                "--sipoauth.data-dir=" + this.folder.resolve("data")));
        command.addAll(options);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Duration start() throws IOException, InterruptedException {
        ServerProcess started = ServerProcess.start(folder, "server", Map.of(), command);
        process = started;
        return started.awaitReady(URI.create("http://127.0.0.1:" + managementPort + "/actuator/health/readiness"));
    }

    @Override
    public ServerProcess process() {
        return Objects.requireNonNull(process, "not started");
    }

    @Override
    public TokenEndpoint endpoint() {
        try {
            return new TokenEndpoint(port, "/oauth2/token", SignIn.CLIENT, secret("demo-clients.txt", ""));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public List<String> refreshTokens(int logins) throws IOException, InterruptedException {
        String[] account = secret("demo-passwords.txt", "alice:").split(":", 2);
        Http http = Http.plain();
        SignIn phones = new SignIn(http, base(), "CSFALICE");
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < logins; i++) {
            Map<String, String> grant = phones.codeGrant(account[0], account[1]);
            tokens.add(Http.member(http.post(base().resolve(endpoint().path()), Map.of(), grant), "refresh_token"));
        }
        return tokens;
    }

    @Override
    public void stop() {
        process().close();
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Its metrics, as Prometheus reads them. */
    URI metrics() {
        return URI.create("http://127.0.0.1:" + managementPort + "/actuator/prometheus");
    }

    /** {@code id:secret} of the client for administration. */
    String administrator() throws IOException {
        return secret("admin-client.txt", "");
    }

    /** The first line of a file of secrets that starts so. */
    private String secret(String file, String start) throws IOException {
        return Files.readAllLines(folder.resolve("data").resolve(file)).stream()
                .filter(line -> line.indexOf(':') > 0 && line.startsWith(start))
                .findFirst()
                .orElseThrow(() -> new IOException("no secret in " + file));
    }
}
