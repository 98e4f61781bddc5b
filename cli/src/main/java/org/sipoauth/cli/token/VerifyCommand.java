package org.sipoauth.cli.token;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.NetworkTrouble;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Verifies tokens as a registrar does, with the same library, one a line. */
@Command(
        name = "verify",
        description = {
            "Verifies access tokens as a registrar does: reads compact tokens from standard input, one a line, and"
                    + " prints a line for each: \"accepted <sub> <exp>\" (exp in seconds since 1970) or"
                    + " \"rejected <REASON>\".",
            "Blank lines are skipped. The keys are read once, at the start."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:there was at least one token, and every one was accepted",
            "1:at least one token was rejected, or standard input held none",
            "2:wrong usage",
            "3:the keys could not be read; no token was looked at"
        })
public final class VerifyCommand implements Callable<Integer> {
    private static final int NO_KEYS = 3;
    private static final int LINES_A_FLUSH = 1000;
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(15);

    private final InstantSource clock;
    private final InputStream input;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--jwks",
            required = true,
            paramLabel = "FILE|URL",
            description = "The issuer's JWK Set: a file, or an https address such as https://host:8443/oauth2/jwks.")
    private String jwks;

    @Option(
            names = "--save-jwks",
            paramLabel = "FILE",
            description = "Also write the JWK Set to this file, to verify later without the network: --jwks FILE.")
    private @Nullable Path saveJwks;

    @Option(
            names = "--issuer",
            required = true,
            paramLabel = "ISSUER",
            description = "The one issuer to accept, exactly as tokens write it.")
    private String issuer;

    @Option(
            names = "--audience",
            required = true,
            paramLabel = "AUDIENCE",
            description = "The audience that tokens must name, such as sip:example.com.")
    private String audience;

    @Option(
            names = "--now",
            paramLabel = "SECONDS",
            description = "Verify as if it were this second since 1970, rather than now.")
    private @Nullable Long now;

    @Option(
            names = "--clock-tolerance",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "How far the issuer's clock may differ, at most 300 (default: ${DEFAULT-VALUE}).")
    private long clockToleranceSeconds;

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = "Certificate authorities to trust for an https address, in place of this Java's own.")
    private @Nullable Path trust;

    public VerifyCommand(InstantSource clock, InputStream input) {
        this.clock = clock;
        this.input = input;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Expectations expectations = expectations();
        InstantSource time = time();
        return verifyAll(TokenVerifier.builder(expectations, keys()).clock(time).build());
    }

    private int verifyAll(TokenVerifier verifier) throws IOException {
        TokenLines tokens = new TokenLines(input);
        PrintWriter out = spec.commandLine().getOut();
        long count = 0;
        boolean allAccepted = true;
        for (Optional<String> token = tokens.next(); token.isPresent(); token = tokens.next()) {
            Verdict verdict = verifier.verify(token.get());
            count++;
            allAccepted &= verdict instanceof Verdict.Accepted;
            out.print(line(verdict) + "\n");
            boolean flush = tokens.wouldWait() || count % LINES_A_FLUSH == 0;
            if (flush && out.checkError()) {
                return ExitCodes.NO; // nobody reads our lines any more
            }
        }
        if (out.checkError()) {
            return ExitCodes.NO;
        }
        if (count == 0) {
            spec.commandLine().getErr().println("sipoauth: standard input held no token");
        }
        return count > 0 && allAccepted ? ExitCodes.OK : ExitCodes.NO;
    }

    private static String line(Verdict verdict) {
        if (verdict instanceof Verdict.Accepted accepted) {
            return "accepted " + Printable.word(accepted.token().subject()) + " "
                    + accepted.token().expiresAt().getEpochSecond();
        }
        return "rejected " + ((Verdict.Rejected) verdict).reason();
    }

    private Expectations expectations() {
        try {
            return new Expectations(issuer, audience, Duration.ofSeconds(clockToleranceSeconds));
        } catch (IllegalArgumentException unusable) {
            throw new ParameterException(spec.commandLine(), unusable.getMessage());
        }
    }

    private InstantSource time() {
        try {
            return now == null ? clock : InstantSource.fixed(Instant.ofEpochSecond(now));
        } catch (DateTimeException beyond) {
            throw new ParameterException(spec.commandLine(), "--now: beyond the calendar");
        }
    }

    private KeySource keys() throws InterruptedException {
        try {
            String document = jwks.contains("://") ? fetch(URI.create(jwks)) : Files.readString(Path.of(jwks));
            KeySource keys = KeySource.fixed(document);
            if (saveJwks != null) {
                Files.writeString(saveJwks, document);
            }
            return keys;
        } catch (IOException failed) {
            throw new CommandFailure(
                    NO_KEYS,
                    "cannot read or save the JWK Set " + jwks + ": " + NetworkTrouble.inWords(failed),
                    "Check the names, and --trust if it is an https address.");
        } catch (IllegalArgumentException unusable) {
            throw new CommandFailure(
                    NO_KEYS,
                    "cannot use the JWK Set " + jwks + ": " + unusable.getMessage(),
                    "It must be the issuer's published keys, as its jwks_uri serves them.");
        }
    }

    private String fetch(URI address) throws IOException, InterruptedException {
        if (!"https".equalsIgnoreCase(address.getScheme())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--jwks: only https is fetched, for whoever can change the keys can sign tokens");
        }
        HttpsClient.Answer answer =
                new HttpsClient(Trust.context(Optional.ofNullable(trust)), FETCH_TIMEOUT).get(address, Map.of());
        if (answer.status() != 200) {
            throw new IOException("the server answered " + answer.status());
        }
        return answer.body();
    }
}
