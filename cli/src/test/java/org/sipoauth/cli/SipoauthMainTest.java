package org.sipoauth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SipoauthMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void listsItsCommands() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("dev-pki", "inspect", "verify", "phone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev-pki", "inspect", "verify", "phone register", "phone sign-out"})
    void documentsItsExitStatuses(String command) {
        assertThat(run((command + " --help").split(" "))).isZero();
        assertThat(out.toString()).contains("Usage: sipoauth " + command, "Exit status:", "wrong usage");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "phone", "nonsense", "verify", "phone register"})
    void asksForWhatIsMissing(String arguments) {
        assertThat(run(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEqualTo(2);
        assertThat(err.toString()).isNotEmpty();
    }

    private int run(String... args) {
        CommandLine sipoauth = SipoauthMain.commandLine();
        sipoauth.setOut(new PrintWriter(out, true));
        sipoauth.setErr(new PrintWriter(err, true));
        return sipoauth.execute(args);
    }
}
