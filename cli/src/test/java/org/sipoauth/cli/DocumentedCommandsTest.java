package org.sipoauth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sipoauth.cli.Documents.Block;
import org.sipoauth.cli.Documents.Script;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;

/**
 * Every {@code sipoauth} command that the documents print is one that this release understands; every block of shell can
 * be read by a shell, and what it names of this repository is there. What can be run of it is run by {@code DocumentsIT}, and
 * {@code first-hour.md} by {@code FirstHourIT}.
 */
class DocumentedCommandsTest {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    /** Files of this repository; not what a build makes. */
    private static final Pattern OURS = Pattern.compile(
            "(?:^|[\\s'\"=(])((?:deploy|benchmarks|\\.ci)/(?!target/)[A-Za-z0-9._/-]+)", Pattern.MULTILINE);

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    /** What begins a command in a document; in a block without a language, it was forgotten there. */
    private static final Pattern COMMAND = Pattern.compile(
            "^(?:\\$ )?(?:sudo |sipoauth |curl |java |mvn |deploy/|kubectl |docker )", Pattern.MULTILINE);

    static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        for (Block block : shell()) {
            for (Script script : block.scripts()) {
                script.typed()
                        .replace("\\\n", " ")
                        .lines()
                        .map(line -> line.strip().replaceFirst("^sudo (?=sipoauth )", ""))
                        .filter(line -> line.startsWith("sipoauth "))
                        .forEach(command -> commands.add(block + ": " + command));
            }
        }
        return commands;
    }

    static List<Block> shell() throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (String document : Documents.names()) {
            Documents.blocks(document).stream()
                    .filter(block -> !block.scripts().isEmpty())
                    .forEach(blocks::add);
        }
        return blocks;
    }

    @ParameterizedTest
    @MethodSource("shell")
    void canBeReadAndNamesFilesThatAreThere(Block block) throws Exception {
        for (Script script : block.scripts()) {
            Process bash =
                    new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
            try (OutputStream input = bash.getOutputStream()) {
                input.write(script.typed().getBytes(StandardCharsets.UTF_8));
            }
            String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(bash.waitFor()).as(block + ": " + said).isZero();
            Matcher named = OURS.matcher(script.typed());
            while (named.find()) {
                assertThat(ROOT.resolve(named.group(1))).as(block.toString()).exists();
            }
        }
    }

    /** {@code DocumentsIT} would pass over it; measurements take hours, and are run by hand. */
    @Test
    void isCalledShellWhereverACommandIsPrinted() throws Exception {
        for (String document : Documents.names()) {
            if (!document.startsWith("benchmarks/")) {
                assertThat(Documents.blocks(document))
                        .filteredOn(block -> block.language().isEmpty()
                                && COMMAND.matcher(block.text()).find())
                        .isEmpty();
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
