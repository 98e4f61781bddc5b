package org.sipoauth.registrar.sip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SipUriTest {
    @Test
    void readsEveryPart() {
        SipUri uri = SipUri.parse("sips:al%69ce:pw@Example.COM:5061;transport=tcp;lr?subject=x&priority=urgent");

        assertThat(uri.isSecure()).isTrue();
        assertThat(uri.user()).contains("alice");
        assertThat(uri.host()).isEqualTo("example.com");
        assertThat(uri.port()).hasValue(5061);
        assertThat(uri.parameter("Transport")).contains("tcp");
        assertThat(uri.parameter("lr")).contains("");
        assertThat(uri.parameter("maddr")).isEmpty();
        assertThat(uri).hasToString("sips:al%69ce:pw@Example.COM:5061;transport=tcp;lr?subject=x&priority=urgent");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:1001@192.0.2.4",
                "sip:[2001:db8::10]",
                "sip:user@[2001:db8::192.0.2.1]:5070",
                "sip:user;par=u%40example.net@example.com",
                "sip:+1-212-555-1212:1234@gateway.example.com;user=phone",
                "sip:sip%3Auser%40example.com@company.example;other-param=summit",
                "sip:null-%00-null@example.com",
                "SIP:a@b.",
            })
    void acceptsWhatTheGrammarHas(String text) {
        assertThat(SipUri.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sip:",
                "sip:@example.com",
                "tel:+1",
                "sip:a@",
                "sip:a@b@c",
                "sip:a@example.com:",
                "sip:a@example.com:0",
                "sip:a@example.com:65536",
                "sip:a b@example.com",
                "sip:a@exam ple.com",
                "sip:a@-example.com",
                "sip:a@exa..mple.com",
                "sip:a@192.0.2.256",
                "sip:a@192.0.2",
                "sip:a@[2001:db8::1",
                "sip:a@[1::2::3]",
                "sip:a@[1:2:3:4:5:6:7:8:9]",
                "sip:a@[12345::]",
                "sip:%zz@example.com",
                "sip:%4@example.com",
                "sip:a@example.com;",
                "sip:a@example.com;a=1;A=2",
                "sip:a@example.com;a=",
                "sip:a@example.com?",
                "sip:a@example.com?x",
                "sip:ä@example.com",
                "sip:a@exämple.com",
                "sip:<a>@example.com",
            })
    void refusesWhatItHasNot(String text) {
        assertThatThrownBy(() -> SipUri.parse(text)).isInstanceOf(SipSyntaxException.class);
    }

    /** The examples of RFC 3261 §19.1.4, and their like. */
    @ParameterizedTest
    @CsvSource({
        "sip:%61lice@atlanta.com;transport=TCP, sip:alice@AtLanTa.CoM;Transport=tcp, true",
        "sip:carol@chicago.com, sip:carol@chicago.com;newparam=5, true",
        "sip:carol@chicago.com;security=on, sip:carol@chicago.com;newparam=5, true",
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com, sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com, true",
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent, sip:alice@atlanta.com?priority=urgent&subject=project%20x, true",
        "SIP:ALICE@AtLanTa.CoM;Transport=udp, sip:alice@AtLanTa.CoM;Transport=UDP, false",
        "sip:bob@biloxi.com, sip:bob@biloxi.com:5060, false",
        "sip:bob@biloxi.com, sip:bob@biloxi.com;transport=udp, false",
        "sip:bob@biloxi.com, sip:bob@biloxi.com:6000;transport=tcp, false",
        "sip:carol@chicago.com, sip:carol@chicago.com?Subject=next%20meeting, false",
        "sip:carol@chicago.com;security=on, sip:carol@chicago.com;security=off, false",
        "sip:bob@biloxi.com, sips:bob@biloxi.com, false",
        "sip:a%3bb@biloxi.com, sip:a;b@biloxi.com, false",
        "sip:a%3bb@biloxi.com, sip:a%3Bb@biloxi.com, true",
        "sip:bob@biloxi.com, sip:bob:pw@biloxi.com, false",
    })
    void comparesAsTheStandardSays(String one, String other, boolean equivalent) {
        assertThat(SipUri.parse(one).isEquivalentTo(SipUri.parse(other))).isEqualTo(equivalent);
        assertThat(SipUri.parse(other).isEquivalentTo(SipUri.parse(one))).isEqualTo(equivalent);
    }
}
