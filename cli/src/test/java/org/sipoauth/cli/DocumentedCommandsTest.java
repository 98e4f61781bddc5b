package org.sipoauth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;

/** Every {@code sipoauth} command that the documents print is one that this release understands. */
class DocumentedCommandsTest {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    private static final Pattern BLOCK =
            Pattern.compile("^```(?:sh|)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        try (Stream<Path> files = Stream.concat(
                Files.walk(ROOT.resolve("docs")),
                Stream.concat(Files.walk(ROOT.resolve("deploy")), Stream.of(ROOT.resolve("README.md"))))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                Matcher block = BLOCK.matcher(Files.readString(file));
                while (block.find()) {
                    block.group(1)
                            .replace("\\\n", " ")
                            .lines()
                            .map(String::strip)
                            .filter(line -> line.startsWith("sipoauth "))
                            .forEach(command -> commands.add(file.getFileName() + ": " + command));
                }
            }
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
        return commands;
    }

    @Test
    void areFoundInTheDocuments() throws Exception {
        assertThat(commands()).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isOneOfThisRelease(String documented) {
        String[] words = words(documented.substring(documented.indexOf(": sipoauth ") + ": sipoauth ".length()));
        try {
            SipoauthMain.commandLine().parseArgs(FamiliarCommands.translate(words));
        } catch (MissingParameterException shortened) {
            assertThat(shortened.getMissing()) // where to find the server is said once, and left out after that
                    .allMatch(ArgSpec::isOption);
        } catch (ParameterException unknown) {
            throw new AssertionError(documented, unknown);
        }
    }

    private static String[] words(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command.replaceFirst("\\s#\\s.*", "").replaceFirst("\\s[|>].*", ""));
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group(3));
        }
        words.remove("…");
        words.remove("&");
        return words.toArray(String[]::new);
    }
}
