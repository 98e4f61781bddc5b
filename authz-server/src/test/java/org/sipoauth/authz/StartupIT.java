package org.sipoauth.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the server says when it cannot start; and the packaged one as an operator meets it. */
@ExtendWith(OutputCaptureExtension.class)
class StartupIT {
    private static final Path JAR = Path.of("target", "authz-server.jar");
    private static final Pattern STARTED = Pattern.compile("Tomcat started on ports (\\d+) \\(http\\)");
    private static final Pattern MANAGEMENT_STARTED = Pattern.compile("Tomcat started on port (\\d+)");

    @TempDir
    Path folder;

    @BeforeEach
    void makeCertificate() {
        TestCertificate.create().writeTo(folder);
    }

    @Test
    void endsWithAnErrorThatSaysWhatIsMissingForTls() throws Exception {
        assertThat(failure("--sipoauth.audience=sip:example.com"))
                .contains("sipoauth.tls.certificate names no PEM file")
                .contains("sipoauth dev-pki")
                .doesNotContain("\tat ");
    }

    @Test
    void saysWhatIsMissingInTheSettings(CapturedOutput output) {
        assertRefused(withTls());

        assertThat(output).contains("sipoauth.audience").contains("is required: name the SIP platform");
    }

    @Test
    void namesBothSettingsOfAPolicyThatCouldStrandAVerifier(CapturedOutput output) {
        assertRefused(withTls("--sipoauth.audience=sip:example.com", "--sipoauth.keys.retention=61m"));

        assertThat(output)
                .contains("retention is PT1H1M")
                .contains("accessTokenLifetime + clockTolerance + ringOutage, which is PT1H2M");
    }

    @Test
    void namesThePortThatIsInUseAndTheOptionThatChangesIt(CapturedOutput output) throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertRefused(withTls(
                    "--sipoauth.audience=sip:example.com",
                    "--server.port=0",
                    "--management.server.port=0",
                    "--sipoauth.provisioning.port=" + taken.getLocalPort()));
            assertThat(output)
                    .contains("Port " + taken.getLocalPort() + " (configuration files of the phones) is in use.")
                    .contains("--sipoauth.provisioning.port=<port>")
                    .doesNotContain("--server.port=<port>");
        }
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertRefused(withTls(
                    "--sipoauth.audience=sip:example.com",
                    "--server.port=0",
                    "--sipoauth.provisioning.port=0",
                    "--management.server.port=" + taken.getLocalPort()));
            assertThat(output)
                    .contains("Port " + taken.getLocalPort() + " (health and metrics) is in use.")
                    .contains("--management.server.port=<port>");
        }
    }

    @Test
    void endsAtSigtermAndGoesOnWithItsKeysAtTheNextStart() throws Exception {
        String keys;
        try (Running first = Running.start(folder)) {
            keys = first.get("/oauth2/jwks");
            assertThat(first.terminate()).isTrue();
            assertThat(first.output()).contains("sign in as 'admin' with the one-time password");
            assertThat(first.output()).contains("Graceful shutdown complete");
        }
        try (Running second = Running.start(folder)) {
            assertThat(second.get("/oauth2/jwks")).isEqualTo(keys);
            assertThat(second.terminate()).isTrue();
            assertThat(second.output()).doesNotContain("one-time password");
        }
    }

    @Test
    void refusesASecondServerOnItsFolderAndStartsOnThatOfOneThatWasKilled() throws Exception {
        String keys;
        try (Running first = Running.start(folder)) {
            keys = first.get("/oauth2/jwks");

            assertThat(failure(Running.OPTIONS))
                    .contains("The data folder " + folder.resolve("data") + " is in use by another running server.")
                    .contains("Stop that server, or give this one a folder of its own with --sipoauth.data-dir=")
                    .doesNotContain("\tat ");
            assertThat(first.get("/oauth2/jwks")).isEqualTo(keys);

            first.kill();
        }
        assertThat(folder.resolve("data/server.lock")).exists();
        try (Running second = Running.start(folder)) { // and ends the Redis that was left behind
            assertThat(second.get("/oauth2/jwks")).isEqualTo(keys);
        }
    }

    /** In this JVM, where what it says is the same. */
    private void assertRefused(String... options) {
        assertThatThrownBy(() -> new SpringApplicationBuilder(AuthzServerApplication.class).run(options))
                .isInstanceOf(Exception.class);
    }

    private String[] withTls(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--sipoauth.data-dir=" + folder.resolve("data"));
        all.add("--sipoauth.tls.certificate=" + folder.resolve("node.crt"));
        all.add("--sipoauth.tls.private-key=" + folder.resolve("node.key"));
        return all.toArray(String[]::new);
    }

    /** Everything it prints until it has ended with an error. */
    private String failure(String... options) throws Exception {
        Process process = launch(folder, options);
        try (BufferedReader output = process.inputReader()) {
            String said = String.join("\n", output.lines().toList());
            assertThat(process.waitFor()).isEqualTo(1);
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process launch(Path folder, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toAbsolutePath().toString(),
                "--sipoauth.data-dir=" + folder.resolve("data")));
        command.addAll(List.of(options));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
    }

    /** A server without TLS, on free ports. */
    private static final class Running implements AutoCloseable {
        static final String[] OPTIONS = {
            "--sipoauth.insecure-plain-http=true",
            "--sipoauth.audience=sip:example.com",
            "--server.port=0",
            "--sipoauth.provisioning.port=0",
            "--management.server.port=0"
        };

        private final Process process;
        private final BufferedReader reader;
        private final StringBuilder output = new StringBuilder();
        private int port;
        private int managementPort;

        private Running(Process process) {
            this.process = process;
            this.reader = process.inputReader();
        }

        static Running start(Path folder) throws IOException {
            Running running = new Running(launch(folder, OPTIONS));
            try {
                running.readUntil("Started AuthzServerApplication");
                running.awaitReadiness();
                return running;
            } catch (IOException | RuntimeException | Error failure) {
                running.close();
                throw failure;
            }
        }

        /** Reads on to a line that says so, or to the end. */
        private void readUntil(String text) throws IOException {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.append(line).append('\n');
                Matcher started = STARTED.matcher(line);
                if (started.find()) {
                    port = Integer.parseInt(started.group(1));
                }
                Matcher managed = MANAGEMENT_STARTED.matcher(line);
                if (managed.find()) {
                    managementPort = Integer.parseInt(managed.group(1));
                }
                if (line.contains(text)) {
                    return;
                }
            }
        }

        /** It says that it has started before it has made what a first start makes. */
        private void awaitReadiness() {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(get(managementPort, "/actuator/health/readiness"))
                            .contains("\"UP\""));
        }

        String get(String path) throws Exception {
            return get(port, path);
        }

        private static String get(int port, String path) throws Exception {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }

        String output() {
            return output.toString();
        }

        /** @return whether it ended by itself, having said all it had to say */
        boolean terminate() throws Exception {
            process.toHandle().destroy(); // SIGTERM; unlike Process.destroy it leaves the output open
            readUntil("\0");
            return process.waitFor(60, TimeUnit.SECONDS);
        }

        /** SIGKILL. */
        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        /** Gently even when the test fails: a server that is killed leaves its Redis behind. */
        @Override
        public void close() {
            process.toHandle().destroy();
            process.onExit()
                    .orTimeout(60, TimeUnit.SECONDS)
                    .exceptionally(late -> process.destroyForcibly())
                    .join();
        }
    }
}
