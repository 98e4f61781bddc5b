package org.sipoauth.registrar.management;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** {@code /metrics}, {@code /health}, {@code /status}, {@code /bindings} and {@code /refusals}; it asks nobody for a name, so it belongs on the loopback interface or behind a packet filter. */
public final class ManagementServer implements AutoCloseable {
    private static final int THREADS = 16;
    private static final int SECONDS_FOR_A_REQUEST = 10;

    static {
        // The JDK's server waits for ever otherwise. Read once in a process, so an operator's own setting goes first.
        System.getProperties().putIfAbsent("sun.net.httpserver.maxReqTime", "" + SECONDS_FOR_A_REQUEST);
        System.getProperties().putIfAbsent("sun.net.httpserver.maxRspTime", "" + SECONDS_FOR_A_REQUEST);
        System.getProperties().putIfAbsent("jdk.httpserver.maxConnections", "256");
    }

    /** @param healthy decides over 200 and 503 */
    public record Health(boolean healthy, Map<String, Object> details) {}

    /**
     * What the pages show, asked anew each time.
     *
     * @param metrics in the Prometheus text format
     * @param status of this node as a whole, for a person
     */
    public record Pages(
            Supplier<String> metrics,
            Supplier<Health> health,
            Supplier<Map<String, Object>> status,
            Function<PhoneQuery, List<Map<String, Object>>> bindings,
            Function<PhoneQuery, List<Map<String, Object>>> refusals) {}

    private final HttpServer server;
    private final ExecutorService threads;

    /** @throws IOException if the address cannot be bound */
    public ManagementServer(InetSocketAddress address, Pages pages) throws IOException {
        server = HttpServer.create(address, 0);
        threads = threads();
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, 404, "text/plain", "not found\n"));
        page(
                "/metrics",
                exchange -> answer(
                        exchange,
                        200,
                        "text/plain; version=0.0.4; charset=utf-8",
                        pages.metrics().get()));
        page("/health", exchange -> {
            Health now = pages.health().get();
            answer(exchange, now.healthy() ? 200 : 503, "application/json", Json.of(now.details()));
        });
        page(
                "/status",
                exchange -> answer(
                        exchange,
                        200,
                        "application/json",
                        Json.of(pages.status().get())));
        page("/bindings", exchange -> answer(exchange, pages.bindings()));
        page("/refusals", exchange -> answer(exchange, pages.refusals()));
        server.start();
    }

    private static ExecutorService threads() {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "management");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    @FunctionalInterface
    private interface Page {
        void serve(HttpExchange exchange) throws IOException;
    }

    private void page(String path, Page page) {
        server.createContext(path, exchange -> {
            if (!exchange.getRequestURI().getPath().equals(path)) {
                answer(exchange, 404, "text/plain", "not found\n");
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                answer(exchange, 405, "text/plain", "only GET\n");
            } else {
                page.serve(exchange);
            }
        });
    }

    private static void answer(HttpExchange exchange, Function<PhoneQuery, List<Map<String, Object>>> page)
            throws IOException {
        Optional<PhoneQuery> query = PhoneQuery.parse(exchange.getRequestURI().getRawQuery());
        if (query.isPresent()) {
            answer(exchange, 200, "application/json", Json.of(page.apply(query.get())));
        } else {
            answer(exchange, 400, "text/plain", "only device and aor, each once\n");
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        try (exchange) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
