package org.sipoauth.authz.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;

/** A server whose listeners work on four requests at a time. */
class RoomForTokensIT {
    private static final int THREADS = 4;

    @TempDir
    private static Path folder;

    private static TestServer server;

    private final TestPhone phone = new TestPhone(server);
    private final List<SSLSocket> slow = new ArrayList<>();

    @BeforeAll
    static void start() {
        server = TestServer.start(
                folder, "--server.tomcat.threads.max=" + THREADS, "--server.tomcat.max-connections=100");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void end() throws IOException {
        for (SSLSocket socket : slow) {
            socket.close();
        }
        await().until(() -> phone.get(server.url("/login")).statusCode() == 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2/token", "/admin/api/v1/devices", "/login"})
    void answersRequestsForTokensWhateverOthersDoNotSend(String path) throws Exception {
        for (int i = 0; i < 2 * THREADS; i++) {
            begin(path);
        }
        await().until(() -> phone.get(server.url("/login")).statusCode() == 503);

        Map<String, String> request = Map.of("grant_type", "client_credentials");
        await().until(
                        () -> // one whose body comes late is asked to come again
                        phone.token(request, "demo-service", server.secretOf("demo-service"))
                                                .status()
                                        == 200);
        assertThat(phone.get(server.url("/login")).headers().firstValue("Retry-After"))
                .hasValue("5");
        assertThat(phone.get(server.managementUrl("/actuator/prometheus")).body())
                .containsPattern("sipoauth_requests_turned_away_total\\{.*limit=\"room\".*} [1-9]");
    }

    @Test
    void hasThreadsAndConnectionsOfItsOwnAtEachListener() {
        Connector[] connectors = server.connectors();

        assertThat(connectors).hasSizeGreaterThanOrEqualTo(2);
        assertThat(Stream.of(connectors).map(each -> (AbstractProtocol<?>) each.getProtocolHandler()))
                .allSatisfy(each -> {
                    assertThat(each.getMaxConnections()).isEqualTo(100);
                    assertThat(each.getExecutor())
                            .isInstanceOfSatisfying(
                                    RequestThreads.class,
                                    threads ->
                                            assertThat(threads.getMaxThreads()).isEqualTo(THREADS));
                })
                .extracting(AbstractProtocol::getExecutor)
                .doesNotHaveDuplicates();
    }

    private void begin(String path) throws IOException {
        SSLSocket socket =
                (SSLSocket) server.certificate().trusting().getSocketFactory().createSocket("localhost", server.port());
        slow.add(socket);
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
                                + "Content-Type: application/x-www-form-urlencoded\r\n\r\na")
                        .getBytes(US_ASCII));
    }
}
