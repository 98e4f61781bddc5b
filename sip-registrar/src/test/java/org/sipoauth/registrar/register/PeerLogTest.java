package org.sipoauth.registrar.register;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
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
