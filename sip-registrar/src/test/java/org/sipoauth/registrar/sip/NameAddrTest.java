package org.sipoauth.registrar.sip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

class NameAddrTest {
    @Test
    void parametersBehindABareUriBelongToTheHeader() {
        NameAddr address = NameAddr.parse("sip:1001@example.com;tag=a");

        assertThat(address.uri()).isEqualTo("sip:1001@example.com");
        assertThat(address.tag()).contains("a");
        assertThat(address).hasToString("<sip:1001@example.com>;tag=a");
    }

    @Test
    void parametersInsideBracketsBelongToTheUri() {
        NameAddr address = NameAddr.parse("Alice Q <sip:1001@example.com;tag=a>");

        assertThat(address.displayName()).contains("Alice Q");
        assertThat(address.tag()).isEmpty();
    }

    @Test
    void quotedNamesHoldAnything() {
        NameAddr address = NameAddr.parse("\"A \\\" <sip:x@y>, ; \" <sip:1001@example.com> ; a=\"b;c\"");

        assertThat(address.uri()).isEqualTo("sip:1001@example.com");
        assertThat(address.parameters().value("a")).contains("b;c");
    }

    @Test
    void otherSchemesAreAbsoluteUris() {
        assertThat(NameAddr.parse("<tel:+12125551212>").sipUri()).isEmpty();
        assertThat(NameAddr.parse("<sip:1001@example.com>").sipUri()).isPresent();
    }

    @Test
    void contactKnowsThePhonesParameters() {
        Contact contact = Contact.parse("<sip:4e@192.0.2.4:62162;transport=tls>;+sip.instance=\"<urn:uuid:00-1>\""
                + ";+u.sip!devicename.ccm.cisco.com=\"CSFALICE\";+u.sip!model.ccm.cisco.com=\"503\";video"
                + ";reg-id=1;expires=3600");

        assertThat(contact.instance()).contains("urn:uuid:00-1");
        assertThat(contact.deviceName()).contains("CSFALICE");
        assertThat(contact.regId()).contains("1");
        assertThat(contact.expiresSeconds()).hasValue(3600);
        assertThat(contact.parameters().has("video")).isTrue();
        assertThat(Contact.parse(contact.withExpires(60).toString()).expiresSeconds())
                .hasValue(60);
    }

    @Test
    void regIdIsANumberBelowTwoToThe31() {
        assertThat(Contact.parse("<sip:a@b>;reg-id=2147483647").regId()).contains("2147483647");
        assertThat(Contact.parse("<sip:a@b>;reg-id=007").regId()).contains("7");
        for (String wrong : List.of("0", "00", "-1", "2147483648", "99999999999999999999", "a", "")) {
            assertThatExceptionOfType(SipSyntaxException.class)
                    .as(wrong)
                    .isThrownBy(() -> Contact.parse("<sip:a@b>;reg-id=" + wrong));
        }
    }

    @Test
    void malformedContactExpiryIsAnHourAndAnOverlargeOneTheMost() {
        assertThat(Contact.parse("<sip:a@b>;expires=soon").expiresSeconds()).hasValue(3600);
        assertThat(Contact.parse("<sip:a@b>;expires=99999999999999999999").expiresSeconds())
                .hasValue(4_294_967_295L);
        assertThat(Contact.parse("<sip:a@b>").expiresSeconds()).isEmpty();
    }

    @Test
    void viaTellsWhereTheRequestCameFrom() {
        Via plain = Via.parse("SIP/2.0/TLS phone.example.com:5061;branch=z9hG4bK1");
        assertThat(plain.receivedFrom("192.0.2.9", 40000))
                .hasToString("SIP/2.0/TLS phone.example.com:5061;branch=z9hG4bK1;received=192.0.2.9");
        assertThat(Via.parse("SIP/2.0/TLS 192.0.2.9;received=192.0.2.1").receivedFrom("192.0.2.9", 40000))
                .hasToString("SIP/2.0/TLS 192.0.2.9");

        Via asking = Via.of("TLS", "192.0.2.9", 5061, "z9hG4bK2");
        assertThat(asking.receivedFrom("192.0.2.9", 40000))
                .hasToString("SIP/2.0/TLS 192.0.2.9:5061;branch=z9hG4bK2;received=192.0.2.9;rport=40000");
        assertThat(Via.parse("SIP/2.0/TLS [2001:db8::1];branch=z9hG4bK1").receivedFrom("2001:db8::1", 4))
                .hasToString("SIP/2.0/TLS [2001:db8::1];branch=z9hG4bK1");
    }

    @Test
    void viaMayHaveBlanksAroundItsColonsAndSlashes() {
        assertThat(Via.parse("SIP / 2.0 / TLS  a.example.com : 5061 ; branch = z9hG4bK1"))
                .hasToString("SIP/2.0/TLS a.example.com:5061;branch=z9hG4bK1");
        assertThat(Via.parse("SIP/2.0/TLS [2001:db8::1] : 5061")).hasToString("SIP/2.0/TLS [2001:db8::1]:5061");
    }

    @Test
    void redactedMessageHidesTheToken() {
        String token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2EuZXhhbXBsZSJ9.c2lnbmF0dXJlc2lnbmF0dXJl";
        SipRequest request = SipParserTest.request("""
                REGISTER sip:example.com SIP/2.0
                Via: SIP/2.0/TLS a.example.com;branch=z9hG4bK1
                From: <sip:1001@example.com>;tag=a
                To: <sip:1001@example.com>
                Call-ID: 1
                CSeq: 1 REGISTER
                Authorization: Bearer %s
                Proxy-Authorization: Bearer token="%s"
                Content-Length: 0

                """.formatted(token, token));

        assertThat(SipPrinter.redacted(request)).contains("Bearer eyJhbGci…(").doesNotContain(token.substring(10, 40));
        assertThat(request.toString()).doesNotContain("eyJ");
    }
}
