package org.sipoauth.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.ClosedPort;
import org.sipoauth.cli.TestHttpsServer;
import org.sipoauth.cli.TestPki;
import org.sipoauth.cli.console.CommandFailure;

class HttpsClientTest {
    @TempDir
    private Path folder;

    private final CountDownLatch testOver = new CountDownLatch(1);
    private TestPki pki;
    private TestHttpsServer server;

    @BeforeEach
    void start() {
        pki = TestPki.in(folder);
        server = new TestHttpsServer(pki);
    }

    @AfterEach
    void stop() {
        testOver.countDown();
        server.close();
    }

    @Test
    void holdsNoMoreThanABoundedAnswer() {
        server.on("/flood", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] chunk = new byte[64 * 1024];
            try (OutputStream body = exchange.getResponseBody()) {
                while (testOver.getCount() > 0) {
                    body.write(chunk);
                }
            }
        });

        assertThatThrownBy(() -> get(Duration.ofSeconds(20), "/flood"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer than 1048576 bytes");
    }

    @Test
    void doesNotWaitForABodyThatNeverEnds() {
        server.on("/slow", exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            awaitEnd();
        });

        assertThatThrownBy(() -> get(Duration.ofSeconds(1), "/slow"))
                .isInstanceOf(IOException.class)
                .hasMessage("no answer in time");
    }

    @Test
    void followsNoRedirectByItself() throws Exception {
        server.on("/moved", exchange -> {
            exchange.getResponseHeaders().set("Location", "https://elsewhere.example.com/");
            exchange.sendResponseHeaders(302, -1);
        });

        assertThat(get(Duration.ofSeconds(20), "/moved").status()).isEqualTo(302);
    }

    @Test
    void writesFormsAsBrowsersDo() throws Exception {
        AtomicReference<String> received = new AtomicReference<>("");
        server.on("/form", exchange -> {
            received.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
        });

        client(Duration.ofSeconds(20)).postForm(server.address().resolve("/form"), Map.of("a b", "ü&="));

        assertThat(received.get()).isEqualTo("a+b=%C3%BC%26%3D");
    }

    @Test
    void asksByHttpsOnly() {
        assertThatThrownBy(() -> client(Duration.ofSeconds(1)).get(URI.create("http://localhost/"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysInWordsWhatWentWrong() throws Exception {
        assertThat(trouble(new HttpsClient(Trust.context(Optional.empty()), Duration.ofSeconds(20)), server.address()))
                .contains("not trusted");
        assertThat(trouble(client(Duration.ofSeconds(20)), URI.create("https://no-such-host.invalid/")))
                .isEqualTo("no such host");
        try (ClosedPort nobodys = new ClosedPort()) {
            URI gone = URI.create("https://localhost:" + nobodys.number());
            assertThat(trouble(client(Duration.ofSeconds(20)), gone)).contains("connection refused");
        }
        try (TestHttpsServer edge = new TestHttpsServer(pki.serverContext("edge"))) {
            assertThat(trouble(client(Duration.ofSeconds(20)), edge.address())).contains("for another host");
        }
    }

    @Test
    void trustsNoFileWithoutCertificates() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        Path text = Files.writeString(folder.resolve("text.pem"), "-----BEGIN CERTIFICATE-----\nnonsense\n");

        assertThatThrownBy(() -> Trust.context(Optional.of(empty))).isInstanceOf(CommandFailure.class);
        assertThatThrownBy(() -> Trust.context(Optional.of(text))).isInstanceOf(CommandFailure.class);
        assertThatThrownBy(() -> Trust.context(Optional.of(folder.resolve("none.pem"))))
                .isInstanceOf(CommandFailure.class);
    }

    private static String trouble(HttpsClient client, URI address) throws InterruptedException {
        try {
            client.get(address, Map.of());
            throw new AssertionError("it answered");
        } catch (IOException trouble) {
            return NetworkTrouble.inWords(trouble);
        }
    }

    private HttpsClient.Answer get(Duration timeout, String path) throws IOException, InterruptedException {
        return client(timeout).get(server.address().resolve(path), Map.of());
    }

    private HttpsClient client(Duration timeout) {
        return new HttpsClient(Trust.context(Optional.of(pki.authority())), timeout);
    }

    private void awaitEnd() {
        try {
            testOver.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
