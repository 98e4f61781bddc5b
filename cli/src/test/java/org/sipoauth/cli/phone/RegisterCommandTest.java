package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sipoauth.cli.phone.TestRegistrar.proxyChallenge;
import static org.sipoauth.cli.phone.TestRegistrar.status;
import static org.sipoauth.cli.phone.TestRegistrar.takingTokens;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.ClosedPort;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.TestPki;
import org.sipoauth.registrar.sip.SipRequest;
import picocli.CommandLine;

class RegisterCommandTest {
    @TempDir
    private Path folder;

    private TestPki pki;
    private TestAuthorizationServer server;
    private TestRegistrar registrar;
    private InstantSource clock = InstantSource.system();

    @BeforeEach
    void start() {
        pki = TestPki.in(folder);
        server = new TestAuthorizationServer(pki);
        registrar = new TestRegistrar(pki.serverContext());
        registrar.otherwise(takingTokens(120));
        server.sipPort = registrar.port();
    }

    @AfterEach
    void stop() {
        registrar.close();
        server.close();
    }

    @Test
    void signsInAndRegistersOnce() throws Exception {
        CommandRun run = register("--once");

        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("Signed in", "Registered sip:1001@127.0.0.1 as CSFALICE at node1", "for 120 s")
                .contains("+u.sip!devicename.ccm.cisco.com=\"CSFALICE\"");
        assertThat(server.authorizationRequests.get(0))
                .containsEntry("device_name", "CSFALICE")
                .containsEntry("client_id", "softphone")
                .containsEntry("code_challenge_method", "S256");
        registrar.takeRequest();
        assertThat(registrar.takeRequest().headers().first("Proxy-Authorization"))
                .contains("Bearer token=\"" + server.accessToken() + "\"");
        assertThat(registrar.hasRequest()).as("leaves the binding in place").isFalse();
    }

    @Test
    void neverPrintsTokenOrPassword() {
        CommandRun run = register("--once", "--trace");

        assertThat(run.out()).contains("--> REGISTER", "<-- SIP/2.0 200 OK");
        assertThat(run.out() + run.err())
                .doesNotContain(server.accessToken())
                .doesNotContain(server.accessToken().substring(20))
                .doesNotContain(TestAuthorizationServer.PASSWORD);
    }

    @Test
    void takesThePasswordFromStandardInput() {
        List<String> args = arguments(List.of("--once", "--user", "alice", "--password-stdin"));

        CommandRun run = run(TestAuthorizationServer.PASSWORD + "\n", args);

        assertThat(run.exit()).isZero();
    }

    @Test
    void saysThatThePasswordIsWrong() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong"), "wrong\n");

        CommandRun run = run("", arguments(List.of("--once", "--user", "alice", "--password-file", wrong.toString())));

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.SIGN_IN);
        assertThat(run.err()).contains("refused the name or the password of alice");
    }

    @Test
    void signsInByACodeAndRemembersThatLoginAsAnyOther() {
        Path tokens = folder.resolve("tokens.json");
        server.deviceCodes = server.deviceCodes.replace("\"interval\":7", "\"interval\":1");
        List<String> options = List.of("--once", "--device-code", "--token-file", tokens.toString());

        CommandRun run = run("", arguments(options));
        CommandRun again = run("", arguments(options));

        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("WDJB-MJHT", "Signed in", "Registered sip:1001@127.0.0.1");
        assertThat(run.out()).doesNotContain("device-code-1");
        assertThat(again.out()).contains("Remembered tokens are in use").doesNotContain("WDJB-MJHT");
        assertThat(server.authorizationRequests).isEmpty();
        assertThat(server.deviceAuthorizationRequests)
                .containsExactly(Map.of("client_id", "deskphone", "scope", "sip.register", "device_name", "CSFALICE"));
    }

    @Test
    void asksAfterARestartWhetherItsConfigurationHasChanged() {
        Path tokens = folder.resolve("tokens.json");
        register("--once", "--token-file", tokens.toString());

        CommandRun same = register("--once", "--token-file", tokens.toString());
        assertThat(server.configurationAnswers).containsExactly(200, 304);
        assertThat(same.out()).contains("Registered sip:1001@127.0.0.1 as CSFALICE at node1");

        try (TestRegistrar moved = new TestRegistrar(pki.serverContext())) {
            moved.otherwise(takingTokens(120));
            server.sipPort = moved.port();
            CommandRun other = register("--once", "--token-file", tokens.toString());
            assertThat(other.err()).isEmpty();
            assertThat(moved.hasRequest()).isTrue();
        }
        assertThat(server.configurationAnswers).containsExactly(200, 304, 200);
    }

    @Test
    void signsInByACodeOrByAPassword() {
        CommandRun run = register("--once", "--device-code");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("--device-code and --user");
    }

    @Test
    void signsInByAnActivationCodeFromAFile() throws Exception {
        Path code = Files.writeString(folder.resolve("code"), "0123-4567-8901-2345\n");

        CommandRun run =
                run("", arguments(List.of("--once", "--activation-code", "--activation-code-file", code.toString())));

        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("Signed in", "Registered sip:1001@127.0.0.1")
                .doesNotContain("0123-4567");
        assertThat(server.proofs)
                .containsExactly(Map.of(
                        "path", "/oauth2/token",
                        "grant_type", "urn:sipoauth:params:oauth:grant-type:activation-code",
                        "client_id", "deskphone",
                        "activation_code", "0123-4567-8901-2345",
                        "device_name", "CSFALICE"));
    }

    @Test
    void asksForTheActivationCode() {
        CommandRun run = run("0123-4567-8901-2345\r\nmore", arguments(List.of("--once", "--activation-code")));

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("Enter the activation code of CSFALICE:");
        assertThat(server.proofs.get(0)).containsEntry("activation_code", "0123-4567-8901-2345");
    }

    @Test
    void saysThatTheActivationCodeIsNotTaken() {
        server.proofAnswers.add("invalid_grant");

        CommandRun run = run("0123-4567-8901-2345\n", arguments(List.of("--once", "--activation-code")));

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.SIGN_IN);
        assertThat(run.err()).contains("invalid_grant", "sipoauth activation create CSFALICE");
        assertThat(run.out() + run.err()).doesNotContain("0123-4567");
    }

    @Test
    void showsItsCertificateAtTheMutualTlsEndpoint() {
        CommandRun run = run(
                "",
                arguments(List.of(
                        "--once",
                        "--client-certificate",
                        pki.file("phone.crt").toString(),
                        "--client-key",
                        pki.file("phone.key").toString())));

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.proofs)
                .containsExactly(Map.of(
                        "path", "/mtls/token",
                        "grant_type", "urn:sipoauth:params:oauth:grant-type:manufacturer-certificate",
                        "client_id", "deskphone",
                        "device_name", "CSFALICE"));
    }

    @Test
    void showsBothWhereBothAreWanted() {
        CommandRun run = run(
                "0123-4567-8901-2345\n",
                arguments(List.of(
                        "--once",
                        "--activation-code",
                        "--client-certificate",
                        pki.file("phone.crt").toString(),
                        "--client-key",
                        pki.file("phone.key").toString())));

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(server.proofs.get(0))
                .containsEntry("path", "/mtls/token")
                .containsEntry("grant_type", "urn:sipoauth:params:oauth:grant-type:activation-code");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--activation-code --device-code",
                "--activation-code-file code",
                "--client-certificate phone.crt",
                "--client-key phone.key",
                "--activation-code --user alice --password-stdin",
                "--client-certificate phone.crt --client-key phone.key --user alice --password-stdin",
            })
    void takesOneWayToSignIn(String options) {
        List<String> arguments = new ArrayList<>(List.of("--once"));
        arguments.addAll(List.of(options.split(" ")));

        assertThat(run("", arguments(arguments)).exit()).isEqualTo(2);
        assertThat(server.proofs).isEmpty();
    }

    @Test
    void passesOnThatTheDeviceIsNotTheirs() {
        server.errorInAnswer = Optional.of("access_denied");

        CommandRun run = register("--once");

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.SIGN_IN);
        assertThat(run.err()).contains("access_denied");
    }

    @Test
    void saysWhatAPhoneWouldDoWithTheModeOff() {
        server.mode = 0;

        CommandRun run = register("--once");

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.MODE_OFF);
        assertThat(run.err()).contains("sipOAuthMode 0", "port 5060, or 5061 with TLS");
        assertThat(server.authorizationRequests).isEmpty();
    }

    @Test
    void choosesTheEdgesPort() throws IOException {
        try (ClosedPort nobodys = new ClosedPort()) {
            server.edgePort = nobodys.number();

            CommandRun run = register("--once", "--edge");

            assertThat(run.exit()).isEqualTo(PhoneExitCodes.UNREACHABLE);
            assertThat(run.err()).contains("127.0.0.1:" + nobodys.number(), "connection refused");
        }
    }

    @Test
    void connectsWhereItIsTold() {
        int port = server.sipPort;
        server.sipPort = 1;

        CommandRun run = register("--once", "--sip-host", "localhost", "--sip-port", Integer.toString(port));

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("sip:1001@127.0.0.1", "(localhost:" + port + ")");
    }

    @Test
    void registersTheAddressItIsTold() throws Exception {
        register("--once", "--aor", "sip:2002@example.com");

        SipRequest request = registrar.takeRequest();
        assertThat(request.to().uri()).isEqualTo("sip:2002@example.com");
        assertThat(request.uri()).isEqualTo("sip:example.com");
    }

    @Test
    void saysWhyTheRegistrarRefuses() {
        registrar.otherwise(status(
                403,
                "Forbidden",
                "Retry-After",
                "35",
                "Warning",
                "399 node1 \"SIP OAuth Registration port Mismatch\""));

        CommandRun run = register("--once");

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.REFUSED);
        assertThat(run.err()).contains("403 Forbidden", "SIP OAuth Registration port Mismatch");
    }

    @Test
    void comesAgainWhenTheRegistrarHasTroubleOfItsOwn() {
        registrar.next(proxyChallenge(), status(500, "Server Internal Error", "Retry-After", "1"));

        CommandRun run = register("--once");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("answered 500", "trying again in 1 s", "Registered");
    }

    @Test
    void refreshesATokenThatTheRegistrarDoesNotTake() {
        String challenge = "Bearer realm=\"ccmsipline\", error=\"invalid_token\"";
        registrar.next(proxyChallenge(), status(407, "Proxy Authentication Required", "Proxy-Authenticate", challenge));

        CommandRun run = register("--once");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("does not take the token (invalid_token)", "Tokens refreshed");
        assertThat(server.refreshTokensSeen).hasSize(1);
    }

    @Test
    void saysThatEvenAFreshTokenIsNotTaken() {
        registrar.otherwise(
                status(407, "Proxy Authentication Required", "Proxy-Authenticate", "Bearer error=\"invalid_token\""));

        CommandRun run = register("--once");

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.REFUSED);
        assertThat(run.err()).contains("not take even a fresh token", "issuer and audience");
    }

    @Test
    void remembersItsLoginForItsOwnerAlone() throws IOException {
        Path tokens = folder.resolve("tokens.json");
        register("--once", "--token-file", tokens.toString());

        CommandRun again = run("", arguments(List.of("--once", "--token-file", tokens.toString())));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tokens)))
                .isEqualTo("rw-------");
        assertThat(again.exit()).isZero();
        assertThat(server.authorizationRequests).hasSize(1);
    }

    @Test
    void registersWithTheAuthorizationServerDown() {
        Path tokens = folder.resolve("tokens.json");
        register("--once", "--token-file", tokens.toString());
        server.close();

        CommandRun again = run("", arguments(List.of("--once", "--token-file", tokens.toString())));

        assertThat(again.err()).isEmpty();
        assertThat(again.exit()).isZero();
        assertThat(again.out()).contains("Configuration service unreachable", "remembered configuration", "Registered");
    }

    @Test
    void cannotRegisterWithAnExpiredTokenAndTheServerDown() {
        Path tokens = folder.resolve("tokens.json");
        register("--once", "--token-file", tokens.toString());
        server.close();
        clock = InstantSource.fixed(Instant.now().plus(Duration.ofMinutes(61)));

        CommandRun again = run("", arguments(List.of("--once", "--token-file", tokens.toString())));

        assertThat(again.exit()).isEqualTo(PhoneExitCodes.UNREACHABLE);
        assertThat(again.err()).contains("access token expired", "refresh token is kept");
    }

    @Test
    void signsInAgainWhenTheRememberedLoginIsOver() {
        Path tokens = folder.resolve("tokens.json");
        register("--once", "--token-file", tokens.toString());
        server.endLogin();

        CommandRun again = register("--once", "--token-file", tokens.toString());

        assertThat(again.exit()).isZero();
        assertThat(again.out()).contains("The remembered login is over", "invalid_grant", "Signed in");
        assertThat(server.authorizationRequests).hasSize(2);
    }

    @Test
    void refusesTheTokensOfAnotherDevice() throws IOException {
        Path tokens = Files.writeString(folder.resolve("tokens.json"), "{\"device\":\"CSFBOB\"}");

        CommandRun run = register("--once", "--token-file", tokens.toString());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("another device");
    }

    @Test
    void saysThatTheConfigurationServiceHasTrouble() {
        server.providesConfiguration = false;

        CommandRun run = register("--once");

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.UNREACHABLE);
        assertThat(run.err()).contains("answered 503");
    }

    @Test
    void saysThatTheAuthorityIsNotTrusted() {
        List<String> args = arguments(signInOptions("--once"));
        args.remove("--trust");
        args.remove(pki.authority().toString());

        CommandRun run = run("", args);

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.UNREACHABLE);
        assertThat(run.err()).contains("not trusted", "--trust");
    }

    @Test
    void staysRegisteredAndUnregistersWhenItIsAskedToEnd() throws Exception {
        registrar.otherwise(takingTokens(2));
        Running phone = startPhone();

        registrar.takeRequest();
        SipRequest first = registrar.takeRequest();
        SipRequest again = registrar.takeRequest();
        assertThat(again.callId()).isEqualTo(first.callId());
        assertThat(again.cseq().number()).isEqualTo(first.cseq().number() + 1);
        assertThat(again.headers().has("Proxy-Authorization")).isTrue();
        phone.thread().interrupt();

        assertThat(phone.exit().get(20, TimeUnit.SECONDS)).isZero();
        SipRequest last = again;
        while (registrar.hasRequest()) {
            last = registrar.takeRequest();
        }
        assertThat(last.expiresSeconds()).contains(0L);
        assertThat(registrar.connectionCount()).isEqualTo(1);
    }

    @Test
    void keepsTheFlowAlive() throws Exception {
        registrar.otherwise(takingTokens(120, "Flow-Timer", "1"));
        Running phone = startPhone();

        registrar.takePing();
        registrar.takePing();
        phone.thread().interrupt();

        assertThat(phone.exit().get(20, TimeUnit.SECONDS)).isZero();
        assertThat(registrar.connectionCount()).isEqualTo(1);
    }

    @Test
    void comesBackAfterALostConnection() throws Exception {
        Running phone = startPhone();
        registrar.takeRequest();
        SipRequest before = registrar.takeRequest();
        registrar.dropConnections();

        SipRequest unasked = registrar.takeRequest();
        SipRequest after = registrar.takeRequest();
        phone.thread().interrupt();

        assertThat(phone.exit().get(20, TimeUnit.SECONDS)).isZero();
        assertThat(unasked.headers().has("Proxy-Authorization")).isFalse();
        assertThat(after.contacts().get(0).instance())
                .isEqualTo(before.contacts().get(0).instance());
    }

    @Test
    void refreshesInTheMiddleOfATokensLife() throws Exception {
        server.tokenLifetime = Duration.ofSeconds(4);
        registrar.otherwise(takingTokens(1));
        Running phone = startPhone();
        registrar.takeRequest();
        String first = credentials(registrar.takeRequest());

        String later = first;
        while (later.equals(first)) {
            later = credentials(registrar.takeRequest());
        }
        phone.thread().interrupt();

        assertThat(phone.exit().get(20, TimeUnit.SECONDS)).isZero();
        assertThat(server.refreshTokensSeen).isNotEmpty();
    }

    @Test
    void endsWhenTheLoginIsRevoked() throws Exception {
        server.tokenLifetime = Duration.ofSeconds(4);
        Running phone = startPhone();
        registrar.takeRequest();
        registrar.takeRequest();
        server.endLogin();

        assertThat(phone.exit().get(20, TimeUnit.SECONDS)).isEqualTo(PhoneExitCodes.SIGN_IN);
        assertThat(registrar.takeRequest().expiresSeconds())
                .as("takes its binding back")
                .contains(0L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--provisioning=http://localhost:6970",
                "--device=../secret",
                "--authz-server=http://as.example.com",
                "--user=alice",
                "--sip-port=0",
                "--aor=tel:1001"
            })
    void refusesOptionsThatMakeNoSense(String option) {
        List<String> args = new ArrayList<>(List.of("phone", "register", option));
        if (!option.startsWith("--provisioning")) {
            args.addAll(List.of("--provisioning", "https://localhost:6970"));
        }
        if (!option.startsWith("--device")) {
            args.addAll(List.of("--device", "CSFALICE"));
        }

        CommandRun run = run("", args);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains(option.substring(0, option.indexOf('=')));
    }

    private record Running(Thread thread, CompletableFuture<Integer> exit) {}

    private Running startPhone() {
        List<String> args = arguments(signInOptions());
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        Thread thread = new Thread(() -> exit.complete(run("", args).exit()), "phone");
        thread.setDaemon(true);
        thread.start();
        return new Running(thread, exit);
    }

    private CommandRun register(String... options) {
        return run("", arguments(signInOptions(options)));
    }

    private List<String> signInOptions(String... options) {
        try {
            Path password =
                    Files.writeString(folder.resolve("password"), TestAuthorizationServer.PASSWORD + "\nsecond line");
            List<String> all = new ArrayList<>(List.of(options));
            all.addAll(List.of("--user", "alice", "--password-file", password.toString()));
            return all;
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private List<String> arguments(List<String> options) {
        List<String> args = new ArrayList<>(List.of("phone", "register", "--device", "CSFALICE"));
        args.addAll(List.of("--provisioning", server.address().toString()));
        args.addAll(List.of("--trust", pki.authority().toString()));
        args.addAll(options);
        return args;
    }

    private CommandRun run(String input, List<String> args) {
        ByteArrayInputStream stdin = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        CommandLine phone = new CommandLine(new PhoneCommand());
        phone.addSubcommand(new RegisterCommand(clock, stdin));
        return CommandRun.of(phone, args.toArray(String[]::new));
    }

    private static String credentials(SipRequest request) {
        return request.headers().first("Proxy-Authorization").orElse("");
    }
}
