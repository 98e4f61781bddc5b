package org.sipoauth.registrar.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sipoauth.registrar.TestTokens;

/**
 * The test messages of RFC 4475 and RFC 5118, in {@code torture/}: what becomes of each on a connection, and where another
 * parser, JAIN-SIP's, differs. The README there says what the two tables hold.
 */
class TortureTest {
    /** A line of {@code expected.txt}. */
    private record Expected(String message, String outcome, String withToken) {
        @Override
        public String toString() {
            return message;
        }
    }

    static List<Expected> expected() throws Exception {
        return lines("expected.txt", 4).stream()
                .map(cells -> new Expected(cells.get(0), cells.get(1), cells.get(2)))
                .toList();
    }

    /** The messages alone. */
    static List<Arguments> messages() throws Exception {
        List<Arguments> messages = new ArrayList<>();
        for (Expected expected : expected()) {
            messages.add(Arguments.of((Object) bytes(expected)));
        }
        return messages;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("expected")
    void becomesOfItWhatTheTableSays(Expected expected) throws Exception {
        byte[] message = bytes(expected);

        assertThat(outcome(message, message.length)).isEqualTo(expected.outcome());
        assertThat(withToken(message)).isEqualTo(expected.withToken());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("expected")
    void becomesTheSameOfItByteByByte(Expected expected) throws Exception {
        assertThat(outcome(bytes(expected), 1)).isEqualTo(expected.outcome());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("expected")
    void printsWhatItAcceptsSoThatItReadsTheSame(Expected expected) throws Exception {
        Optional<SipMessage> accepted = firstMessage(bytes(expected));
        if (accepted.isPresent()) {
            byte[] printed = SipPrinter.print(accepted.get());
            assertThat(firstMessage(printed))
                    .hasValueSatisfying(
                            again -> assertThat(SipPrinter.print(again)).isEqualTo(printed));
        }
    }

    /** Every difference is in the table, and every line of the table is a difference. */
    @Test
    void jainSipMakesTheSameOfThemButForTheDifferencesExplained() throws Exception {
        Map<String, String> explained = new LinkedHashMap<>();
        for (List<String> cells : lines("jain-sip.txt", 3)) {
            assertThat(explained.put(cells.get(0), cells.get(1))).isNull();
        }
        Map<String, String> found = new LinkedHashMap<>();
        for (Expected expected : expected()) {
            difference(bytes(expected)).ifPresent(difference -> found.put(expected.message(), difference));
        }

        assertThat(found).containsExactlyInAnyOrderEntriesOf(explained);
    }

    @Test
    void everyMessageIsInTheTable() throws Exception {
        Path folder = folder();
        try (Stream<Path> files = Files.walk(folder, 2)) {
            assertThat(files.filter(file ->
                                    file.getParent().getFileName().toString().startsWith("rfc"))
                            .map(file -> folder.relativize(file).toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            expected().stream().map(Expected::message).toList());
        }
    }

    /** The second column of {@code expected.txt}. */
    private static String outcome(byte[] stream, int pieceSize) {
        SipParser parser = SipParser.forServer(Limits.DEFAULT);
        List<String> outcomes = new ArrayList<>();
        for (Parsed parsed : SipParserTest.parse(parser, stream, pieceSize)) {
            if (parsed instanceof Parsed.Message message) {
                outcomes.add(
                        message.message() instanceof SipRequest request
                                ? TestRegistrar.answer(request)
                                        .map(answer -> Integer.toString(answer.status()))
                                        .orElse("unanswered")
                                : "taken");
            } else if (parsed instanceof Parsed.Malformed malformed) {
                String status = malformed
                        .answer("t")
                        .map(answer ->
                                " " + answer.receivedFrom("192.0.2.4", 40000).status())
                        .orElse("");
                outcomes.add((malformed.streamLost() ? "ends" : "refused") + status);
            } else {
                outcomes.add(parsed.toString());
            }
        }
        if (parser.inMessage()) {
            outcomes.add("waits");
        }
        return String.join(", ", outcomes);
    }

    /** The third column: what a REGISTER is answered when it brings a token for the address in its To. */
    private static String withToken(byte[] stream) {
        Optional<SipMessage> first = firstMessage(stream);
        if (first.isEmpty()
                || !(first.get() instanceof SipRequest request)
                || !request.method().equals("REGISTER")) {
            return "-";
        }
        TestTokens token = TestTokens.valid(TestRegistrar.NOW);
        request.to()
                .sipUri()
                .flatMap(TestRegistrar.DOMAIN::addressOfRecord)
                .ifPresent(aor -> token.with("aor", List.of(aor)));
        SipResponse answer = TestRegistrar.answer(SipRequest.of(
                        request.method(),
                        request.uri(),
                        request.headers().plus("Authorization", "Bearer " + token.compact()),
                        request.body()))
                .orElseThrow();
        if (answer.status() == 200) {
            assertThat(answer.contacts())
                    .map(Contact::uri)
                    .containsExactlyElementsOf(
                            request.contacts().stream().map(Contact::uri).toList());
        }
        return Integer.toString(answer.status());
    }

    /** The second column of {@code jain-sip.txt}; empty where both parsers make the same of the first message. */
    private static Optional<String> difference(byte[] stream) {
        Optional<Map<String, String>> ours = firstMessage(stream).map(JainSip::ours);
        Optional<Map<String, String>> theirs = JainSip.read(stream);
        if (ours.isPresent() != theirs.isPresent()) {
            return Optional.of(theirs.isPresent() ? "accepts" : "refuses");
        }
        List<String> otherwise = ours.orElse(Map.of()).keySet().stream()
                .filter(name -> !ours.get().get(name).equals(theirs.get().get(name)))
                .toList();
        return otherwise.isEmpty() ? Optional.empty() : Optional.of("reads otherwise: " + String.join(", ", otherwise));
    }

    private static Optional<SipMessage> firstMessage(byte[] stream) {
        List<Parsed> parsed = SipParserTest.parse(stream, stream.length);
        return !parsed.isEmpty() && parsed.get(0) instanceof Parsed.Message first
                ? Optional.of(first.message())
                : Optional.empty();
    }

    private static byte[] bytes(Expected expected) throws Exception {
        return Files.readAllBytes(folder().resolve(expected.message()));
    }

    private static List<List<String>> lines(String table, int columns) throws Exception {
        List<List<String>> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder().resolve(table))) {
            if (!line.startsWith("#")) {
                List<String> cells =
                        Stream.of(line.split("\\|", -1)).map(String::strip).toList();
                assertThat(cells).as(line).hasSize(columns).doesNotContain("");
                lines.add(cells);
            }
        }
        return lines;
    }

    private static Path folder() throws URISyntaxException {
        return Path.of(
                Objects.requireNonNull(TortureTest.class.getResource("torture")).toURI());
    }
}
