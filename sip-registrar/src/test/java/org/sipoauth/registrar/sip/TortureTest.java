package org.sipoauth.registrar.sip;

import static org.assertj.core.api.Assertions.assertThat;

import gov.nist.javax.sip.message.SIPMessage;
import gov.nist.javax.sip.message.SIPRequest;
import gov.nist.javax.sip.parser.StringMsgParser;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import javax.sip.header.ContactHeader;
import javax.sip.header.ViaHeader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages after RFC 4475 and RFC 5118; JAIN-SIP's parser says what another reader makes of them. */
class TortureTest {
    private static final String ORDINARY = """
            OPTIONS sip:user@example.com SIP/2.0
            Max-Forwards: 70
            Via: SIP/2.0/TLS host1.example.com;branch=z9hG4bKx
            From: sip:caller@example.net;tag=a
            To: sip:user@example.com
            Call-ID: a.1@host
            CSeq: 8 OPTIONS
            Content-Length: 0

            """;

    /** Name, as in the RFC where it is of one, and message. */
    static List<Arguments> wellFormed() {
        return List.of(
                Arguments.of("a short tortuous message (4475 §3.1.1.1)", """
                        INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
                        TO :
                         sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
                        from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
                          ;
                          tag = 98asjd8
                        MaX-fOrWaRdS: 0068
                        Call-ID: wsinv.ndaksdj@192.0.2.1
                        Content-Length   : 0
                        cseq: 0009
                          INVITE
                        Via  : SIP  /   2.0
                         /UDP
                            192.0.2.2;branch=390skdjuw
                        s :
                        NewFangledHeader:   newfangled value
                         continued newfangled value
                        UnknownHeaderWithUnusualValue: ;;,,;;,;
                        Content-Type: application/sdp
                        Route:
                         <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
                        v:  SIP  / 2.0  / TCP     spindle.example.com   ;
                          branch  =   z9hG4bK9ikj8  ,
                         SIP  /    2.0   / UDP  192.168.255.111   ; branch=
                         z9hG4bK30239
                        m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =
                              newvalue ;
                          secondparam ; q = 0.33

                        """),
                Arguments.of("escaped characters in URIs (§3.1.1.3)", """
                        REGISTER sip:sips%3Auser%40example.com@example.net SIP/2.0
                        To: sip:%75se%72@example.com
                        From: <sip:I%20have%20spaces@example.net>;tag=938
                        Max-Forwards: 87
                        i: esc01.239409asdfakjkn23onasd0-3234
                        CSeq: 234234 REGISTER
                        Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw
                        m: <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>
                        Content-Length: 0

                        """),
                Arguments.of("escaped nulls (§3.1.1.4)", """
                        REGISTER sip:example.com SIP/2.0
                        To: sip:null-%00-null@example.com
                        From: sip:null-%00-null@example.com;tag=839923423
                        Max-Forwards: 70
                        Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd
                        CSeq: 14398234 REGISTER
                        Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw
                        m: <sip:%00@host5.example.com>
                        m: <sip:%00%00@host5.example.com>
                        L:0

                        """),
                Arguments.of(
                        "use of % when it is not an escape (§3.1.1.5)",
                        ORDINARY.replace("OPTIONS", "RE%47IST%45R")
                                .replace("From: ", "From: \"%Z%45\" <")
                                .replace("example.net;tag", "example.net>;tag")),
                Arguments.of(
                        "message with no LWS between display name and < (§3.1.1.6)",
                        ORDINARY.replace("From: sip:caller@example.net", "From: caller<sip:caller@example.net>")),
                Arguments.of(
                        "long values in header fields (§3.1.1.7)",
                        ORDINARY.replace("a.1@host", "longreq." + "really".repeat(30) + "longcallid")
                                .replace("tag=a", "tag=12982" + "982".repeat(100) + "424")),
                Arguments.of(
                        "semicolon-separated parameters in the user part (§3.1.1.9)",
                        ORDINARY.replace("sip:user@example.com SIP", "sip:user;par=u%40example.net@example.com SIP")),
                Arguments.of(
                        "varied and unknown transport types (§3.1.1.10)",
                        ORDINARY.replace(
                                "Via: ",
                                "Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bK1\n"
                                        + "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bK2\n"
                                        + "Via: SIP/2.0/UNKNOWN t3.example.com;branch=z9hG4bK3\nVia: ")),
                Arguments.of(
                        "missing transaction identifier (§3.3.1 has the header empty)",
                        ORDINARY.replace(";branch=z9hG4bKx", "")),
                Arguments.of(
                        "IPv6 references (5118 §4)",
                        ORDINARY.replace("sip:user@example.com SIP", "sip:[2001:db8::10]:5070 SIP")
                                .replace("host1.example.com", "[2001:db8::9:1]:5061")
                                .replace("To: sip:user@example.com", "To: <sip:user@[2001:db8::192.0.2.1]>")),
                Arguments.of("no Max-Forwards (RFC 2543)", ORDINARY.replace("Max-Forwards: 70\n", "")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wellFormed")
    void readsAsAnotherParserDoes(String name, String text) throws Exception {
        SipRequest ours = SipParserTest.request(text);
        SIPRequest theirs = (SIPRequest) jain(text);

        assertThat(ours.method()).isEqualTo(theirs.getMethod());
        assertThat(ours.uri()).isEqualToIgnoringCase(theirs.getRequestURI().toString());
        assertThat(ours.callId()).isEqualTo(theirs.getCallId().getCallId());
        assertThat(ours.cseq().number()).isEqualTo(theirs.getCSeq().getSeqNumber());
        assertThat(ours.from().tag()).isEqualTo(Optional.ofNullable(theirs.getFromTag()));
        assertThat(ours.to().tag()).isEqualTo(Optional.ofNullable(theirs.getToTag()));
        assertThat(ours.to().uri())
                .isEqualTo(theirs.getTo().getAddress().getURI().toString());
        assertThat(ours.contacts()).hasSize(count(theirs.getHeaders(ContactHeader.NAME)));
        assertThat(ours.headers().elements("Via")).hasSize(count(theirs.getHeaders(ViaHeader.NAME)));
        assertThat(ours.topVia().branch())
                .isEqualTo(Optional.ofNullable(theirs.getTopmostVia().getBranch()));
    }

    /** RFC 4475 lets a reader infer what some of these mean; we do not: two readers may infer two things. */
    static List<Arguments> malformed() {
        return List.of(
                Arguments.of(
                        "extraneous header field separators (§3.1.2.1)",
                        ORDINARY.replace("example.com;branch", "example.com;;,;,,;branch")),
                Arguments.of("negative Content-Length (§3.1.2.3)", ORDINARY.replace("Length: 0", "Length: -999")),
                Arguments.of(
                        "overlarge CSeq (§3.1.2.4)",
                        ORDINARY.replace("8 OPTIONS\nContent", "36893488147419103232 OPTIONS\nContent")),
                Arguments.of(
                        "unterminated quoted string (§3.1.2.6)",
                        ORDINARY.replace("To: sip:user@example.com", "To: \"Mr. User <sip:user@example.com>")),
                Arguments.of(
                        "angle brackets around the Request-URI (§3.1.2.7)",
                        ORDINARY.replace("sip:user@example.com SIP", "<sip:user@example.com> SIP")),
                Arguments.of(
                        "LWS within the Request-URI (§3.1.2.8)",
                        ORDINARY.replace("sip:user@example.com SIP", "sip:user@example.com; lr SIP")),
                Arguments.of(
                        "multiple SP in the request line (§3.1.2.9)",
                        ORDINARY.replace("sip:user@example.com SIP", " sip:user@example.com  SIP")),
                Arguments.of(
                        "SP at the end of the request line (§3.1.2.10)",
                        ORDINARY.replace("SIP/2.0\nMax", "SIP/2.0 \nMax")),
                Arguments.of(
                        "escaped headers in the Request-URI without value (§3.1.2.11)",
                        ORDINARY.replace("sip:user@example.com SIP", "sip:user@example.com?Route SIP")),
                Arguments.of(
                        "name-addr with a question mark outside brackets (§3.1.2.13)",
                        ORDINARY.replace(
                                "From: sip:caller@example.net", "From: sip:caller@example.net?Route=%3Csip:a%3E")),
                Arguments.of(
                        "spaces within addr-spec (§3.1.2.14)",
                        ORDINARY.replace("To: sip:user@example.com", "To: \"Watson\" < sip:t.watson@example.org >")),
                Arguments.of(
                        "display name that needs quotes (§3.1.2.15)",
                        ORDINARY.replace("To: sip:user@example.com", "To: Bell, Alexander <sip:user@example.com>")),
                Arguments.of("unknown protocol version (§3.1.2.16)", ORDINARY.replace("SIP/2.0\nMax", "SIP/7.0\nMax")),
                Arguments.of("start line and CSeq disagree (§3.1.2.17)", ORDINARY.replace("8 OPTIONS", "8 INVITE")),
                Arguments.of("missing required headers (§3.3.1)", ORDINARY.replace("Call-ID: a.1@host\n", "")),
                Arguments.of(
                        "several values in single-value headers (§3.3.8)",
                        ORDINARY.replace("Call-ID: a.1@host", "Call-ID: a.1@host\nCall-ID: b")),
                Arguments.of(
                        "several Content-Length (§3.3.9)",
                        ORDINARY.replace("Content-Length: 0", "Content-Length: 0\nContent-Length: 50")),
                Arguments.of(
                        "IPv6 reference without brackets (5118 §4.2)",
                        ORDINARY.replace("sip:user@example.com SIP", "sip:2001:db8::10 SIP")),
                Arguments.of(
                        "three colons in an IPv6 reference (5118 §4.6)",
                        ORDINARY.replace("sip:user@example.com SIP", "sip:user@[2001:db8:::192.0.2.1] SIP")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void refusesWhateverAnotherParserInfers(String name, String text) {
        SipParser parser = SipParser.forServer(Limits.DEFAULT);
        byte[] stream = wire(text);
        parser.append(stream, 0, stream.length);

        assertThat(parser.next())
                .hasValueSatisfying(parsed -> assertThat(parsed).isInstanceOf(Parsed.Malformed.class));
    }

    private static SIPMessage jain(String text) throws ParseException {
        return new StringMsgParser().parseSIPMessage(wire(text), true, true, null);
    }

    private static int count(Iterator<?> headers) {
        List<Object> all = new ArrayList<>();
        headers.forEachRemaining(all::add);
        return all.size();
    }

    private static byte[] wire(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }
}
