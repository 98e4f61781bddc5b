package org.sipoauth.registrar.sip;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.provider.MethodSource;
import org.sipoauth.registrar.TestTokens;

/**
 * Inputs found by Jazzer, which watches what code each reaches. The tests run those kept in {@code FuzzITInputs} and the
 * RFCs' torture messages; with {@code JAZZER_FUZZ=1} one of them looks for more, for three minutes: the command is in
 * {@code benchmarks/README.md}.
 */
class FuzzIT {
    /** So small that inputs of a few hundred bytes reach them. */
    private static final Limits NARROW = new Limits(120, 500, 8, 40);

    /** For what grows when it is printed: compact names are written out. */
    private static final Limits WIDE = new Limits(64 * 1024, 1024 * 1024, 1024, 64 * 1024);

    private static final String TOKEN = TestTokens.valid(TestRegistrar.NOW).compact();

    /** Any bytes are read or refused, and the same however the stream is cut. */
    @DictionaryFile(resourcePath = "sip.dict")
    @MethodSource("org.sipoauth.registrar.sip.TortureTest#messages")
    @FuzzTest(maxDuration = "3m")
    void anyBytesAreReadTheSameInAnyPieces(byte[] stream) {
        for (Limits limits : List.of(Limits.DEFAULT, NARROW)) {
            List<String> whole = found(SipParser.forServer(limits), stream, stream.length);
            List<String> withoutBodies = found(SipParser.forServerWithoutBodies(limits), stream, stream.length);
            List<String> client = found(SipParser.forClient(limits), stream, stream.length);
            for (int pieceSize : new int[] {1, 2, 3, 7, 64}) {
                assertThat(found(SipParser.forServer(limits), stream, pieceSize))
                        .isEqualTo(whole);
                assertThat(found(SipParser.forServerWithoutBodies(limits), stream, pieceSize))
                        .isEqualTo(withoutBodies);
                assertThat(found(SipParser.forClient(limits), stream, pieceSize))
                        .isEqualTo(client);
            }
        }
    }

    /** What is accepted prints as what reads the same; what is refused is answered with what reads, or not at all. */
    @DictionaryFile(resourcePath = "sip.dict")
    @MethodSource("org.sipoauth.registrar.sip.TortureTest#messages")
    @FuzzTest(maxDuration = "3m")
    void whatIsPrintedReadsTheSame(byte[] stream) {
        for (Parsed parsed : SipParserTest.parse(stream, stream.length)) {
            if (parsed instanceof Parsed.Message message) {
                requireReadsTheSame(message.message());
            } else if (parsed instanceof Parsed.Malformed malformed) {
                malformed.answer("t").ifPresent(answer -> requireReadsTheSame(answer.receivedFrom("192.0.2.4", 40000)));
            }
        }
    }

    /** Whatever request is accepted gets an answer that reads, with a token and without, and never a fault of ours. */
    @DictionaryFile(resourcePath = "sip.dict")
    @MethodSource("org.sipoauth.registrar.sip.TortureTest#messages")
    @FuzzTest(maxDuration = "3m")
    void everyRequestIsAnswered(byte[] stream) {
        for (Parsed parsed : SipParserTest.parse(stream, stream.length)) {
            if (parsed instanceof Parsed.Message message && message.message() instanceof SipRequest request) {
                SipRequest authorized = SipRequest.of(
                        request.method(),
                        request.uri(),
                        request.headers().plus("Authorization", "Bearer " + TOKEN),
                        request.body());
                for (SipRequest asked : List.of(request, authorized)) {
                    Optional<SipResponse> answer = TestRegistrar.answer(asked);
                    assertThat(answer.isPresent()).isEqualTo(!asked.method().equals("ACK"));
                    answer.ifPresent(FuzzIT::requireReadsTheSame);
                }
            }
        }
    }

    /** Of what we and JAIN-SIP's parser accept, both read the same; what one of them refuses is no danger. */
    @DictionaryFile(resourcePath = "sip.dict")
    @MethodSource("org.sipoauth.registrar.sip.TortureTest#messages")
    @FuzzTest(maxDuration = "3m")
    void bothReadTheSame(byte[] stream) {
        List<Parsed> parsed = SipParserTest.parse(stream, stream.length);
        if (!parsed.isEmpty() && parsed.get(0) instanceof Parsed.Message first) {
            Map<String, String> ours = JainSip.ours(first.message());
            JainSip.read(stream).ifPresent(theirs -> assertThat(theirs).isEqualTo(ours));
        }
    }

    private static void requireReadsTheSame(SipMessage message) {
        byte[] printed = SipPrinter.print(message);
        List<Parsed> again = SipParserTest.parse(SipParser.forServer(WIDE), printed, printed.length);
        assertThat(again).singleElement().isInstanceOfSatisfying(Parsed.Message.class, read -> {
            assertThat(JainSip.ours(read.message())).isEqualTo(JainSip.ours(message));
            assertThat(SipPrinter.print(read.message())).isEqualTo(printed);
        });
    }

    private static List<String> found(SipParser parser, byte[] stream, int pieceSize) {
        List<String> found = new ArrayList<>();
        for (Parsed parsed : SipParserTest.parse(parser, stream, pieceSize)) {
            found.add(
                    parsed instanceof Parsed.Message message
                            ? new String(SipPrinter.print(message.message()), StandardCharsets.ISO_8859_1)
                            : parsed.toString());
        }
        found.add(parser.inMessage() ? "in a message" : "between messages");
        return found;
    }
}
