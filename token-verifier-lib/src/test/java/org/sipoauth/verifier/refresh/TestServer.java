package org.sipoauth.verifier.refresh;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** An authorization server on loopback, which answers every request as the test wishes. */
public final class TestServer implements AutoCloseable {
    /** Answers one request. */
    public interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final String scheme;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final AtomicInteger handshakes = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Answer answer = document("{\"keys\":[]}");

    private TestServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.createContext("/", this::handle);
        server.setExecutor(executor);
    }

    public static TestServer http() throws IOException {
        TestServer server = new TestServer(HttpServer.create(loopback(), 0), "http");
        server.server.start();
        return server;
    }

    public static TestServer https(SSLContext context) throws IOException {
        HttpsServer https = HttpsServer.create(loopback(), 0);
        TestServer server = new TestServer(https, "https");
        https.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                server.handshakes.incrementAndGet();
                super.configure(parameters);
            }
        });
        server.server.start();
        return server;
    }

    public static Answer document(String json) {
        return exchange -> send(exchange, 200, json);
    }

    public static Answer status(int code) {
        return exchange -> send(exchange, code, "");
    }

    public TestServer answers(Answer next) {
        answer = next;
        return this;
    }

    public URI uri(String path) {
        return URI.create(scheme + "://localhost:" + server.getAddress().getPort() + path);
    }

    public int requests() {
        return requests.get();
    }

    /** TLS handshakes that began, whatever became of them. */
    public int handshakes() {
        return handshakes.get();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    public static void send(HttpExchange exchange, int code, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        try (exchange) {
            answer.to(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
