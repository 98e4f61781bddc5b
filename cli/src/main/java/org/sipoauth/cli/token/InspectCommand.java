package org.sipoauth.cli.token;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.console.Times;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows a token in plain words. It never says that a token is valid: it has no keys to tell. */
@Command(
        name = "inspect",
        description = {
            "Shows what a token says, in plain words. Does not verify it: that is \"sipoauth verify\".",
            "Prefer standard input: what stands on a command line is seen by every user of the machine."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:the token was shown, which says nothing about its validity", "1:not a token", "2:wrong usage"
        })
public final class InspectCommand implements Callable<Integer> {
    private static final int LONGEST_INPUT = 64 * 1024;

    /** Known names first and in this order, each with the words a person reads; the others follow by their own names. */
    private static final Map<String, String> HEADER_WORDS = words("typ", "type", "alg", "algorithm", "kid", "key id");

    private static final Map<String, String> CLAIM_WORDS = words(
            "iss", "issuer",
            "sub", "subject",
            "aud", "audience",
            "client_id", "client",
            "device_name", "device",
            "aor", "may register",
            "scope", "scope",
            "iat", "issued at",
            "nbf", "valid from",
            "exp", "expires at",
            "auth_time", "signed in at",
            "jti", "token id");

    private final InstantSource clock;
    private final InputStream input;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "TOKEN",
            description = "The token in compact form; read from standard input if absent or \"-\".")
    private @Nullable String token;

    public InspectCommand(InstantSource clock, InputStream input) {
        this.clock = clock;
        this.input = input;
    }

    @Override
    public Integer call() throws IOException {
        String compact = token == null || token.equals("-") ? readToken() : token;
        try {
            show(compact, UnverifiedToken.parse(compact));
            return ExitCodes.OK;
        } catch (UnverifiedToken.NotAToken broken) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "not a token: " + broken.getMessage(),
                    "Give the whole token in compact form: three base64url parts joined by dots, on one line.");
        }
    }

    private String readToken() throws IOException {
        byte[] bytes = input.readNBytes(LONGEST_INPUT + 1);
        if (bytes.length > LONGEST_INPUT) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "not a token: standard input holds more than " + LONGEST_INPUT + " bytes",
                    "For many tokens use \"sipoauth verify\", which reads one a line.");
        }
        List<String> lines = new String(bytes, StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (lines.size() != 1) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    "standard input holds " + (lines.isEmpty() ? "no token" : lines.size() + " lines of text"),
                    "Give one token on one line.");
        }
        return lines.get(0);
    }

    private void show(String compact, UnverifiedToken unverified) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("NOT VERIFIED: this is only what the token says about itself. Anyone can write such a text;");
        out.println("\"sipoauth verify\" checks the signature, issuer, audience and time.");
        out.println();
        boolean signed = unverified.claims().isPresent();
        out.printf("%s, %d characters%n", signed ? "Signed token (JWS)" : "Encrypted token (JWE)", compact.length());
        section(out, "Header", HEADER_WORDS, unverified.header().members());
        unverified.claims().ifPresentOrElse(claims -> section(out, "Claims", CLAIM_WORDS, claims.members()), () -> {
            out.println();
            out.println("The claims are encrypted: they cannot be shown without the key.");
        });
        if (signed) {
            out.println();
            out.printf("Signature: %d bytes, not checked%n", unverified.signatureBytes());
        }
    }

    private void section(
            PrintWriter out, String title, Map<String, String> words, Map<String, @Nullable Object> members) {
        out.println();
        out.println(title);
        words.forEach((name, word) -> {
            if (members.containsKey(name)) {
                out.printf("  %-13s %s%n", word, value(name, members.get(name)));
            }
        });
        members.forEach((name, value) -> {
            if (!words.containsKey(name)) {
                out.printf("  %-13s %s%n", Printable.line(name), value(name, value));
            }
        });
    }

    private String value(String name, @Nullable Object value) {
        boolean isTime = List.of("iat", "nbf", "exp", "auth_time").contains(name);
        if (isTime && value instanceof Number seconds) {
            return time(name, seconds);
        }
        return text(value) + (isTime ? "   (not a time)" : "");
    }

    /** A NumericDate (RFC 7519 §2) as a date, and how far it is from now; a fraction of a second is left out. */
    private String time(String name, Number numericDate) {
        Instant instant;
        String date;
        try {
            instant = Instant.ofEpochSecond(numericDate.longValue());
            date = Times.utc(instant);
        } catch (DateTimeException outOfRange) {
            return numericDate + "   (not a time)";
        }
        Duration ahead = Duration.between(clock.instant(), instant);
        boolean past = ahead.isNegative() || ahead.isZero();
        String distance = inWords(ahead.abs());
        if (name.equals("exp")) {
            return date + (past ? "   (EXPIRED " + distance + " ago)" : "   (expires in " + distance + ")");
        }
        return date + (past ? "   (" + distance + " ago)" : "   (in " + distance + ")");
    }

    private static String inWords(Duration duration) {
        if (duration.toDays() > 0) {
            return duration.toDays() + " d " + duration.toHoursPart() + " h";
        }
        if (duration.toHours() > 0) {
            return duration.toHours() + " h " + duration.toMinutesPart() + " min";
        }
        return duration.toMinutes() > 0
                ? duration.toMinutes() + " min " + duration.toSecondsPart() + " s"
                : duration.toSeconds() + " s";
    }

    private static String text(@Nullable Object value) {
        if (value instanceof String text) {
            return Printable.line(text);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(InspectCommand::text).collect(Collectors.joining(", "));
        }
        if (value instanceof Map<?, ?> object) {
            Map<String, @Nullable Object> named = new LinkedHashMap<>();
            object.forEach((name, member) -> named.put(String.valueOf(name), member));
            return Printable.line(JSONObjectUtils.toJSONString(named));
        }
        return String.valueOf(value);
    }

    private static Map<String, String> words(String... nameAndWord) {
        Map<String, String> words = new LinkedHashMap<>();
        for (int i = 0; i < nameAndWord.length; i += 2) {
            words.put(nameAndWord[i], nameAndWord[i + 1]);
        }
        return words;
    }
}
