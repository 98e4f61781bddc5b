package org.sipoauth.registrar.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sipoauth.registrar.transport.ConnectionsByAddress.Place;

class ConnectionsByAddressTest {
    private final ConnectionsByAddress counts = new ConnectionsByAddress(2);

    private Optional<Place> enter(String address) throws Exception {
        return counts.enter(InetAddress.getByName(address));
    }

    @Test
    void takesAsManyAsAnAddressMayHaveAndGoesOnAsTheyLeave() throws Exception {
        Place first = enter("192.0.2.1").orElseThrow();
        assertThat(enter("192.0.2.1")).isPresent();
        assertThat(enter("192.0.2.1")).isEmpty();
        assertThat(enter("192.0.2.2")).isPresent();

        first.leave();
        first.leave(); // an edge's does so when it is let in, and when it ends
        assertThat(enter("192.0.2.1")).isPresent();
        assertThat(enter("192.0.2.1")).isEmpty();
    }

    @Test
    void countsTheAddressesOfOneIpv6SubnetTogether() throws Exception {
        assertThat(enter("2001:db8::1")).isPresent();
        assertThat(enter("2001:db8::ffff:1")).isPresent();
        assertThat(enter("2001:db8:0:0:ffff::")).isEmpty();
        assertThat(enter("2001:db8:0:1::1")).isPresent();
    }
}
