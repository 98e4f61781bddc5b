package org.sipoauth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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

/**
 * Every {@code sipoauth} command that the documents print is one that this release understands; every block of shell can
 * be read by a shell, and what it names of this repository is there. To run them takes machines of the operator's: those
 * of {@code first-hour.md} are run, by {@code FirstHourIT}.
 */
class DocumentedCommandsTest {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    private static final Pattern BLOCK =
            Pattern.compile("^```(?:sh|)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern SHELL = Pattern.compile("^```sh\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** Files of this repository; not what a build makes. */
    private static final Pattern OURS = Pattern.compile(
            "(?:^|[\\s'\"=(])((?:deploy|benchmarks|\\.ci)/(?!target/)[A-Za-z0-9._/-]+)", Pattern.MULTILINE);

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        for (Path file : documents()) {
            Matcher block = BLOCK.matcher(Files.readString(file));
            while (block.find()) {
                block.group(1)
                        .replace("\\\n", " ")
                        .lines()
                        .map(line -> line.strip().replaceFirst("^sudo (?=sipoauth )", ""))
                        .filter(line -> line.startsWith("sipoauth "))
                        .forEach(command -> commands.add(file.getFileName() + ": " + command));
            }
        }
        return commands;
    }

    static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        for (String place :
                List.of("docs", "deploy", "benchmarks/README.md", "README.md", "CONTRIBUTING.md", "SECURITY.md")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(place))) {
                files.filter(path -> path.toString().endsWith(".md")).sorted().forEach(documents::add);
            } catch (UncheckedIOException unreadable) {
                throw unreadable.getCause();
            }
        }
        return documents;
    }

    @ParameterizedTest
    @MethodSource("documents")
    void haveShellThatCanBeReadAndNameFilesThatAreThere(Path document) throws Exception {
        Matcher block = SHELL.matcher(Files.readString(document));
        while (block.find()) {
            String shell = block.group(1);
            Process bash =
                    new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
            try (OutputStream input = bash.getOutputStream()) {
                input.write(shell.getBytes(StandardCharsets.UTF_8));
            }
            String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(bash.waitFor())
                    .as(document.getFileName() + ": " + shell + said)
                    .isZero();
            Matcher named = OURS.matcher(shell);
            while (named.find()) {
                assertThat(ROOT.resolve(named.group(1)))
                        .as(document.getFileName() + ": " + shell)
                        .exists();
            }
        }
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
