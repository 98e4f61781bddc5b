package org.sipoauth.registrar.sip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostTest {
    @ParameterizedTest
    @CsvSource({
        "Example.COM, example.com",
        "example.com., example.com",
        "b., b",
        "192.0.2.4, 192.0.2.4",
        "[2001:DB8:0:0:0:0:0:1], [2001:db8::1]",
        "[2001:0db8::0001], [2001:db8::1]",
        "[2001:db8:0:0:1:0:0:1], [2001:db8::1:0:0:1]",
        "[2001:db8:0:1:1:1:1:1], [2001:db8:0:1:1:1:1:1]",
        "[2001:0:0:1:0:0:0:1], [2001:0:0:1::1]",
        "[0:0:0:0:0:0:0:0], [::]",
        "[2001:db8:0:0:0:0:0:0], [2001:db8::]",
        "[2001:db8::192.0.2.1], [2001:db8::c000:201]",
        "[::ffff:c000:201], [::ffff:192.0.2.1]",
        "[No address], [no address]",
        "Node_1:5090, node_1:5090"
    })
    void hasOneTextForAllOfOneHost(String host, String canonical) {
        assertThat(Host.canonical(host)).isEqualTo(canonical);
        assertThat(Host.canonical(canonical)).isEqualTo(canonical);
    }

    @Test
    void makesContactsEquivalentAndLeavesTheirTextAlone() {
        SipUri one = SipUri.parse("sip:1001@[2001:db8::1]:5061");
        SipUri other = SipUri.parse("sip:1001@[2001:DB8:0:0:0:0:0:1]:5061");

        assertThat(one.isEquivalentTo(other)).isTrue();
        assertThat(other).hasToString("sip:1001@[2001:DB8:0:0:0:0:0:1]:5061");
        assertThat(SipUri.parse("sip:1001@phone.example.com.")
                        .isEquivalentTo(SipUri.parse("sip:1001@phone.example.com")))
                .isTrue();
    }

    @Test
    void tellsASenderByItsAddressWhateverItWrote() {
        Via via = Via.parse("SIP/2.0/TLS [2001:DB8:0:0:0:0:0:1]:5061;branch=z9hG4bK1");

        assertThat(via.receivedFrom("2001:db8:0:0:0:0:0:1", 5061))
                .hasToString("SIP/2.0/TLS [2001:db8:0:0:0:0:0:1]:5061;branch=z9hG4bK1");
        assertThat(via.receivedFrom("fe80:0:0:0:0:0:0:7%eth0", 5061)).asString().endsWith(";received=fe80::7");
    }
}
