package org.sipoauth.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.LoopbackPorts;
import org.sipoauth.authz.TestCertificate;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;

class SyslogTrailTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void framesARecordAsTheStandardsHaveIt() {
        String record = "{\"event\":\"revoked\",\"user\":\"zoë\",\"at\":\"2026-01-31T12:00:00.250Z\"}";

        byte[] frame = SyslogMessage.framed("node1.example.com", 4711, record);

        String message = "<110>1 2026-01-31T12:00:00.250Z node1.example.com authz-server 4711 revoked - " + record;
        assertThat(new String(frame, StandardCharsets.UTF_8))
                .isEqualTo(message.getBytes(StandardCharsets.UTF_8).length + " " + message);
    }

    @Test
    void keepsWhatIsNoPrintableCharacterOutOfTheHeader() {
        byte[] frame = SyslogMessage.framed(
                "bad host\n", 1, "{\"event\":\"%s\",\"at\":\"2026-01-31T12:00:00Z\"}".formatted("x".repeat(40)));

        assertThat(new String(frame, StandardCharsets.UTF_8))
                .contains(" 2026-01-31T12:00:00Z badhost authz-server 1 " + "x".repeat(32) + " - {");
        assertThat(new String(SyslogMessage.framed("", 1, "{}"), StandardCharsets.UTF_8))
                .contains(">1 null - authz-server 1 null - {}");
    }

    @Test
    void sendsEveryRecordInItsOrderUnchanged() throws IOException {
        try (TestSyslog receiver = TestSyslog.tcp(0)) {
            SyslogTrail trail = started("tcp://127.0.0.1:" + receiver.port());
            records(0, 2000).forEach(trail::record);
            trail.stop();

            await().atMost(PATIENCE).until(() -> receiver.messages().size() == 2000);
            assertThat(receiver.messages())
                    .extracting(message -> message.substring(message.indexOf('{')))
                    .containsExactlyElementsOf(records(0, 2000));
            assertThat(meters.counter("sipoauth.audit.syslog.sent").count()).isEqualTo(2000);
        }
    }

    @Test
    void sendsAgainWhatAReceiverThatHangsUpMayNotHaveRead() throws IOException {
        try (TestSyslog receiver = TestSyslog.tcp(0)) {
            SyslogTrail trail = started("tcp://127.0.0.1:" + receiver.port());
            Set<String> all = new HashSet<>();
            for (int i = 0; i < 5; i++) { // some come between the hanging up and the next look
                List<String> some = records(i * 100, 100);
                all.addAll(some);
                some.subList(0, 50).forEach(trail::record);
                int before = receiver.connections();
                receiver.hangUp();
                some.subList(50, 100).forEach(trail::record);
                await().atMost(PATIENCE).until(() -> receiver.connections() > before);
            }
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(receiver.messages())
                            .extracting(message -> message.substring(message.indexOf('{')))
                            .containsAll(all));
            trail.stop();
        }
    }

    @Test
    void recordsWaitForAReceiverThatIsAwayAndThoseTooManyAreCountedAndSaid() throws IOException {
        int port = LoopbackPorts.free();
        SyslogTrail trail = trail(settings("tcp://127.0.0.1:" + port, null, null));
        records(0, SyslogTrail.MOST_WAITING + 7).forEach(trail::record);
        trail.start();
        try (TestSyslog receiver = TestSyslog.tcp(port)) {
            await().atMost(PATIENCE).until(() -> receiver.messages().size() == SyslogTrail.MOST_WAITING + 1);

            assertThat(receiver.messages())
                    .filteredOn(message -> message.contains(" audit_dropped - {"))
                    .singleElement()
                    .asString()
                    .contains("\"records\":7");
            assertThat(meters.counter("sipoauth.audit.syslog.dropped").count()).isEqualTo(7);
        } finally {
            trail.stop();
        }
    }

    @Test
    void cutsTheConnectionToAReceiverThatStopsReading() throws IOException {
        try (ServerSocket receiver = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            receiver.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            SyslogTrail trail = new SyslogTrail(
                    new SyslogReceiver(settings("tcp://127.0.0.1:" + receiver.getLocalPort(), null, null)),
                    Duration.ofMillis(200),
                    Clock.systemUTC(),
                    meters);
            String large = "{\"at\":\"2026-01-31T12:00:00Z\",\"detail\":\"" + "x".repeat(4_000) + "\"}";
            for (int i = 0; i < SyslogTrail.MOST_WAITING; i++) { // more than the buffers of a connection hold
                trail.record(large);
            }
            trail.start();
            try (Socket first = receiver.accept();
                    Socket second = receiver.accept()) {
                assertThat(second.getPort()).isNotEqualTo(first.getPort());
            } finally {
                trail.stop();
            }
        }
    }

    @Test
    void showsItsCertificateOverTls() throws IOException {
        TestCertificate.create().writeTo(folder.resolve("receiver"));
        TestCertificate.create().writeTo(folder.resolve("own"));
        try (TestSyslog receiver = TestSyslog.tls(folder.resolve("receiver"), folder.resolve("own/node.crt"))) {
            SyslogTrail trail = trail(settings(
                    "tls://localhost:" + receiver.port(), folder.resolve("receiver/node.crt"), folder.resolve("own")));
            trail.start();
            records(0, 3).forEach(trail::record);
            trail.stop();

            await().atMost(PATIENCE).until(() -> receiver.messages().size() == 3);
        }
    }

    @Test
    void tellsNothingToAReceiverOfAnotherNameOrAuthority() throws IOException {
        TestCertificate.create().writeTo(folder.resolve("receiver"));
        TestCertificate.create().writeTo(folder.resolve("other"));
        try (TestSyslog receiver = TestSyslog.tls(folder.resolve("receiver"), null)) {
            SyslogReceiver otherName = new SyslogReceiver(
                    settings("tls://127.0.0.2:" + receiver.port(), folder.resolve("receiver/node.crt"), null));
            SyslogReceiver otherAuthority = new SyslogReceiver(
                    settings("tls://127.0.0.1:" + receiver.port(), folder.resolve("other/node.crt"), null));

            assertThatThrownBy(otherName::connect)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("127.0.0.2");
            assertThatThrownBy(otherAuthority::connect).isInstanceOf(SSLException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://syslog.example.com:601",
                "tcp://192.0.2.1:601",
                "tcp://127.0.0.1",
                "udp://127.0.0.1:514",
                "syslog.example.com:6514",
                "tls:6514"
            })
    void refusesAnAddressByWhichOthersCouldReadAlong(String address) {
        assertThatThrownBy(() -> new SyslogReceiver(settings(address, null, null)))
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("sipoauth.audit.syslog.address is " + address);
    }

    @Test
    void refusesACertificateWithoutItsKey() {
        assertThatThrownBy(() -> new SyslogReceiver(
                        new Settings.Syslog(URI.create("tls://localhost"), null, folder.resolve("own.crt"), null)))
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("private-key");
    }

    private SyslogTrail started(String address) {
        SyslogTrail trail = trail(settings(address, null, null));
        trail.start();
        return trail;
    }

    private SyslogTrail trail(Settings.Syslog settings) {
        return new SyslogTrail(new SyslogReceiver(settings), Clock.systemUTC(), meters);
    }

    private static Settings.Syslog settings(String address, @Nullable Path trust, @Nullable Path own) {
        return new Settings.Syslog(
                URI.create(address),
                trust,
                own == null ? null : own.resolve("node.crt"),
                own == null ? null : own.resolve("node.key"));
    }

    private static List<String> records(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(n -> "{\"event\":\"tested\",\"at\":\"2026-01-31T12:00:00Z\",\"n\":\"" + n + "\"}")
                .toList();
    }
}
