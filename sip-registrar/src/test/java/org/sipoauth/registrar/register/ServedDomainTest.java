package org.sipoauth.registrar.register;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.sip.SipUri;

class ServedDomainTest {
    private final ServedDomain served = new ServedDomain("Example.com.", Set.of("[2001:db8:0:0:0:0:0:1]", "node1."));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:1001@example.com",
                "sip:1001@EXAMPLE.com.",
                "sip:1001@[2001:db8::1]:5090",
                "sip:1001@[2001:DB8::0001]",
                "sip:1001@node1"
            })
    void servesAHostHoweverItIsWritten(String uri) {
        assertThat(served.addressOfRecord(SipUri.parse(uri))).contains("sip:1001@example.com");
    }

    @Test
    void servesNoOther() {
        assertThat(served.serves(SipUri.parse("sip:1001@[2001:db8::2]"))).isFalse();
    }
}
