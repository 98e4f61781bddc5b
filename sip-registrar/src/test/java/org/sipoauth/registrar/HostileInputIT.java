package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sipoauth.registrar.register.Arrival.Port;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipResponse;

/** Garbage, oversized, slow and half-open peers at every port: answered or closed, counted, and nobody else suffers. */
@Timeout(60)
class HostileInputIT {
    @TempDir
    static Path directory;

    private static TestPki pki;
    private static RunningRegistrar registrar;
    private static TestPhone bystander;

    @BeforeAll
    static void start() throws Exception {
        pki = new TestPki("test CA");
        registrar = new RunningRegistrar(
                directory,
                pki,
                "--timeout.handshake=2s",
                "--timeout.message=500ms",
                "--timeout.unregistered=5s",
                "--timeout.idle=60s");
        bystander = connect(Port.OAUTH);
        register(bystander);
    }

    @AfterAll
    static void stop() throws IOException {
        bystander.close();
        registrar.close();
    }

    /** On the connection that was there before, and on a new one. */
    @AfterEach
    void serviceIsUnharmed() throws Exception {
        register(bystander);
        try (TestPhone phone = connect(Port.OAUTH)) {
            register(phone);
        }
    }

    private static void register(TestPhone phone) throws IOException {
        String token = TestTokens.valid(Instant.now()).compact();
        assertThat(phone.register("Proxy-Authorization", "Bearer token=\"" + token + "\"")
                        .status())
                .isEqualTo(200);
    }

    private static InetSocketAddress address(Port port) {
        return port == Port.OAUTH ? registrar.oauth() : registrar.mra();
    }

    private static TestPhone connect(Port port) throws Exception {
        return TestPhone.overTls(
                address(port),
                pki.client(port == Port.OAUTH ? Optional.empty() : Optional.of(pki.edge("edge.example.com"))));
    }

    private static double malformed(Port port, Parsed.Cause cause) {
        return registrar.metric("sip_malformed_total{cause=\"" + cause.label() + "\",port=\"" + port.label()
                + "\",status=\"" + cause.status() + "\"}");
    }

    private static double timeouts(Port port, String deadline) {
        return registrar.metric("sip_timeouts_total{deadline=\"" + deadline + "\",port=\"" + port.label() + "\"}");
    }

    private static double handshakeFailures(Port port, String cause) {
        return registrar.metric("tls_handshake_failures_total{cause=\"" + cause + "\",port=\"" + port.label() + "\"}");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A reset is a closed connection too. */
    private static boolean isClosed(TestPhone phone) {
        try {
            return phone.next().isEmpty();
        } catch (IOException reset) {
            return true;
        }
    }

    @ParameterizedTest
    @EnumSource(Port.class)
    void garbageInTheClear(Port port) throws Exception {
        double before = malformed(port, Parsed.Cause.NOT_SIP);
        try (TestPhone phone = TestPhone.inTheClear(address(port))) {
            phone.send(new byte[] {(byte) 0x80, 0, 1, 2, 3});
            assertThat(isClosed(phone)).isTrue();
        }
        assertThat(malformed(port, Parsed.Cause.NOT_SIP)).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @EnumSource(Port.class)
    void garbageThatBeginsLikeTls(Port port) throws Exception {
        double before = handshakeFailures(port, "not_tls") + handshakeFailures(port, "protocol");
        try (TestPhone phone = TestPhone.inTheClear(address(port))) {
            byte[] bytes = new byte[512];
            new Random(7).nextBytes(bytes);
            bytes[0] = 22;
            phone.send(bytes);
            assertThat(isClosed(phone)).isTrue();
        }
        await().untilAsserted(() -> assertThat(handshakeFailures(port, "not_tls") + handshakeFailures(port, "protocol"))
                .isGreaterThan(before));
    }

    @ParameterizedTest
    @EnumSource(Port.class)
    void garbageOverTls(Port port) throws Exception {
        double before = malformed(port, Parsed.Cause.NOT_SIP);
        try (TestPhone phone = connect(port)) {
            byte[] bytes = new byte[64 * 1024];
            new Random(8).nextBytes(bytes);
            phone.send(bytes);
            assertThat(isClosed(phone)).isTrue();
        }
        assertThat(malformed(port, Parsed.Cause.NOT_SIP)).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @EnumSource(Port.class)
    void garbageWithoutEndIsNotTakenToItsEnd(Port port) throws Exception {
        try (TestPhone phone = TestPhone.inTheClear(address(port))) {
            byte[] garbage = new byte[1024 * 1024];
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            phone.send(garbage);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Port.class)
    void malformedMessageIsAnsweredAndTheNextOneServed(Port port) throws Exception {
        double before = malformed(port, Parsed.Cause.SYNTAX);
        try (TestPhone phone = connect(port)) {
            String request = new String(SipPrinter.print(phone.register(Headers.NONE)), StandardCharsets.UTF_8);
            phone.send(ascii(request.replace("CSeq: 1 REGISTER", "CSeq: 1 INVITE")));
            assertThat(phone.receive().status()).isEqualTo(400);
            register(phone);
        }
        assertThat(malformed(port, Parsed.Cause.SYNTAX)).isEqualTo(before + 1);
    }

    @Test
    void messageOfAnotherVersionAndOneThatCannotBeAnswered() throws Exception {
        double before = malformed(Port.OAUTH, Parsed.Cause.VERSION) + malformed(Port.OAUTH, Parsed.Cause.SYNTAX);
        try (TestPhone phone = connect(Port.OAUTH)) {
            String request = new String(SipPrinter.print(phone.register(Headers.NONE)), StandardCharsets.UTF_8);
            phone.send(ascii(request.replace("SIP/2.0", "SIP/7.0")));
            assertThat(phone.receive().status()).isEqualTo(505);
            phone.send(ascii(request.replace("SIP/2.0/TLS", "SIP/2.0"))); // no Via to answer to
            register(phone);
        }
        assertThat(malformed(Port.OAUTH, Parsed.Cause.VERSION) + malformed(Port.OAUTH, Parsed.Cause.SYNTAX))
                .isEqualTo(before + 2);
    }

    @Test
    void endlessMalformedMessagesEnd() throws Exception {
        try (TestPhone phone = connect(Port.OAUTH)) {
            byte[] broken = ascii(new String(SipPrinter.print(phone.register(Headers.NONE)), StandardCharsets.UTF_8)
                    .replace("Max-Forwards: 70", "Max-Forwards: none"));
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            phone.send(broken);
                            phone.receive();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Port.class)
    void renegotiationEndsTheConnection(Port port) throws Exception {
        AtomicInteger granted = new AtomicInteger();
        try (TestPhone phone = TestPhone.overTls(
                address(port),
                pki.client(port == Port.OAUTH ? Optional.empty() : Optional.of(pki.edge("edge.example.com"))),
                "TLSv1.2")) {
            SSLSocket socket = (SSLSocket) phone.socket();
            socket.addHandshakeCompletedListener(renegotiated -> granted.incrementAndGet());
            socket.startHandshake();
            assertThat(isClosed(phone)).isTrue();
        }
        assertThat(granted).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(Port.class)
    void oversizedHeaderAndBody(Port port) throws Exception {
        try (TestPhone phone = connect(port)) {
            SipResponse response = phone.exchange(phone.register(Headers.NONE.plus("Subject", "a".repeat(10 * 1024))));
            assertThat(response.status()).isEqualTo(513);
            assertThat(isClosed(phone)).isTrue();
        }
        try (TestPhone phone = connect(port)) {
            String request = new String(SipPrinter.print(phone.register(Headers.NONE)), StandardCharsets.UTF_8);
            phone.send(ascii(request.replace("Content-Length: 0", "Content-Length: 1000000")));
            assertThat(phone.receive().status()).isEqualTo(413);
            assertThat(isClosed(phone)).isTrue();
        }
        assertThat(malformed(port, Parsed.Cause.LINE_TOO_LONG)).isPositive();
        assertThat(malformed(port, Parsed.Cause.BODY_TOO_LONG)).isPositive();
    }

    @Test
    void amillionTinyHeaders() throws Exception {
        double before = malformed(Port.OAUTH, Parsed.Cause.TOO_MANY_FIELDS);
        try (TestPhone phone = connect(Port.OAUTH)) {
            byte[] tiny = ascii("a:\r\n".repeat(1000));
            phone.send(
                    ascii("REGISTER sip:example.com SIP/2.0\r\n" + "a:\r\n".repeat(1000))); // whole, or it may be late
            assertThatThrownBy(() -> {
                        for (int i = 1; i < 1000; i++) {
                            phone.send(tiny);
                        }
                        phone.receive();
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(malformed(Port.OAUTH, Parsed.Cause.TOO_MANY_FIELDS)).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @EnumSource(Port.class)
    void slowSender(Port port) throws Exception {
        double before = timeouts(port, "message");
        try (TestPhone phone = connect(port)) {
            phone.send(ascii("REGISTER sip:example.com SIP/2.0\r\nVia: "));
            assertThat(isClosed(phone)).isTrue();
        }
        assertThat(timeouts(port, "message")).isEqualTo(before + 1);
    }

    @Test
    void slowSenderBehindAGoodMessage() throws Exception {
        double before = timeouts(Port.OAUTH, "message");
        try (TestPhone phone = connect(Port.OAUTH)) {
            String good = new String(SipPrinter.print(phone.register(Headers.NONE)), StandardCharsets.UTF_8);
            phone.send(ascii(good + "REGISTER sip:"));
            assertThat(phone.receive().status()).isEqualTo(407);
            assertThat(isClosed(phone)).isTrue();
        }
        assertThat(timeouts(Port.OAUTH, "message")).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @EnumSource(Port.class)
    void halfOpenBeforeTheFirstByteAndInTheHandshake(Port port) throws Exception {
        double before = timeouts(port, "handshake");
        try (TestPhone silent = TestPhone.inTheClear(address(port));
                TestPhone stuck = TestPhone.inTheClear(address(port))) {
            stuck.send(new byte[] {22, 3, 1, 2, 0, 1});
            assertThat(isClosed(silent)).isTrue();
            assertThat(isClosed(stuck)).isTrue();
        }
        assertThat(timeouts(port, "handshake")).isEqualTo(before + 2);
    }

    @Test
    void connectionThatNeverRegisters() throws Exception {
        double before = timeouts(Port.OAUTH, "unregistered");
        try (TestPhone phone = connect(Port.OAUTH)) {
            assertThat(phone.exchange(phone.register(Headers.NONE)).status()).isEqualTo(407);
            assertThat(isClosed(phone)).isTrue();
        }
        assertThat(timeouts(Port.OAUTH, "unregistered")).isEqualTo(before + 1);
    }

    @Test
    void peerThatTakesNoAnswers() throws Exception {
        double before = timeouts(Port.MRA, "answers");
        try (TestPhone phone = connect(Port.MRA)) {
            phone.socket().setReceiveBufferSize(4096);
            byte[] request = SipPrinter.print(phone.register(Headers.NONE));
            assertThatThrownBy(() -> {
                        while (true) {
                            phone.send(request);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(timeouts(Port.MRA, "answers")).isEqualTo(before + 1);
    }

    @Test
    void moreConnectionsThanAllowed(@TempDir Path other) throws Exception {
        try (RunningRegistrar small = new RunningRegistrar(other, pki, "--max-connections=1")) {
            TestPhone first = TestPhone.overTls(small.oauth(), pki.client(Optional.empty()));
            try (TestPhone second = TestPhone.inTheClear(small.oauth())) {
                assertThat(isClosed(second)).isTrue();
            }
            register(first);
            first.close();
            await().untilAsserted(() ->
                    assertThat(small.metric("sip_connections{port=\"oauth\"}")).isZero());
            try (TestPhone third = TestPhone.overTls(small.oauth(), pki.client(Optional.empty()))) {
                register(third);
            }
            assertThat(small.metric("sip_connections_turned_away_total{limit=\"total\",port=\"oauth\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void moreConnectionsOfOneAddressThanAllowed(@TempDir Path other) throws Exception {
        try (RunningRegistrar small = new RunningRegistrar(other, pki, "--max-connections-per-address=1");
                TestPhone edge =
                        TestPhone.overTls(small.mra(), pki.client(Optional.of(pki.edge("edge.example.com"))))) {
            register(edge);
            try (TestPhone phone = TestPhone.overTls(small.oauth(), pki.client(Optional.empty()));
                    TestPhone second = TestPhone.inTheClear(small.oauth());
                    TestPhone stranger = TestPhone.inTheClear(small.mra())) {
                assertThat(isClosed(second)).isTrue();
                assertThat(isClosed(stranger)).isTrue(); // no edge before it has shown its certificate
                register(phone);
                register(edge);
            }
            for (Port port : Port.values()) {
                assertThat(small.metric(
                                "sip_connections_turned_away_total{limit=\"address\",port=\"" + port.label() + "\"}"))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void handshakeWithoutACertificateDoesNotCountAsAnEdges(@TempDir Path other) throws Exception {
        try (RunningRegistrar small = new RunningRegistrar(other, pki, "--max-connections-per-address=1");
                TestPhone stranger = TestPhone.overTls(small.mra(), pki.client(Optional.empty()))) {
            stranger.send(ascii("\r\n\r\n"));
            assertThat(stranger.next()).contains(new Parsed.Pong()); // its handshake is over there, too
            try (TestPhone second = TestPhone.inTheClear(small.mra())) {
                assertThat(isClosed(second)).isTrue();
            }
            assertThat(small.metric("sip_connections_turned_away_total{limit=\"address\",port=\"mra\"}"))
                    .isEqualTo(1);

            assertThat(stranger.exchange(stranger.register(Headers.NONE)).status())
                    .isEqualTo(403);
            assertThat(stranger.next()).isEmpty(); // and its place is another's
            await().until(() -> small.metric("sip_connections{port=\"mra\"}") == 0);
            try (TestPhone phone = TestPhone.overTls(small.oauth(), pki.client(Optional.empty()))) {
                register(phone);
            }
        }
    }

    @Test
    void garbageAndHalfOpenAtTheManagementPort() throws Exception {
        InetSocketAddress management = registrar.management();
        try (Socket silent = new Socket(management.getAddress(), management.getPort());
                Socket half = new Socket(management.getAddress(), management.getPort());
                Socket garbage = new Socket(management.getAddress(), management.getPort())) {
            half.getOutputStream().write(ascii("GET /health HT"));
            garbage.getOutputStream().write(new byte[] {0, 1, 2, '\r', '\n', '\r', '\n'});
            garbage.setSoTimeout(10_000);
            assertThat(garbage.getInputStream().readAllBytes()).asString().doesNotContain("200 OK");
            assertThat(silent.isConnected()).isTrue();
            assertThat(registrar.get("/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aResponseIsNotAnswered() throws Exception {
        try (TestPhone phone = connect(Port.OAUTH)) {
            phone.send(SipPrinter.print(SipResponse.answering(phone.register(Headers.NONE), 200, "OK", "t")));
            phone.send(ascii("\r\n\r\n"));
            assertThat(phone.next()).contains(new Parsed.Pong());
        }
    }
}
