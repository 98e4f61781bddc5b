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
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LastRefusals refusals = new LastRefusals(new RegistrarMetrics(meters));

    @Test
    void listsTheLastTwentyOfAll() {
        for (int i = 0; i < 30; i++) {
            refuse(i, "sip:1001@example.com", "192.0.2." + i, Optional.empty());
        }

        assertThat(refusals.list(PhoneQuery.ANY))
                .hasSize(20)
                .extracting(RefusedRequest::at)
                .startsWith(NOW.plusSeconds(29), NOW.plusSeconds(28));
    }

    @Test
    void findsThoseOfADeviceHoweverManyOthersWereRefusedSince() {
        refuse(0, "sip:1001@example.com", "CSFALICE");
        for (int i = 1; i < LastRefusals.MOST_REMEMBERED; i++) {
            refuse(i, "sip:1002@example.com", "CSF" + i);
        }

        assertThat(refusals.list(ofDevice("CSFALICE")))
                .extracting(RefusedRequest::at)
                .containsExactly(NOW);
    }

    @Test
    void forgetsTheDeviceThatWasRefusedLeastRecently() {
        refuse(0, "sip:1001@example.com", "CSFALICE");
        refuse(0, "sip:1001@example.com", "CSFBOB");
        refuse(1, "sip:1001@example.com", "CSFALICE");
        for (int i = 2; i <= LastRefusals.MOST_REMEMBERED; i++) {
            refuse(i, "sip:1002@example.com", "CSF" + i);
        }

        assertThat(refusals.list(ofDevice("CSFALICE"))).hasSize(2);
        assertThat(refusals.list(ofDevice("CSFBOB"))).isEmpty();
    }

    @Test
    void keepsTheLastFewOfOneDevice() {
        for (int i = 0; i < 9; i++) {
            refuse(i, "sip:1001@example.com", "CSFALICE");
        }

        assertThat(refusals.list(ofDevice("CSFALICE")))
                .hasSize(5)
                .first()
                .extracting(RefusedRequest::at)
                .isEqualTo(NOW.plusSeconds(8));
    }

    @Test
    void findsThoseOfAnAddressWhereNoDeviceIsNamed() {
        refuse(0, "sip:1001@example.com");
        refuse(1, "sip:1002@example.com", "CSFBOB");

        assertThat(refusals.list(ofAddress("sip:1001@example.com")))
                .extracting(RefusedRequest::at)
                .containsExactly(NOW);
        assertThat(refusals.list(new PhoneQuery(Optional.of("CSFBOB"), Optional.of("sip:1002@example.com"))))
                .hasSize(1);
        assertThat(refusals.list(new PhoneQuery(Optional.of("CSFBOB"), Optional.of("sip:1001@example.com"))))
                .isEmpty();
    }

    private static PhoneQuery ofDevice(String device) {
        return new PhoneQuery(Optional.of(device), Optional.empty());
    }

    private static PhoneQuery ofAddress(String address) {
        return new PhoneQuery(Optional.empty(), Optional.of(address));
    }

    private void refuse(int second, String to, String... devices) {
        refuse(second, to, "192.0.2.1", Optional.empty(), devices);
    }

    private void refuse(int second, String to, String address, Optional<String> edge, String... devices) {
        refusals.refused(new RefusedRequest(
                NOW.plusSeconds(second),
                Refusal.DEVICE,
                "REGISTER",
                403,
                "the token is another device's",
                to,
                List.of(devices),
                new InetSocketAddress(address, 40_000),
                edge,
                edge.isPresent() ? Arrival.Port.MRA : Arrival.Port.OAUTH));
    }

    private List<String> shown() {
        return refusals.list(PhoneQuery.ANY).stream().map(RefusedRequest::to).toList();
    }

    @Test
    void keepsWhatOthersWereRefusedThoughOneAddressFloods() {
        refuse(0, "sip:1001@example.com", "192.0.2.1", Optional.empty());
        refuse(0, "sip:1002@example.com", "192.0.2.2", Optional.empty());
        for (int i = 0; i < 1_000; i++) {
            refuse(0, "sip:" + i + "@example.net", "198.51.100.1", Optional.empty());
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
            refuse(0, "sip:" + phone + "@example.com", "192.0.2.7", Optional.of("edge.example.com"));
        }
        for (int i = 0; i < 100; i++) {
            refuse(0, "sip:19@example.com", "192.0.2.7", Optional.of("edge.example.com"));
        }

        assertThat(shown()).hasSize(15).contains("sip:9@example.com").doesNotContain("sip:8@example.com");
        assertThat(shown()).filteredOn("sip:19@example.com"::equals).hasSize(5);
    }

    @Test
    void keepsWhatOthersWereRefusedThoughOnePhoneBehindAnEdgeTakesEveryName() {
        for (int phone = 1; phone <= 5; phone++) {
            refuse(0, "sip:100" + phone + "@example.com", "192.0.2." + phone, Optional.empty());
        }
        for (int i = 0; i < 1_000; i++) {
            refuse(0, "sip:" + i + "@example.net", "192.0.2.7", Optional.of("edge.example.com"));
        }

        assertThat(shown()).hasSize(20).startsWith("sip:999@example.net").endsWith("sip:1001@example.com");
    }
}
