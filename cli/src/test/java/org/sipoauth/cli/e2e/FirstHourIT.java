package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs what {@code docs/first-hour.md} tells, every command as it stands there and in that order, and does in the browser
 * what it says to do there.
 */
class FirstHourIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Pattern COMMANDS = Pattern.compile("^```sh\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final List<String> JARS = List.of(
            "authz-server/target/authz-server.jar",
            "sip-registrar/target/sip-registrar.jar",
            "cli/target/sipoauth.jar");

    @TempDir
    private Path clone;

    @Test
    void endsWithPhonesRegisteredInEveryWay() throws Exception {
        Peer.CURL.path();
        for (String jar : JARS) {
            Files.createDirectories(clone.resolve(jar).getParent());
            Files.createSymbolicLink(clone.resolve(jar), Repository.file(jar));
        }
        String commands = COMMANDS.matcher(Files.readString(Repository.file("docs/first-hour.md")))
                .results()
                .map(MatchResult::group)
                .map(block ->
                        block.lines().filter(line -> !line.startsWith("```")).collect(Collectors.joining("\n")))
                .collect(Collectors.joining("\n"));
        // a shell at a terminal has job control; what is still there at the end of a failure ends with it
        Path script = Files.writeString(
                clone.resolve("first-hour.sh"),
                "export JDK_JAVA_OPTIONS='" + String.join(" ", Platform.JAVA_OPTIONS)
                        + "'\nset -euom pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n" + commands
                        + "\n");

        try (ChildProcess shell =
                ChildProcess.start("first-hour.md", clone, List.of(Peer.BASH.path(), script.toString()))) {
            String code = shell.awaitLine("^ {4}([A-Z]{4}-[A-Z]{4})$", LIMIT).group(1);
            Browser alice = new Browser(
                    URI.create("https://localhost:8443"),
                    clone.resolve("first-hour/pki/ca.crt"),
                    subscriber -> clone.resolve("first-hour/" + subscriber + ".password"));
            String page = alice.signIn("alice", "/device?user_code=" + code);
            assertThat(alice.decide(page, code, "approve")).contains("Allowed");

            assertThat(shell.awaitExit(LIMIT)).as(shell.output()).isZero();
            assertThat(shell.output()
                            .lines()
                            .filter(line -> line.matches(".*Registered sip:1001@.* as SEP00005E005301.*")))
                    .as(shell.output())
                    .hasSize(3);
            assertThat(shell.output())
                    .containsPattern("Registered sip:1001@.* as CSFALICE")
                    .contains("Remembered tokens are in use");
        }
    }
}
