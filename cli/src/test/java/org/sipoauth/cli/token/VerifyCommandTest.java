package org.sipoauth.cli.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.TestHttpsServer;
import org.sipoauth.cli.TestPki;
import org.sipoauth.cli.TestTokens;

class VerifyCommandTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final long EXP = NOW.plus(HOUR).getEpochSecond();

    @TempDir
    private Path folder;

    private final TestTokens tokens = new TestTokens();
    private Path jwks;

    @BeforeEach
    void publishKeys() throws IOException {
        jwks = Files.writeString(folder.resolve("jwks.json"), tokens.publicJwkSet());
    }

    @Test
    void acceptsWithSubjectAndExpiry() {
        CommandRun run = verify(tokens.token("alice", NOW, HOUR) + "\n");

        assertThat(run.out()).isEqualTo("accepted alice " + EXP + "\n");
        assertThat(run.exit()).isZero();
    }

    @Test
    void rejectsWithTheReasonOnItsLine() {
        String good = tokens.token("alice", NOW, HOUR);
        String forged = new TestTokens().token("alice", NOW, HOUR);
        String elsewhere = tokens.token("alice", "sip:example.net", NOW, HOUR);

        CommandRun run = verify(String.join("\n", good, forged, "nonsense", elsewhere, good));

        assertThat(run.out().lines())
                .containsExactly(
                        "accepted alice " + EXP,
                        "rejected BAD_SIGNATURE",
                        "rejected MALFORMED",
                        "rejected WRONG_AUDIENCE",
                        "accepted alice " + EXP);
        assertThat(run.exit()).isEqualTo(1);
    }

    @Test
    void acceptsOneSecondBeforeExpiryAndNotAtIt() {
        String token = tokens.token("alice", NOW, HOUR);

        assertThat(verify(token, "--now", Long.toString(EXP - 1)).out()).startsWith("accepted");
        assertThat(verify(token, "--now", Long.toString(EXP)).out()).isEqualTo("rejected EXPIRED\n");
    }

    @Test
    void clockToleranceMovesTheEnd() {
        String token = tokens.token("alice", NOW, HOUR);

        assertThat(verify(token, "--now", Long.toString(EXP + 29), "--clock-tolerance", "30")
                        .exit())
                .isZero();
        assertThat(verify(token, "--now", Long.toString(EXP + 30), "--clock-tolerance", "30")
                        .exit())
                .isEqualTo(1);
    }

    @Test
    void skipsBlankLinesAndSpaceAroundTokens() {
        String token = tokens.token("alice", NOW, HOUR);

        CommandRun run = verify("\n  \r\n\t" + token + " \r\n\n" + token);

        assertThat(run.out().lines()).hasSize(2).allMatch(line -> line.startsWith("accepted"));
        assertThat(run.exit()).isZero();
    }

    @Test
    void noTokenIsNotAllAccepted() {
        CommandRun run = verify(" \n\n");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("no token");
    }

    @Test
    void aLineWithoutEndIsOneRejectionAndHeldInPart() {
        String token = tokens.token("alice", NOW, HOUR);
        InputStream input = new Repeated('A', 64L * 1024 * 1024, ("\n" + token).getBytes(StandardCharsets.US_ASCII));

        CommandRun run = verify(input);

        assertThat(run.out().lines()).containsExactly("rejected MALFORMED", "accepted alice " + EXP);
    }

    @Test
    void aTokenCutAtTheLimitIsNotTakenForAWholeOne() {
        String token = tokens.token("alice", NOW, HOUR);
        String tooLong = token + "A".repeat(8 * 1024);

        assertThat(verify(tooLong).out()).isEqualTo("rejected MALFORMED\n");
    }

    @Test
    void aSubjectCannotForgeALine() {
        String token = tokens.token("alice 99\naccepted bob", NOW, HOUR);

        assertThat(verify(token).out()).isEqualTo("accepted alice\\u002099\\u000aaccepted\\u0020bob " + EXP + "\n");
    }

    @Test
    void saysWhenThereAreNoKeys() throws IOException {
        assertThat(run(
                                InputStream.nullInputStream(),
                                folder.resolve("none.json").toString(),
                                List.of())
                        .exit())
                .isEqualTo(3);
        Files.writeString(jwks, "{\"keys\":[]}");
        CommandRun run = verify(tokens.token("alice", NOW, HOUR));
        assertThat(run.exit()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("cannot use the JWK Set");
    }

    @Test
    void fetchesKeysAndSavesThemForLater() throws IOException {
        TestPki pki = TestPki.in(folder.resolve("pki"));
        Path saved = folder.resolve("saved.json");
        byte[] published = tokens.publicJwkSet().getBytes(StandardCharsets.UTF_8);
        String token = tokens.token("alice", NOW, HOUR);
        String address;
        try (TestHttpsServer server = new TestHttpsServer(pki)) {
            server.on("/jwks", exchange -> {
                exchange.sendResponseHeaders(200, published.length);
                exchange.getResponseBody().write(published);
            });
            address = server.address() + "/jwks";
            List<String> options = List.of("--trust", pki.authority().toString(), "--save-jwks", saved.toString());
            assertThat(run(stream(token), address, options).out()).startsWith("accepted alice");
            assertThat(run(stream(token), server.address() + "/none", options).exit())
                    .isEqualTo(3);
            assertThat(run(stream(token), address, List.of()).err()).contains("not trusted (see --trust)");
        }

        assertThat(run(stream(token), saved.toString(), List.of()).out()).startsWith("accepted alice");
        assertThat(run(stream(token), address, List.of()).err()).contains("connection refused");
    }

    @Test
    void fetchesKeysByHttpsOnly() {
        CommandRun run = run(InputStream.nullInputStream(), "http://as.example.com/jwks", List.of());

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("only https");
    }

    @Test
    void refusesExpectationsThatCannotBe() {
        assertThat(verify("", "--clock-tolerance", "301").exit()).isEqualTo(2);
        assertThat(verify("", "--clock-tolerance", "-1").exit()).isEqualTo(2);
        assertThat(verify("", "--now", "today").exit()).isEqualTo(2);
        assertThat(verify("", "--now", Long.toString(Long.MAX_VALUE)).exit()).isEqualTo(2);
        assertThat(CommandRun.of(command(InputStream.nullInputStream()), "verify", "--jwks", "x")
                        .exit())
                .isEqualTo(2);
    }

    private CommandRun verify(String input, String... options) {
        return run(stream(input), jwks.toString(), List.of(options));
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private CommandRun verify(InputStream input) {
        return run(input, jwks.toString(), List.of());
    }

    private static CommandRun run(InputStream input, String keys, List<String> options) {
        List<String> args = new ArrayList<>(List.of("verify", "--jwks", keys));
        args.addAll(List.of("--issuer", TestTokens.ISSUER, "--audience", TestTokens.AUDIENCE));
        args.addAll(options);
        return CommandRun.of(command(input), args.toArray(String[]::new));
    }

    private static VerifyCommand command(InputStream input) {
        return new VerifyCommand(InstantSource.fixed(NOW), input);
    }

    /** So many times one octet, then an ending. */
    private static final class Repeated extends InputStream {
        private final int octet;
        private long left;
        private final ByteArrayInputStream ending;

        Repeated(int octet, long times, byte[] ending) {
            this.octet = octet;
            this.left = times;
            this.ending = new ByteArrayInputStream(ending);
        }

        @Override
        public int read() {
            return left-- > 0 ? octet : ending.read();
        }
    }
}
