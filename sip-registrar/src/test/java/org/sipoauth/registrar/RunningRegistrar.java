package org.sipoauth.registrar;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A registrar on free ports, with its files in a folder of the test's own. */
final class RunningRegistrar implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final RegistrarServer server;

    /** @param more settings as on the command line; a later one goes first */
    RunningRegistrar(Path directory, TestPki pki, String... more) throws Exception {
        if (Files.notExists(directory.resolve("node.crt"))) {
            pki.writeNode(directory);
            pki.writeAuthority(directory.resolve("ca.crt"));
            Files.writeString(directory.resolve("jwks.json"), TestTokens.jwkSet());
        }
        List<String> settings = new ArrayList<>(List.of(
                "--issuer=" + TestTokens.ISSUER,
                "--audience=" + TestTokens.AUDIENCE,
                "--domain=example.com",
                "--node-name=node1",
                "--bind=127.0.0.1",
                "--oauth-port=0",
                "--mra-oauth-port=0",
                "--management-port=0",
                "--mode=enabled",
                "--edges=edge.example.com",
                "--edges.url=none",
                "--jwks=" + directory.resolve("jwks.json"),
                "--status-lists=none",
                "--tls.certificate=" + directory.resolve("node.crt"),
                "--tls.private-key=" + directory.resolve("node.key"),
                "--tls.client-ca=" + directory.resolve("ca.crt"),
                "--tls.reload=50ms"));
        settings.addAll(List.of(more));
        server = new RegistrarServer(Settings.of(settings.toArray(String[]::new)));
    }

    InetSocketAddress oauth() {
        return server.oauthAddress();
    }

    InetSocketAddress mra() {
        return server.mraAddress().orElseThrow();
    }

    InetSocketAddress management() {
        return server.managementAddress();
    }

    String listening() {
        return server.listening();
    }

    HttpResponse<String> get(String path) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + management().getPort() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** The value of one series, named as in the Prometheus text. */
    double metric(String series) {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .map(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no series " + series));
    }

    @Override
    public void close() {
        server.close();
    }
}
