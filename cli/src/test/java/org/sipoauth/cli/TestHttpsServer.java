package org.sipoauth.cli;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** An HTTPS server on the loopback interface, with handlers by path. */
public final class TestHttpsServer implements AutoCloseable {
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    public TestHttpsServer(TestPki pki) {
        this(pki.serverContext());
    }

    public TestHttpsServer(SSLContext tls) {
        this(new HttpsConfigurator(tls));
    }

    /** One to which nobody comes without a certificate of the same authority. */
    public static TestHttpsServer askingForCertificates(TestPki pki) {
        return new TestHttpsServer(new HttpsConfigurator(pki.mutualContext()) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters tls = getSSLContext().getDefaultSSLParameters();
                tls.setNeedClientAuth(true);
                parameters.setSSLParameters(tls);
            }
        });
    }

    private TestHttpsServer(HttpsConfigurator tls) {
        try {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(tls);
            server.setExecutor(threads); // a slow exchange holds up no other
            server.start();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    public TestHttpsServer on(String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                // Read before the answer: the server forgets a request that arrives while it skips an unread body.
                byte[] body = exchange.getRequestBody().readAllBytes();
                exchange.setStreams(new ByteArrayInputStream(body), null);
                handler.handle(exchange);
            }
        });
        return this;
    }

    public URI address() {
        return URI.create("https://localhost:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
