package org.sipoauth.registrar.register;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PeerLogTest {
    private final PeerLog log = new PeerLog();

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(impossible); // it is an address
        }
    }

    private long taken(String address, int lines) {
        return IntStream.range(0, lines)
                .filter(line -> log.takes(address(address)))
                .count();
    }

    @Test
    void takesSoManyLinesAboutOneAddressAndThoseAboutOthers() {
        assertThat(taken("192.0.2.1", PeerLog.LINES + 7)).isEqualTo(PeerLog.LINES);
        assertThat(taken("192.0.2.2", 1)).isEqualTo(1);
    }

    @Test
    void takesTheAddressesOfAnIpv6SubnetForOne() {
        taken("2001:db8::1", PeerLog.LINES);

        assertThat(taken("2001:db8::2", 1)).isZero();
        assertThat(taken("2001:db8:0:1::1", 1)).isEqualTo(1);
    }

    private long takenBehindEdge(String to, int lines) {
        RefusedRequest refused = new RefusedRequest(
                Instant.EPOCH,
                Refusal.DEVICE,
                "REGISTER",
                403,
                "",
                to,
                List.of(),
                new InetSocketAddress("192.0.2.7", 40_000),
                Optional.of("edge.example.com"),
                Arrival.Port.MRA);
        return IntStream.range(0, lines).filter(line -> log.takes(refused)).count();
    }

    @Test
    void takesLinesAboutOtherPhonesBehindAnEdgeThoughOneFloods() {
        assertThat(takenBehindEdge("sip:1001@example.com", PeerLog.LINES_OF_EDGE))
                .isEqualTo(PeerLog.LINES);
        assertThat(takenBehindEdge("sip:1002@example.com", 1)).isEqualTo(1);
        assertThat(taken("192.0.2.7", 1))
                .as("what the edge itself brings about")
                .isEqualTo(1);
        assertThat(log.takeLeftOut().lines()).isEqualTo(PeerLog.LINES_OF_EDGE - PeerLog.LINES);
    }

    @Test
    void takesSoManyLinesOfAllPhonesBehindAnEdgeAndTellsOfTheOthers() {
        long taken = IntStream.range(0, 2 * PeerLog.ORIGINS)
                .mapToLong(i -> takenBehindEdge("sip:" + i + "@example.com", 1))
                .sum();

        assertThat(taken).isEqualTo(PeerLog.LINES_OF_EDGE);
        assertThat(taken("192.0.2.1", 1)).as("has its own share").isEqualTo(1);
        int left = 2 * PeerLog.ORIGINS - PeerLog.LINES_OF_EDGE;
        assertThat(log.takeLeftOut()).isEqualTo(new PeerLog.LeftOut(left, 1, "edge edge.example.com", left));
    }

    @Test
    void tellsWhatWasLeftOutAndBeginsAnew() {
        taken("192.0.2.1", PeerLog.LINES + 7);
        taken("192.0.2.2", PeerLog.LINES + 3);
        taken("192.0.2.3", PeerLog.LINES);

        assertThat(log.takeLeftOut()).isEqualTo(new PeerLog.LeftOut(10, 2, "192.0.2.1", 7));
        assertThat(log.takeLeftOut().lines()).isZero();
        assertThat(taken("192.0.2.1", 1)).isEqualTo(1);
    }

    @Test
    void holdsNoMoreThanSoManyAddresses() {
        for (int i = 0; i < PeerLog.ORIGINS; i++) {
            log.takes(address("10.0." + i / 256 + "." + i % 256));
        }
        assertThat(taken("192.0.2.1", PeerLog.LINES)).isEqualTo(PeerLog.LINES);

        assertThat(taken("192.0.2.2", 1)).isZero();
        assertThat(log.takeLeftOut().most()).isEqualTo("other addresses");
    }
}
