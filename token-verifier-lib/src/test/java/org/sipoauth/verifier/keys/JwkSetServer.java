package org.sipoauth.verifier.keys;

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

/** An authorization server's JWK Set endpoint on loopback, which answers as the test wishes. */
final class JwkSetServer implements AutoCloseable {
    /** Answers one request. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final String scheme;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final AtomicInteger handshakes = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Answer answer = document("{\"keys\":[]}");

    private JwkSetServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.createContext("/jwks", this::handle);
        server.setExecutor(executor);
    }

    static JwkSetServer http() throws IOException {
        JwkSetServer server = new JwkSetServer(HttpServer.create(loopback(), 0), "http");
        server.server.start();
        return server;
    }

    static JwkSetServer https(SSLContext context) throws IOException {
        HttpsServer https = HttpsServer.create(loopback(), 0);
        JwkSetServer server = new JwkSetServer(https, "https");
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

    static Answer document(String json) {
        return exchange -> send(exchange, 200, json);
    }

    static Answer status(int code) {
        return exchange -> send(exchange, code, "");
    }

    JwkSetServer answers(Answer next) {
        answer = next;
        return this;
    }

    URI uri() {
        return URI.create(scheme + "://localhost:" + server.getAddress().getPort() + "/jwks");
    }

    int requests() {
        return requests.get();
    }

    /** TLS handshakes that began, whatever became of them. */
    int handshakes() {
        return handshakes.get();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    static void send(HttpExchange exchange, int code, String body) throws IOException {
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
