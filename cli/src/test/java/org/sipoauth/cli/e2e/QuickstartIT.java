package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command, without its build: that is what makes the jars for this test. */
class QuickstartIT {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    private final Map<String, Integer> ports = new LinkedHashMap<>();

    @BeforeEach
    void choosePorts() throws IOException {
        for (String option : List.of(
                "--server-port",
                "--provisioning-port",
                "--management-port",
                "--oauth-port",
                "--mra-port",
                "--registrar-management-port")) {
            ports.put(option, LoopbackPorts.free());
        }
    }

    /** That it ends by itself when told {@code --once} is for {@code .ci/run} to see, on the ports of the README. */
    @Test
    void registersWithTheServerDownStaysUpUntilItIsToldToEndAndLeavesNothingRunning() throws Exception {
        try (ChildProcess quickstart = start()) {
            quickstart.awaitLine("^Up\\.", LIMIT);
            assertThat(quickstart.output())
                    .containsSubsequence(
                            "SIP/2.0 407 Proxy Authentication Required",
                            "SIP/2.0 200 OK",
                            "NOT VERIFIED",
                            "accepted alice ",
                            "nothing listens on",
                            "accepted alice ",
                            "SIP/2.0 200 OK",
                            "The 200 OK above came while the authorization server was down.",
                            "peak memory: authz-server ")
                    .contains("sign in        https://localhost:" + ports.get("--server-port"));

            quickstart.terminate();

            assertThat(quickstart.awaitExit(LIMIT)).isEqualTo(143);
        }
        assertNothingListens();
    }

    @Test
    void namesAPortThatIsInUseAndStartsNothing() throws Exception {
        try (ServerSocket taken = new ServerSocket(ports.get("--mra-port"), 1, InetAddress.getLoopbackAddress());
                ChildProcess quickstart = start("--once")) {
            assertThat(quickstart.awaitExit(LIMIT)).isEqualTo(2);
            assertThat(quickstart.output())
                    .contains("Port " + taken.getLocalPort() + " (SIP for edges, sip-registrar) is in use")
                    .contains("--mra-port N");
        }
        assertThat(folder.resolve("run")).doesNotExist();
    }

    private ChildProcess start(String... options) {
        List<String> command = new ArrayList<>(List.of(
                Peer.BASH.path(),
                Repository.file("deploy/quickstart.sh").toString(),
                "--no-build",
                "--data",
                folder.resolve("run").toString()));
        ports.forEach((option, port) -> command.addAll(List.of(option, port.toString())));
        command.addAll(List.of(options));
        return ChildProcess.start("quickstart.sh", folder, command);
    }

    private void assertNothingListens() {
        ports.forEach((option, port) -> assertThatThrownBy(
                        () -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .as(option)
                .isInstanceOf(ConnectException.class));
    }
}
