package org.sipoauth.registrar.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.register.Refusal;
import org.sipoauth.registrar.register.RefusedRequest;

class LastRefusalsTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LastRefusals refusals = new LastRefusals(new RegistrarMetrics(meters));

    private void refuse(String to, String address, Optional<String> edge) {
        refusals.refused(new RefusedRequest(
                Instant.EPOCH,
                Refusal.DEVICE,
                "REGISTER",
                403,
                "token is for another device",
                to,
                List.of(),
                new InetSocketAddress(address, 5061),
                edge,
                edge.isPresent() ? Arrival.Port.MRA : Arrival.Port.OAUTH));
    }

    private List<String> shown() {
        return refusals.list().stream().map(RefusedRequest::to).toList();
    }

    @Test
    void keepsWhatOthersWereRefusedThoughOneAddressFloods() {
        refuse("sip:1001@example.com", "192.0.2.1", Optional.empty());
        refuse("sip:1002@example.com", "192.0.2.2", Optional.empty());
        for (int i = 0; i < 1_000; i++) {
            refuse("sip:" + i + "@example.net", "198.51.100.1", Optional.empty());
        }

        assertThat(shown())
                .containsExactly(
                        "sip:999@example.net",
                        "sip:998@example.net",
                        "sip:997@example.net",
                        "sip:996@example.net",
                        "sip:995@example.net",
                        "sip:1002@example.com",
                        "sip:1001@example.com");
        assertThat(meters.get("sip.registrations")
                        .tag("cause", "device")
                        .counter()
                        .count())
                .isEqualTo(1_002);
    }

    @Test
    void takesThePhonesBehindAnEdgeForMany() {
        for (int phone = 0; phone < 20; phone++) {
            refuse("sip:" + phone + "@example.com", "192.0.2.7", Optional.of("edge.example.com"));
        }
        for (int i = 0; i < 100; i++) {
            refuse("sip:19@example.com", "192.0.2.7", Optional.of("edge.example.com"));
        }

        assertThat(shown()).hasSize(20).contains("sip:4@example.com").doesNotContain("sip:3@example.com");
        assertThat(shown()).filteredOn("sip:19@example.com"::equals).hasSize(5);
    }
}
