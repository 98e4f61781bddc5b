package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.SipPrinter;

/** The process as an operator sees it. */
@Timeout(60)
class StartAndStopIT {
    @TempDir
    Path directory;

    private record Ended(int exitCode, String output, String errors) {}

    private Process launch(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Path.of("target", "sip-registrar.jar").toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(directory.resolve("stderr").toFile())
                .start();
    }

    private Ended run(String... arguments) throws Exception {
        Process process = launch(arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output, errors());
    }

    private String errors() throws IOException {
        return Files.readString(directory.resolve("stderr"));
    }

    private String[] settings(String... more) throws Exception {
        TestPki pki = new TestPki("test CA");
        pki.writeNode(directory);
        pki.writeAuthority(directory.resolve("ca.crt"));
        Files.writeString(directory.resolve("jwks.json"), TestTokens.jwkSet());
        Files.writeString(directory.resolve("registrar.properties"), """
                issuer = https://as.example.com
                status-lists = none
                edges.url = none
                audience = sip:example.com
                domain = example.com
                bind = 127.0.0.1
                oauth-port = 0
                mra-oauth-port = 0
                management-port = 0
                jwks = %1$s/jwks.json
                tls.certificate = %1$s/node.crt
                tls.private-key = %1$s/node.key
                tls.client-ca = %1$s/ca.crt
                """.formatted(directory));
        List<String> all = new ArrayList<>(
                List.of("--config", directory.resolve("registrar.properties").toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void helpListsEveryKey() throws Exception {
        Ended ended = run("--help");

        assertThat(ended.exitCode()).isZero();
        for (Setting setting : Setting.values()) {
            assertThat(ended.output()).contains("--" + setting.key());
        }
    }

    @Test
    void refusesUnknownKeyByName() throws Exception {
        Ended ended = run(settings("--oauth-prot=5090"));

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.errors()).contains("unknown key oauth-prot");
    }

    @ParameterizedTest
    @ValueSource(strings = {"oauth-port", "mra-oauth-port", "management-port"})
    void namesPortInUseAndTheOptionThatChangesIt(String option) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ended ended = run(settings("--" + option + "=" + taken.getLocalPort()));

            assertThat(ended.exitCode()).isEqualTo(2);
            assertThat(ended.errors())
                    .contains("127.0.0.1:" + taken.getLocalPort() + " cannot be bound", "--" + option + "=");
            assertThat(ended.output()).isEmpty();
        }
    }

    @Test
    void opensItsManagementWhereItIsTold() throws Exception {
        try (RunningRegistrar registrar =
                new RunningRegistrar(directory, new TestPki("test CA"), "--management-bind=0.0.0.0")) {
            assertThat(registrar.management().getAddress().isAnyLocalAddress()).isTrue();
        }
    }

    @Test
    void printsWhereItListensOnceReadyAndDrainsOnSigterm() throws Exception {
        Process process = launch(settings());
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine())
                    .matches(
                            "listening oauth=127\\.0\\.0\\.1:\\d+ mra=127\\.0\\.0\\.1:\\d+ management=127\\.0\\.0\\.1:\\d+");
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
            assertThat(errors()).doesNotContain("no native TLS");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void messageThatHasBegunIsAnsweredBeforeTheEnd() throws Exception {
        TestPki pki = new TestPki("test CA");
        RunningRegistrar registrar = new RunningRegistrar(directory, pki, "--timeout.drain=20s");
        InetSocketAddress address = registrar.oauth();
        try (TestPhone idle = TestPhone.overTls(address, pki.client(Optional.empty()));
                TestPhone phone = TestPhone.overTls(address, pki.client(Optional.empty()))) {
            String token = TestTokens.valid(Instant.now()).compact();
            byte[] request = SipPrinter.print(phone.register(Headers.NONE.plus("Authorization", "Bearer " + token)));
            phone.send(Arrays.copyOf(request, 100));
            assertThat(idle.exchange(idle.register(Headers.NONE)).status()).isEqualTo(407); // so both are established
            await().until(() -> registrar.metric("sip_unfinished_bytes") > 0); // it has begun there, too
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(registrar::close);
            assertThat(idle.next()).isEmpty();
            await().untilAsserted( // the system has the port back with the next turn of its event loop
                            () -> assertThatThrownBy(
                                            () -> TestPhone.inTheClear(address).close())
                                    .isInstanceOf(IOException.class));

            phone.send(Arrays.copyOfRange(request, 100, request.length));
            assertThat(phone.receive().status()).isEqualTo(200);
            assertThat(phone.next()).isEmpty();
            stopped.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void tellsAtTheEndWhatTheLogHasLeftOut() throws Exception {
        TestPki pki = new TestPki("test CA");
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (RunningRegistrar registrar = new RunningRegistrar(directory, pki);
                TestPhone phone = TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()))) {
            for (int i = 0; i < 105; i++) {
                phone.register("Authorization", "Bearer no-token");
            }
        } finally {
            System.setErr(before);
        }

        assertThat(log.toString(StandardCharsets.UTF_8)).containsPattern("left out \\d+ lines about 1 peers");
    }

    @Test
    void opensNoMutualTlsPortWhenToldSo() throws Exception {
        try (RunningRegistrar registrar =
                new RunningRegistrar(directory, new TestPki("test CA"), "--mra-oauth-port=none", "--tls.client-ca=")) {
            assertThat(registrar.listening()).doesNotContain("mra=");
        }
    }

    @Test
    void readsNewKeysWithoutRestart() throws Exception {
        TestPki pki = new TestPki("test CA");
        Files.writeString(directory.resolve("empty.json"), TestTokens.jwkSet().replace("test-key", "earlier-key"));
        try (RunningRegistrar registrar = new RunningRegistrar(
                        directory, pki, "--jwks=" + directory.resolve("empty.json"), "--jwks.refresh=50ms");
                TestPhone phone = TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()))) {
            String credentials = "Bearer " + TestTokens.valid(Instant.now()).compact();
            assertThat(phone.register("Authorization", credentials).status()).isEqualTo(401);

            Files.writeString(directory.resolve("empty.json"), TestTokens.jwkSet());
            await().until(() -> phone.register("Authorization", credentials).status() == 200);
        }
    }
}
