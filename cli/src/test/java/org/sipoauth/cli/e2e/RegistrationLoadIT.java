package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of {@code benchmarks/sipp-registrations.sh}: sipp behind stunnel4 against the registrar, with tokens of the
 * server, which is down by then. The long form makes the figures of {@code benchmarks/README.md}.
 */
class RegistrationLoadIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    @Test
    void registersPhonesThatAnswer407WithProxyAuthorizationAndMeasuresFloorAndPeer() throws Exception {
        Peer.KAMAILIO.path();
        assertThat(registrations("--dialect", "407"))
                .contains("dialect 407")
                .containsPattern("sip-registrar +200 pairs, 0 failed")
                .containsPattern("floor +200 pairs, 0 failed")
                .containsPattern("kamailio +200 pairs, 0 failed");
    }

    @Test
    void registersPhonesThatAnswer401WithAuthorizationThroughTheEdge() throws Exception {
        Peer.KAMAILIO.path();
        assertThat(registrations("--dialect", "401", "--edge"))
                .contains("dialect 401", "through the edge", "200 pairs, 0 failed");
    }

    private String registrations(String... options) throws InterruptedException {
        Peer.SIPP.path();
        Peer.STUNNEL.path();
        Peer.CURL.path();
        List<String> command = new ArrayList<>(List.of(
                "env",
                "JDK_JAVA_OPTIONS=" + String.join(" ", Platform.JAVA_OPTIONS),
                Peer.BASH.path(),
                Repository.file("benchmarks/sipp-registrations.sh").toString(),
                "--pairs",
                "200",
                "--tokens",
                "20",
                "--rounds",
                "1",
                "--in-flight",
                "20"));
        command.addAll(List.of(options));
        try (ChildProcess script = ChildProcess.start("sipp-registrations.sh", folder, command)) {
            assertThat(script.awaitExit(LIMIT)).as(script.output()).isZero();
            return script.output();
        }
    }
}
