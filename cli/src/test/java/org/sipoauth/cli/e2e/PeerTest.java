package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class PeerTest {
    @TempDir
    private Path folder;

    @Test
    @DisabledIfEnvironmentVariable(named = "SIPOAUTH_REQUIRE_PEERS", matches = "true")
    void skipsATestWhosePeerIsAbsent() {
        assertThatThrownBy(() -> Peer.SIPP.absent("sipp is not installed"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("sip-tester");
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "SIPOAUTH_REQUIRE_PEERS", matches = "true")
    void failsATestWhosePeerIsAbsentWherePeersAreRequired() {
        assertThatThrownBy(() -> Peer.SIPP.absent("sipp is not installed"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("sip-tester");
    }

    @Test
    void keepsTheOutputOfAProgramAndEndsIt() throws Exception {
        try (ChildProcess shell = ChildProcess.start(
                "shell", folder, List.of(Peer.BASH.path(), "-c", "echo up; exec tail -f /dev/null"))) {
            assertThat(shell.awaitLine("^u.$").group()).isEqualTo("up");
        }
    }

    @Test
    void saysWhatAProgramPrintedThatNeverCameUp() throws Exception {
        try (ChildProcess shell =
                ChildProcess.start("shell", folder, List.of(Peer.BASH.path(), "-c", "echo no such port; exit 3"))) {
            assertThat(shell.awaitExit(Duration.ofSeconds(10))).isEqualTo(3);
            assertThatThrownBy(() -> shell.awaitLine("^up$")).hasMessageContaining("no such port");
        }
    }
}
