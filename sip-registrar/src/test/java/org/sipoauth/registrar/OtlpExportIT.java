package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A collector that is sent what Prometheus would read. */
class OtlpExportIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final Queue<ResourceMetrics> received = new ConcurrentLinkedQueue<>();
    private final Queue<Boolean> closedBefore = new ConcurrentLinkedQueue<>(); // all else, when it was received
    private volatile InetSocketAddress management = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private HttpServer collector;

    @BeforeEach
    void startCollector() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/metrics", this::receive);
        collector.start();
    }

    @AfterEach
    void stopCollector() {
        collector.stop(0);
    }

    private void receive(HttpExchange request) throws IOException {
        boolean packed = "gzip".equals(request.getRequestHeaders().getFirst("Content-Encoding"));
        try (InputStream body = packed ? new GZIPInputStream(request.getRequestBody()) : request.getRequestBody()) {
            received.addAll(ExportMetricsServiceRequest.parseFrom(body).getResourceMetricsList());
        }
        closedBefore.add(!isOpen(management));
        request.sendResponseHeaders(200, -1);
        request.close();
    }

    private static boolean isOpen(InetSocketAddress address) {
        try (Socket connected = new Socket(address.getAddress(), address.getPort())) {
            return connected.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void sendsTheLastOnceAllElseIsClosed() throws Exception {
        try (RunningRegistrar registrar = new RunningRegistrar(
                folder,
                new TestPki("test CA"),
                "--otlp.metrics.url=http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/metrics",
                "--otlp.metrics.every=1h")) {
            management = registrar.management();
        }

        await().atMost(PATIENCE).until(() -> closedBefore.contains(true));
    }

    @Test
    void sendsWhatPrometheusReads() throws Exception {
        Set<String> read;
        try (RunningRegistrar registrar = new RunningRegistrar(
                folder,
                new TestPki("test CA"),
                "--otlp.metrics.url=http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/metrics",
                "--otlp.metrics.every=1s")) {
            await().atMost(PATIENCE).until(() -> !received.isEmpty());
            read = registrar
                    .get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.matches("# TYPE (sip|tls)_.*"))
                    .map(line -> line.split(" ")[2].replaceFirst("(_seconds|_bytes)?(_total)?$", ""))
                    .collect(Collectors.toSet());
        }

        assertThat(read).contains("sip_registrations", "sip_bindings");
        List<Metric> metrics = received.stream()
                .flatMap(resource -> resource.getScopeMetricsList().stream())
                .flatMap(scope -> scope.getMetricsList().stream())
                .toList();
        assertThat(metrics)
                .extracting(metric -> metric.getName().replace('.', '_'))
                .contains("jvm_memory_used", "sipoauth_verifier_keys")
                .containsAll(read);
        assertThat(received.element().getResource().getAttributesList().stream()
                        .collect(Collectors.toMap(
                                KeyValue::getKey,
                                attribute -> attribute.getValue().getStringValue())))
                .containsAllEntriesOf(Map.of("service.name", "sip-registrar", "service.instance.id", "node1"));
    }
}
