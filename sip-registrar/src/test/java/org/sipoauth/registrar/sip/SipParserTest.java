package org.sipoauth.registrar.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SipParserTest {
    private static final String HEAD = """
            REGISTER sip:example.com SIP/2.0
            Via: SIP/2.0/TLS 192.0.2.4:5061;branch=z9hG4bK1
            From: <sip:1001@example.com>;tag=a
            To: <sip:1001@example.com>
            Call-ID: 1@192.0.2.4
            CSeq: 1 REGISTER
            """;

    @Test
    void readsRequestInOnePiece() {
        SipRequest request = request(HEAD + "Content-Length: 4\n\nbody");

        assertThat(request.method()).isEqualTo("REGISTER");
        assertThat(request.uri()).isEqualTo("sip:example.com");
        assertThat(request.callId()).isEqualTo("1@192.0.2.4");
        assertThat(request.cseq()).isEqualTo(new CSeq(1, "REGISTER"));
        assertThat(request.from().tag()).contains("a");
        assertThat(request.topVia().branch()).contains("z9hG4bK1");
        assertThat(request.body()).asString(StandardCharsets.UTF_8).isEqualTo("body");
    }

    @Test
    void readsTheSameWhateverThePieces() {
        byte[] stream = wire("\n\n" + HEAD + "Content-Length: 4\n\nbody\n\n" + HEAD + "l:0\n\n");
        List<Parsed> whole = parse(stream, stream.length);

        assertThat(whole)
                .extracting(Object::getClass)
                .isEqualTo(List.of(Parsed.Ping.class, Parsed.Message.class, Parsed.Ping.class, Parsed.Message.class));
        for (int size = 1; size < stream.length; size++) {
            assertThat(parse(stream, size))
                    .hasSize(4)
                    .map(Object::toString)
                    .isEqualTo(whole.stream().map(Object::toString).toList());
        }
    }

    @Test
    void joinsFoldedLinesAndKnowsCompactNames() {
        SipRequest request = request("""
                REGISTER sip:example.com SIP/2.0
                v: SIP/2.0/TLS a.example.com
                  ;branch=z9hG4bK1, SIP / 2.0 / TLS b.example.com:5061
                f : "A, B" <sip:1001@example.com>;tag=a
                t: <sip:1001@example.com>
                i: 1
                cseq: 1\tREGISTER
                m: <sip:1001@192.0.2.4;transport=tls>;+sip.instance="<urn:uuid:1>",
                 <sip:1001@192.0.2.5>
                k: path, outbound
                l: 0

                """);

        assertThat(request.headers().elements("Via"))
                .containsExactly("SIP/2.0/TLS a.example.com ;branch=z9hG4bK1", "SIP / 2.0 / TLS b.example.com:5061");
        assertThat(request.topVia().host()).isEqualTo("a.example.com");
        assertThat(request.from().displayName()).contains("\"A, B\"");
        assertThat(request.contacts()).hasSize(2);
        assertThat(request.contacts().get(0).instance()).contains("urn:uuid:1");
        assertThat(request.headers().elements("Supported")).containsExactly("path", "outbound");
    }

    @Test
    void acceptsEmptyListWhereTheGrammarHasIt() {
        SipRequest request = request(HEAD + "Supported:\nAllow:\nAccept: \nContent-Length: 0\n\n");

        assertThat(request.headers().elements("Supported")).isEmpty();
        assertThat(request.headers().elements("Allow")).isEmpty();
    }

    @Test
    void splitsAtCommasOnlyWhereTheGrammarHasThem() {
        SipRequest request = request(HEAD
                + "Subject: a, b\nDate: Sat, 13 Nov 2010 23:29:00 GMT\nX-Unknown: a, b\nOrganization: a, b\n"
                + "Allow: REGISTER, OPTIONS\nAllow: INVITE\nContent-Length: 0\n\n");

        for (String name : List.of("Subject", "Date", "X-Unknown", "Organization")) {
            assertThat(request.headers().elements(name)).as(name).hasSize(1);
        }
        assertThat(request.headers().elements("Allow")).containsExactly("REGISTER", "OPTIONS", "INVITE");
    }

    @Test
    void readsHeadersInAnyOrder() {
        List<String> fields = new ArrayList<>(HEAD.lines().skip(1).toList());
        fields.add("Content-Length: 0");
        String startLine = HEAD.lines().findFirst().orElseThrow();
        SipRequest straight = request(startLine + "\n" + String.join("\n", fields) + "\n\n");
        for (int turns = 1; turns < fields.size(); turns++) {
            Collections.rotate(fields, 1);
            SipRequest turned = request(startLine + "\n" + String.join("\n", fields) + "\n\n");

            assertThat(JainSip.ours(turned)).isEqualTo(JainSip.ours(straight));
        }
    }

    @Test
    void keepsWhatQuotesHoldAcrossFolds() {
        SipRequest request = request(HEAD + "Contact: \"x\n \t , y\" <sip:1001@192.0.2.4>\nl: 0\n\n");

        assertThat(request.contacts())
                .singleElement()
                .satisfies(
                        contact -> assertThat(contact.address().displayName()).contains("\"x , y\""));
    }

    /** The grammar has it, but other parsers take it for the end of the head. */
    @ParameterizedTest
    @ValueSource(strings = {"Subject: a\n \n", "Subject: a\n\t\n b\n", "Subject:\n \n"})
    void losesStreamAtAFoldedLineOfBlanksAlone(String field) {
        Parsed.Malformed malformed = malformed(HEAD + field + "Content-Length: 0\n\n");

        assertThat(malformed.cause()).isEqualTo(Parsed.Cause.LINE_BREAK);
        assertThat(malformed.streamLost()).isTrue();
        assertThat(malformed.answer("t")).isPresent();
    }

    @Test
    void neverSplitsCredentialsAtCommas() {
        SipRequest request = request(HEAD
                + "Proxy-Authorization: Digest username=\"a\", realm=\"b\"\n"
                + "Proxy-Authorization: Bearer token=\"x.y.z\", realm=\"b\"\n"
                + "Content-Length: 0\n\n");

        assertThat(request.headers().elements("proxy-authorization"))
                .containsExactly("Digest username=\"a\", realm=\"b\"", "Bearer token=\"x.y.z\", realm=\"b\"");
    }

    @Test
    void carriesMultipartBodyUnread() {
        String body = "--x\r\nContent-Length: -5\r\n\r\nREGISTER sip:b SIP/2.0\r\n\r\n--x--\r\n";
        SipParser parser = SipParser.forServer(Limits.DEFAULT);
        byte[] head =
                wire(HEAD + "Content-Type: multipart/mixed;boundary=x\nContent-Length: " + body.length() + "\n\n");
        append(parser, head);
        append(parser, body.getBytes(StandardCharsets.US_ASCII));

        assertThat(parser.next())
                .hasValueSatisfying(
                        parsed -> assertThat(((Parsed.Message) parsed).message().body())
                                .asString(StandardCharsets.US_ASCII)
                                .isEqualTo(body));
        assertThat(parser.next()).isEmpty();
    }

    @Test
    void throwsABodyAwayWhereNobodyReadsIt() {
        String next = HEAD + "Content-Length: 0\n\n";
        byte[] stream = wire(HEAD + "Content-Length: 12\n\nREGISTER sip" + next + "\n\n");
        for (int pieceSize : new int[] {1, 7, stream.length}) {
            List<Parsed> found = parse(SipParser.forServerWithoutBodies(Limits.DEFAULT), stream, pieceSize);

            assertThat(found).hasSize(3).last().isInstanceOf(Parsed.Ping.class);
            assertThat(((Parsed.Message) found.get(0)).message().body()).isEmpty();
        }
    }

    @Test
    void answersAFaultOnceTheBodyNobodyReadsHasCome() {
        SipParser parser = SipParser.forServerWithoutBodies(Limits.DEFAULT);
        append(parser, wire(HEAD.replace("CSeq: 1 REGISTER", "CSeq: 1 INVITE") + "Content-Length: 12\n\nREGISTER"));
        assertThat(parser.next()).isEmpty();

        append(parser, wire(" sip"));
        assertThat(parser.next())
                .hasValueSatisfying(parsed -> assertThat(parsed)
                        .isInstanceOfSatisfying(
                                Parsed.Malformed.class,
                                malformed -> assertThat(malformed.streamLost()).isFalse()));
    }

    @Test
    void holdsNoBodyThatNobodyReads() {
        SipParser parser = SipParser.forServerWithoutBodies(Limits.DEFAULT);
        append(parser, wire(HEAD + "Content-Length: 60000\n\n"));
        assertThat(parser.next()).isEmpty();
        int ofTheHead = parser.heldBytes();
        for (int i = 0; i < 59; i++) {
            append(parser, new byte[1_000]);
            assertThat(parser.next()).isEmpty();
        }

        assertThat(parser.heldBytes()).isLessThanOrEqualTo(ofTheHead);
        append(parser, new byte[1_000]);
        assertThat(parser.next()).isPresent();
        assertThat(parser.heldBytes()).isZero();
    }

    @Test
    void holdsNothingOnceAbandoned() {
        SipParser parser = SipParser.forServer(Limits.DEFAULT);
        append(parser, wire(HEAD));
        assertThat(parser.next()).isEmpty();
        assertThat(parser.heldBytes()).isGreaterThan(HEAD.length());

        parser.abandon();
        append(parser, wire(HEAD));
        assertThat(parser.next()).isEmpty();
        assertThat(parser.heldBytes()).isZero();
    }

    @Test
    void readsResponse() {
        Parsed parsed = only("""
                SIP/2.0 407 Proxy Authentication Required
                Via: SIP/2.0/TLS 192.0.2.4:5061;branch=z9hG4bK1
                From: <sip:1001@example.com>;tag=a
                To: <sip:1001@example.com>;tag=b
                Call-ID: 1
                CSeq: 1 REGISTER
                Proxy-Authenticate: Bearer realm="ccmsipline", authz_server="https://a.example"
                Content-Length: 0

                """);

        SipResponse response = (SipResponse) ((Parsed.Message) parsed).message();
        assertThat(response.status()).isEqualTo(407);
        assertThat(response.reason()).isEqualTo("Proxy Authentication Required");
        assertThat(response.headers().elements("Proxy-Authenticate")).hasSize(1);
    }

    @Test
    void clientSeesPong() {
        SipParser parser = SipParser.forClient(Limits.DEFAULT);
        append(parser, wire("\n"));

        assertThat(parser.next()).contains(new Parsed.Pong());
        assertThat(parser.inMessage()).isFalse();
    }

    @Test
    void ignoresOneLineBreakBeforeAMessage() {
        assertThat(parse(wire("\n" + HEAD + "l: 0\n\n"), 7)).hasOnlyElementsOfType(Parsed.Message.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    Content-Length: 1\\nContent-Length: 1 | Content-Length occurs more than once
                    Content-Length: 1\\nl: 2              | Content-Length occurs more than once
                    Content-Length: -1                    | Content-Length is not a number
                    Content-Length: +1                    | Content-Length is not a number
                    Content-Length: 1 2                   | Content-Length is not a number
                    Content-Length:                       | Content-Length is not a number
                    Subject: none                         | Content-Length is missing
                    """)
    void losesStreamWhenTheEndOfTheMessageIsInDoubt(String field, String reason) {
        Parsed.Malformed malformed = malformed(HEAD + field.replace("\\n", "\n") + "\n\nx");

        assertThat(malformed.reason()).isEqualTo(reason);
        assertThat(malformed.streamLost()).isTrue();
        assertThat(malformed.answer("t")).hasValueSatisfying(answer -> {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.to().tag()).contains("t");
            assertThat(answer.callId()).isEqualTo("1@192.0.2.4");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "To: <sip:b@example.com>",
                "Call-ID: 2",
                "CSeq: 2 REGISTER",
                "Max-Forwards: 256",
                "Max-Forwards: -1",
                "Contact: *, <sip:1001@192.0.2.4>",
                "Contact: <sip:1001@192.0.2.4",
                "Contact: \"open <sip:1001@192.0.2.4>",
                "Contact: <sip:1001@192.0.2.4>;q=2",
                "Contact: <sip:1001@192.0.2.4>;expires=1;Expires=2",
                "Contact: <sip:1001@192.0.2.4>,",
                "Contact: <>",
                "Contact: <sip:1001@192.0.2.4 >",
                "Contact: <sip:1001@ 192.0.2.4>",
                "Contact: <sip:1001@192.0.2.4 :5061>",
                "Contact: <sip:1001@192.0.2.4: 5061>",
                "Contact: Bell, A <sip:1001@192.0.2.4>",
                "Via: SIP/2.0 192.0.2.4",
                "Via: SIP//TLS 192.0.2.4",
                "Via:",
                "Contact:",
                "Require:",
                "Require: a,,b",
                "Require: a/b",
                "Supported: path outbound",
                "Supported: path, \"outbound\"",
                "Proxy-Require: @",
                "Path: <sip:edge.example.com",
                "Path: <sip:edge.example.com>,",
                "Via: ;branch=1",
                "Expires: soon",
                "Expires: 1\nExpires: 1",
                "No colon",
                ": no name",
                "A b: c",
                "Subject: \u0001",
                "Subject: \u007f",
            })
    void refusesFaultyHeaderButGoesOn(String field) {
        byte[] stream = wire(HEAD + field + "\nContent-Length: 4\n\nbody" + HEAD + "Content-Length: 0\n\n");
        List<Parsed> parsed = parse(stream, stream.length);

        assertThat(parsed).hasSize(2);
        assertThat(parsed.get(0)).isInstanceOfSatisfying(Parsed.Malformed.class, malformed -> {
            assertThat(malformed.status()).isEqualTo(400);
            assertThat(malformed.streamLost()).isFalse();
        });
        assertThat(parsed.get(1)).isInstanceOf(Parsed.Message.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Via", "From", "To", "Call-ID", "CSeq"})
    void refusesRequestWithoutRequiredHeader(String name) {
        String without = HEAD.lines()
                .filter(line -> !line.startsWith(name + ":"))
                .reduce("", (text, line) -> text + line + "\n");

        Parsed.Malformed malformed = malformed(without + "Content-Length: 0\n\n");

        assertThat(malformed.reason()).isEqualTo(name + " is missing");
        assertThat(malformed.answer("t")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "REGISTER sip:example.com SIP/3.0, 505",
        "REGISTER  sip:example.com SIP/2.0, 400",
        "REGISTER sip:a b SIP/2.0, 400",
        "REGISTER sip:example.com\t SIP/2.0, 400",
        "'REGISTER sip:example.com SIP/2.0 ', 400",
        "'REGISTER sip:example.com SIP/1.0  ', 505",
        "REGISTER sip: SIP/2.0, 400",
        "REGISTER <sip:example.com> SIP/2.0, 400",
        "REGISTER sip:exa%2mple.com SIP/2.0, 400",
        "REGI\"STER sip:example.com SIP/2.0, 400",
        "OPTIONS sip:example.com SIP/2.0, 400",
    })
    void answersFaultyStartLine(String startLine, int status) {
        Parsed.Malformed malformed =
                malformed(HEAD.replace("REGISTER sip:example.com SIP/2.0", startLine) + "l: 0\n\n");

        assertThat(malformed.status()).isEqualTo(status);
        assertThat(malformed.answer("t")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\n",
                "hello\n",
                " REGISTER sip:example.com SIP/2.0\n",
                "\u0016\u0003\u0001",
                "REGISTER sip:example.com SIP/2.0\n folded: start line\n"
            })
    void closesOnWhatIsNotSip(String text) {
        Parsed.Malformed malformed = malformed(text);

        assertThat(malformed.streamLost()).isTrue();
        assertThat(malformed.answer("t")).isEmpty();
    }

    @Test
    void refusesBareLineFeedAndBareCarriageReturn() {
        byte[] bareLineFeed = (HEAD + "l: 0\n\n").getBytes(StandardCharsets.US_ASCII);
        assertThat(parse(bareLineFeed, 9))
                .singleElement()
                .isInstanceOfSatisfying(
                        Parsed.Malformed.class, m -> assertThat(m.streamLost()).isTrue());

        assertThat(malformed(HEAD + "Subject: a\rTo: b\nl: 0\n\n").streamLost()).isTrue();
        assertThat(malformed("\rX").streamLost()).isTrue();
        assertThat(malformed("\n\rX").streamLost()).isTrue();
    }

    @Test
    void neverTakesControlCharacterInStartLine() {
        Parsed.Malformed malformed =
                malformed(HEAD.replace("sip:example.com SIP", "sip:exa\\\u0007mple.com SIP") + "l: 0\n\n");

        assertThat(malformed.cause()).isEqualTo(Parsed.Cause.CHARACTER);
    }

    @Test
    void answersOtherVersionsToTheirOwnVia() {
        Parsed.Malformed malformed = malformed(HEAD.replace("SIP/2.0", "SIP/7.0") + "l: 0\n\n");

        assertThat(malformed.cause()).isEqualTo(Parsed.Cause.VERSION);
        assertThat(malformed.answer("t"))
                .hasValueSatisfying(answer -> assertThat(
                                answer.receivedFrom("192.0.2.4", 40000).topVia())
                        .hasToString("SIP/7.0/TLS 192.0.2.4:5061;branch=z9hG4bK1"));
    }

    @Test
    void neverAnswersWithCharactersThatItRefuses() {
        assertThat(malformed(HEAD.replace("Call-ID: 1", "Call-ID: \u0001") + "l: 0\n\n")
                        .answer("t"))
                .isEmpty();
        assertThat(malformed(HEAD.replace("tag=a", "tag=a\n ;x=\"\u007f\"") + "l: 0\n\n")
                        .answer("t"))
                .isEmpty();
        assertThat(malformed(HEAD + "Subject: \u0001\nl: 0\n\n").answer("t")).isPresent();

        byte[] latin1 = wire(HEAD.replace("tag=a", "tag=a;x=\"@\"") + "l: 0\n\n");
        latin1[new String(latin1, StandardCharsets.ISO_8859_1).indexOf("\"@") + 1] = (byte) 0xe9;
        assertThat(parse(latin1, latin1.length))
                .singleElement()
                .isInstanceOfSatisfying(
                        Parsed.Malformed.class,
                        malformed -> assertThat(malformed.answer("t")).isEmpty());
    }

    @Test
    void cannotAnswerWhoseViaItCannotRead() {
        assertThat(malformed(HEAD.replace("SIP/2.0/TLS", "SIP/2.0") + "l: 0\n\n")
                        .answer("t"))
                .isEmpty();
    }

    /** Else a few kilobytes would keep a core busy. */
    @Test
    void readsThousandsOfParametersAndRefusesOneTwice() {
        StringBuilder parameters = new StringBuilder();
        for (int i = 0; i < 1_500; i++) {
            parameters.append(";p").append(Integer.toString(i, 36));
        }
        SipRequest request = request(HEAD + "Contact: <sip:a@192.0.2.4>" + parameters + "\nl: 0\n\n");

        assertThat(request.contacts().get(0).parameters()).hasToString(parameters.toString());
        assertThat(malformed(HEAD + "Contact: <sip:a@192.0.2.4>" + parameters + ";P0\nl: 0\n\n")
                        .reason())
                .isEqualTo("parameter occurs twice");
    }

    @Test
    void neverAnswersAck() {
        Parsed.Malformed malformed =
                malformed(HEAD.replace("REGISTER", "ACK") + "Max-Forwards: x\nContent-Length: 0\n\n");

        assertThat(malformed.answer("t")).isEmpty();
    }

    @Test
    void holdsEveryLimit() {
        Limits limits = new Limits(200, 700, 8, 16);

        assertThat(refused(limits, "REGISTER sip:" + "a".repeat(300))).isEqualTo("line too long");
        assertThat(refused(limits, HEAD + "S: " + "a".repeat(300))).isEqualTo("line too long");
        assertThat(refused(limits, HEAD + "S: a\n" + (" " + "a".repeat(90) + "\n").repeat(3)))
                .isEqualTo("line too long");
        assertThat(refused(limits, HEAD + ("S: " + "a".repeat(190) + "\n").repeat(3)))
                .isEqualTo("head too long");
        assertThat(refused(limits, HEAD + ("S: " + "a".repeat(190) + "\n").repeat(2) + "S: " + "a".repeat(300)))
                .isEqualTo("head too long"); // whether the line comes in one piece or not
        assertThat(refused(limits, HEAD + "S: a\n".repeat(5))).isEqualTo("too many header fields");
        assertThat(refused(limits, HEAD + "Content-Length: 17\n\n")).isEqualTo("body too long");
        assertThat(refused(limits, HEAD + "Content-Length: 99999999999999999999\n\n"))
                .isEqualTo("body too long");
        assertThat(parse(limits, wire(HEAD + "Content-Length: 16\n\n0123456789abcdef"), 5))
                .hasOnlyElementsOfType(Parsed.Message.class);
    }

    @Test
    void staysSilentOnceTheStreamIsLost() {
        SipParser parser = SipParser.forServer(Limits.DEFAULT);
        append(parser, wire("hello\n" + HEAD + "l: 0\n\n"));

        assertThat(parser.next()).isPresent();
        append(parser, wire(HEAD + "l: 0\n\n"));
        assertThat(parser.next()).isEmpty();
        assertThat(parser.inMessage()).isFalse();
    }

    @Test
    void anyBytesGiveAValue() {
        Random random = new Random(42);
        byte[] good = wire(HEAD + "Contact: \"a\" <sip:1001@192.0.2.4;x=y>;expires=5;q=0.5\nContent-Length: 4\n\nbody");
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = good.clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            for (Parsed parsed : parse(bytes, 1 + random.nextInt(bytes.length))) {
                if (parsed instanceof Parsed.Malformed malformed) {
                    malformed.answer("t").ifPresent(SipPrinter::print);
                }
            }
        }
    }

    @Test
    void printsWhatItReads() {
        byte[] stream = wire(HEAD + "Contact: <sip:1001@192.0.2.4>;+sip.instance=\"<urn:uuid:1>\"\n"
                + "X-Unknown: ü\nContent-Length: 4\n\nbody");
        SipMessage message = ((Parsed.Message) parse(stream, stream.length).get(0)).message();

        assertThat(SipPrinter.print(message)).isEqualTo(stream);
    }

    static SipRequest request(String text) {
        return (SipRequest) ((Parsed.Message) only(text)).message();
    }

    private static Parsed only(String text) {
        byte[] stream = wire(text);
        List<Parsed> parsed = parse(stream, stream.length);
        assertThat(parsed).hasSize(1);
        return parsed.get(0);
    }

    private static Parsed.Malformed malformed(String text) {
        assertThat(only(text)).isInstanceOf(Parsed.Malformed.class);
        return (Parsed.Malformed) only(text);
    }

    private static String refused(Limits limits, String text) {
        byte[] stream = wire(text);
        Set<String> reasons = new HashSet<>();
        for (int pieceSize : new int[] {1, 11, stream.length}) {
            List<Parsed> parsed = parse(limits, stream, pieceSize);
            assertThat(parsed).hasSize(1).hasOnlyElementsOfType(Parsed.Malformed.class);
            reasons.add(((Parsed.Malformed) parsed.get(0)).reason());
        }
        assertThat(reasons).hasSize(1);
        return reasons.iterator().next();
    }

    static List<Parsed> parse(byte[] stream, int pieceSize) {
        return parse(SipParser.forServer(Limits.DEFAULT), stream, pieceSize);
    }

    private static List<Parsed> parse(Limits limits, byte[] stream, int pieceSize) {
        return parse(SipParser.forServer(limits), stream, pieceSize);
    }

    static List<Parsed> parse(SipParser parser, byte[] stream, int pieceSize) {
        List<Parsed> found = new ArrayList<>();
        for (int at = 0; at < stream.length; at += pieceSize) {
            parser.append(stream, at, Math.min(pieceSize, stream.length - at));
            for (Optional<Parsed> parsed = parser.next(); parsed.isPresent(); parsed = parser.next()) {
                found.add(parsed.get());
            }
        }
        return found;
    }

    private static void append(SipParser parser, byte[] bytes) {
        parser.append(bytes, 0, bytes.length);
    }

    private static byte[] wire(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }
}
