package org.sipoauth.authz.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestServer;

/** A collector hears of metrics and traces when it is named, and of nothing otherwise. */
class OtlpIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final Map<String, String> received = new ConcurrentHashMap<>();
    private HttpServer collector;

    @BeforeEach
    void listen() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
            received.merge(exchange.getRequestURI().getPath(), body, String::concat);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
    }

    @AfterEach
    void end() {
        collector.stop(0);
    }

    @Test
    void sendsMetricsAndTracesWhereItIsTold() throws Exception {
        String address = "http://127.0.0.1:" + collector.getAddress().getPort();
        try (TestServer server = TestServer.start(
                folder,
                "--spring.profiles.active=tracing",
                "--management.otlp.metrics.export.enabled=true",
                "--management.otlp.metrics.export.step=1s",
                "--management.otlp.metrics.export.url=" + address + "/v1/metrics",
                "--management.opentelemetry.tracing.export.otlp.endpoint=" + address + "/v1/traces",
                "--management.tracing.sampling.probability=1")) {
            HttpClient http = HttpClient.newBuilder()
                    .sslContext(server.certificate().trusting())
                    .build();
            http.send(HttpRequest.newBuilder(server.url("/oauth2/jwks")).build(), BodyHandlers.discarding());
            http.send(
                    HttpRequest.newBuilder(server.url("/oauth2/token"))
                            .POST(BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.discarding());

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(received.getOrDefault("/v1/metrics", "")).contains("sipoauth.keys.active.age"));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(received.getOrDefault("/v1/traces", ""))
                            .contains("authz-server", "/oauth2/jwks", "/oauth2/token"));
        }
    }
}
