package org.sipoauth.cli.people;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a password comes from: never from the command line, which others on the machine can read. */
final class PasswordOptions {
    private static final int LONGEST_FILE = 4096;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @ArgGroup
    private @Nullable Source source;

    @Option(
            names = "--keep-password",
            description = "The password may be kept; otherwise it is good for nothing but choosing another.")
    private boolean keep;

    private static final class Source {
        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description =
                        "A file whose first line is the password; -: standard input. Without any of these the server"
                                + " makes a one-time password, which is shown once.")
        private @Nullable Path file;

        @Option(
                names = "--password-env",
                paramLabel = "NAME",
                description = "The environment variable that holds the password.")
        private @Nullable String variable;

        @Option(names = "--ask-password", description = "Ask for the password at the terminal.")
        private boolean ask;
    }

    /** @return the members of a request; none if the server is to make a password */
    Map<String, Object> members() {
        if (source == null) {
            if (keep) {
                throw new ParameterException(
                        spec.commandLine(), "--keep-password goes with a password: a one-time password is never kept");
            }
            return Map.of();
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("password", read(source));
        members.put("must_change_password", !keep);
        return members;
    }

    private static String read(Source source) {
        Optional<String> password = source.ask
                ? asked()
                : source.variable != null
                        ? Optional.ofNullable(System.getenv(source.variable))
                        : firstLine(source.file);
        return password.filter(text -> !text.isEmpty())
                .orElseThrow(() -> new CommandFailure(
                        ExitCodes.NO,
                        "there is no password where it was to be",
                        "Give it as the first line of a file, in an environment variable, or at the terminal."));
    }

    private static Optional<String> firstLine(@Nullable Path file) {
        try (InputStream input = String.valueOf(file).equals("-") ? System.in : Files.newInputStream(file)) {
            return new String(input.readNBytes(LONGEST_FILE), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst();
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    ExitCodes.NO, "cannot read the password: " + unreadable, "Check the file and who may read it.");
        }
    }

    private static Optional<String> asked() {
        Console console = System.console();
        if (console == null) {
            throw new CommandFailure(
                    ExitCodes.NO, "there is no terminal to ask for the password", "Use --password-file.");
        }
        char[] first = console.readPassword("Password: ");
        char[] second = console.readPassword("Again: ");
        if (first == null || !Arrays.equals(first, second)) {
            throw new CommandFailure(ExitCodes.NO, "the two are not the same", "Try again.");
        }
        return Optional.of(new String(first));
    }
}
