package org.sipoauth.authz.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.audit.Audit;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.jwt.Jwt;

class ProvisioningRefusalsTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneOffset.UTC);

    private final List<String> kept = new ArrayList<>();
    private final ProvisioningRefusals refusals = new ProvisioningRefusals(new Audit(NOON, kept::add));

    @Test
    void recordsWhichDeviceSomebodyNamedAndFromWhere() {
        refusals.record("challenged", request("/CSFALICE.cnf.xml"));

        assertThat(kept)
                .containsExactly("{\"event\":\"configuration_refused\",\"outcome\":\"challenged\","
                        + "\"named_device\":\"CSFALICE\",\"address\":\"192.0.2.7\",\"at\":\"2026-01-31T12:00:00Z\"}");
    }

    @Test
    void recordsNothingThatCouldBeNoDevice() {
        refusals.record("challenged", request("/my-password.cnf.xml"));

        assertThat(kept).singleElement().asString().doesNotContain("named_device", "my-password");
    }

    @Test
    void recordsTheSameOfNobodyKnownOnceAMinute() {
        for (int i = 0; i < 3; i++) {
            refusals.record("challenged", request("/CSFALICE.cnf.xml"));
        }

        assertThat(kept).hasSize(1);
    }

    @Test
    void recordsWhoseTokenItWas() {
        Jwt token = Jwt.withTokenValue("secret")
                .header("alg", "none")
                .subject("alice")
                .claim("device_name", "CSFALICE")
                .claim("client_id", "softphone")
                .build();

        refusals.record("other_device", token, request("/CSFBOB.cnf.xml"));

        assertThat(kept)
                .singleElement()
                .asString()
                .contains(
                        "\"named_device\":\"CSFBOB\"",
                        "\"user\":\"alice\"",
                        "\"device\":\"CSFALICE\"",
                        "\"client\":\"softphone\"",
                        "\"address\":\"192.0.2.7\"")
                .doesNotContain("secret");
    }

    private static MockHttpServletRequest request(String path) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
        request.setRemoteAddr("192.0.2.7");
        return request;
    }
}
