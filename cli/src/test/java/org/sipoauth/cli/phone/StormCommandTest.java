package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.sipoauth.cli.phone.TestRegistrar.granting;
import static org.sipoauth.cli.phone.TestRegistrar.proxyChallenge;
import static org.sipoauth.cli.phone.TestRegistrar.status;
import static org.sipoauth.cli.phone.TestRegistrar.takingTokens;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.ClosedPort;
import org.sipoauth.cli.CommandRun;
import org.sipoauth.cli.SipoauthMain;
import org.sipoauth.cli.TestPki;
import org.sipoauth.cli.json.JsonObject;
import org.sipoauth.registrar.sip.SipRequest;
import picocli.CommandLine;

class StormCommandTest {
    @TempDir
    private Path folder;

    private TestPki pki;
    private Path trusted;
    private TestRegistrar registrar;

    @BeforeEach
    void start() {
        pki = TestPki.in(folder);
        trusted = pki.authority();
        registrar = new TestRegistrar(pki.serverContext());
        registrar.otherwise(takingTokens(120));
    }

    @AfterEach
    void stop() {
        registrar.close();
    }

    @Test
    void registersAPhoneForEachToken() throws Exception {
        CommandRun run = stormUntil(" 5 registered;", "--tokens", tokens(5), "--json");

        assertThat(run.err()).contains("5 of 5 phones started");
        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        JsonObject report = JsonObject.parse(run.out());
        assertThat(report.integer("phones")).contains(5L);
        assertThat(report.integer("registeredAtTheEnd")).contains(5L);
        assertThat(report.integer("registrations")).contains(5L);
        assertThat(report.integer("connections")).contains(5L);
        assertThat(report.integer("allRegisteredAfterMillis")).isPresent();
        assertThat(report.object("registrationMillis").orElseThrow().members()).containsKeys("p50", "p99", "longest");
        assertThat(registrar.connectionCount()).isEqualTo(5);
        Map<Boolean, List<SipRequest>> byCredentials = requests(10).stream()
                .collect(Collectors.partitioningBy(request -> request.headers().has("Proxy-Authorization")));
        assertThat(byCredentials.get(true))
                .extracting(request -> request.to().uri())
                .containsExactlyInAnyOrder(
                        "sip:1000@localhost",
                        "sip:1001@localhost",
                        "sip:1002@localhost",
                        "sip:1003@localhost",
                        "sip:1004@localhost");
        assertThat(byCredentials.get(true))
                .extracting(request -> request.contacts().get(0).deviceName().orElseThrow())
                .contains("CSF3");
        assertThat(byCredentials.get(false)).hasSize(5);
    }

    @Test
    void registersAsManyAsAskedAndUnderTheGivenDomain() throws Exception {
        CommandRun run = stormUntil(
                " 2 registered;", "--tokens", tokens(5), "--phones", "2", "--domain", "example.com", "--think", "20");

        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .containsPattern("registered at the end +2 of 2 phones")
                .containsPattern("first REGISTER to 200 +p50 [0-9.]+ ms, p90");
        assertThat(requests(4)).allMatch(request -> request.to().uri().endsWith("@example.com"));
    }

    @Test
    void registersAgainAsOftenAsItIsTold() throws Exception {
        Running storm = start("--tokens", tokens(1), "--every", "1", "--hold", "300");

        List<SipRequest> requests = requests(4);
        storm.thread().interrupt();

        CommandRun run = storm.run().get(20, TimeUnit.SECONDS);
        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        assertThat(run.err()).contains("Ended early");
        assertThat(requests.get(3).callId()).isEqualTo(requests.get(0).callId());
        assertThat(requests.get(3).headers().has("Proxy-Authorization")).isTrue();
    }

    @Test
    void comesBackWithAllPhonesWhenTheyLoseTheirConnections() throws Exception {
        Running storm = start("--tokens", tokens(3), "--hold", "300", "--progress", "1");
        requests(6);
        await().atMost(Duration.ofSeconds(20)).until(() -> storm.err().contains("3 registered"));

        registrar.dropConnections();

        requests(6);
        await().atMost(Duration.ofSeconds(20)).until(() -> storm.err().contains("3 connections lost"));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> storm.err()
                        .lines()
                        .reduce("", (first, second) -> second)
                        .contains("3 registered"));
        storm.thread().interrupt();
        CommandRun run = storm.run().get(20, TimeUnit.SECONDS);
        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).containsPattern("all registered again +[0-9.]+ s after the first loss");
    }

    @Test
    void namesTheCausesOfRefusals() throws Exception {
        String warning = "399 node1 \"SIP OAuth Registration port Mismatch\"";
        registrar.otherwise(status(403, "Forbidden", "Retry-After", "35", "Warning", warning));

        CommandRun run = stormUntil(" 2 refused,", "--tokens", tokens(2));

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.REFUSED);
        assertThat(run.out())
                .containsPattern("registered at the end +0 of 2 phones")
                .containsPattern("refused +2 times: 403 Forbidden, 399 node1");
    }

    @Test
    void countsNoPhoneThatWasRefusedSinceItRegistered() throws Exception {
        Running storm = start("--tokens", tokens(1), "--every", "1", "--hold", "300", "--progress", "1");
        await().atMost(Duration.ofSeconds(20)).until(() -> storm.err().contains(" 1 registered"));

        registrar.otherwise(status(403, "Forbidden", "Retry-After", "300"));

        await().atMost(Duration.ofSeconds(20))
                .until(() -> storm.err()
                        .lines()
                        .anyMatch(line -> line.contains(" 0 registered") && line.contains(" 1 refused")));
        storm.thread().interrupt();
        assertThat(storm.run().get(20, TimeUnit.SECONDS).out()).containsPattern("registered at the end +0 of 1 phones");
    }

    @Test
    void saysThatNothingListensThere() throws Exception {
        try (ClosedPort nobodys = new ClosedPort()) {
            CommandRun run =
                    stormUntil("[1-9] not made", "--registrar=localhost:" + nobodys.number(), "--tokens", tokens(2));

            assertThat(run.exit()).isEqualTo(PhoneExitCodes.REFUSED);
            assertThat(run.out()).containsPattern("not connected +\\d+ times: connection refused");
        }
    }

    @Test
    void saysThatTheCertificateIsNotTrusted() throws Exception {
        trusted = TestPki.in(Files.createDirectory(folder.resolve("other"))).authority();

        CommandRun run = stormUntil("[1-9] not made", "--tokens", tokens(1));

        assertThat(run.exit()).isEqualTo(PhoneExitCodes.REFUSED);
        assertThat(run.out()).contains("authority that is not trusted");
    }

    @Test
    void signsInAndReplacesTokensThatAreNotTaken() throws Exception {
        try (TestAuthorizationServer server = new TestAuthorizationServer(pki)) {
            String challenge = "Bearer realm=\"ccmsipline\", error=\"invalid_token\"";
            registrar.next(
                    proxyChallenge(),
                    status(407, "Proxy Authentication Required", "Proxy-Authenticate", challenge),
                    granting(120));
            Path logins = Files.writeString(
                    folder.resolve("logins"), "# one a line\nalice:" + TestAuthorizationServer.PASSWORD + "\n");

            Running storm = start("--logins", logins.toString(), "--authz-server", server.address() + "", "--hold=300");
            requests(2);
            String first = credentials(registrar.takeRequest());
            String issued = server.accessToken();
            storm.thread().interrupt();

            CommandRun run = storm.run().get(20, TimeUnit.SECONDS);
            assertThat(first).contains(issued);
            assertThat(run.err()).contains("Signed in 1 of 1");
            assertThat(run.out())
                    .containsPattern("refused +1 times: the token: invalid_token")
                    .containsPattern("refreshes +1, 0 failed");
            assertThat(run.out() + run.err()).doesNotContain(issued, TestAuthorizationServer.PASSWORD);
            assertThat(server.authorizationRequests.get(0)).containsEntry("device_name", "CSFALICE");
        }
    }

    @Test
    void keepsTokensFreshWhileOthersSignIn() throws Exception {
        try (TestAuthorizationServer server = new TestAuthorizationServer(pki)) {
            Path logins = Files.writeString(
                    folder.resolve("logins"), "alice:" + TestAuthorizationServer.PASSWORD + "\nmallory:guessed\n");
            AtomicInteger looks = new AtomicInteger();
            Instant start = Instant.now();
            InstantSource hasty = () -> start.plus(Duration.ofHours(looks.getAndIncrement()));

            CommandRun run = CommandRun.of(
                    command(hasty), arguments("--logins", logins.toString(), "--authz-server", server.address() + ""));

            assertThat(run.exit()).as("no storm without mallory").isEqualTo(PhoneExitCodes.SIGN_IN);
            await().until(() -> !server.refreshTokensSeen.isEmpty());
        }
    }

    @Test
    void saysWhatIsWrongWithTheFile() throws IOException {
        Path noToken = Files.writeString(folder.resolve("no-token"), "secret\n");
        Path anonymous = Files.writeString(folder.resolve("anonymous"), token("{\"sub\":\"alice\"}") + "\n");
        Path number = Files.writeString(folder.resolve("number"), token("{\"aor\":[\"tel:1001\"]}") + "\n");

        assertThat(storm("--tokens", noToken.toString()).err())
                .contains("a line is not a token")
                .doesNotContain("secret");
        assertThat(storm("--tokens", anonymous.toString()).err()).contains("names no address-of-record");
        assertThat(storm("--tokens", number.toString()).err()).contains("names no address-of-record");
        assertThat(storm("--tokens", tokens(3), "--phones", "4").err()).contains("it holds 3 phones");
        CommandRun missing = storm("--tokens", folder.resolve("missing").toString());
        assertThat(missing.err()).contains("cannot use", "NoSuchFile");
        assertThat(missing.exit()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--registrar=localhost",
                "--registrar=localhost:70000",
                "--rate=0",
                "--phones=0",
                "--hold=-1",
                "--every=0",
                "--think=-1",
                "--progress=-1",
                "--authz-server=https://as.example.com"
            })
    void refusesOptionsThatMakeNoSense(String option) throws IOException {
        List<String> args = new ArrayList<>(List.of("phone", "storm", option, "--tokens=" + tokens(1)));
        if (!option.startsWith("--registrar")) {
            args.add("--registrar=localhost:5090");
        }

        CommandRun run = CommandRun.of(command(InstantSource.system()), args.toArray(String[]::new));

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains(option.substring(0, option.indexOf('=')));
    }

    private CommandRun storm(String... options) {
        return CommandRun.of(command(InstantSource.system()), arguments(options));
    }

    private record Running(Thread thread, CompletableFuture<CommandRun> run, StringWriter said) {
        String err() {
            return said.toString();
        }
    }

    /** Runs it until its words on how it goes have this pattern. */
    private CommandRun stormUntil(String said, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--hold", "300", "--progress", "1"));
        Running storm = start(all.toArray(String[]::new));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Pattern.compile(said).matcher(storm.err()).find());
        storm.thread().interrupt();
        return storm.run().get(20, TimeUnit.SECONDS);
    }

    private Running start(String... options) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CompletableFuture<CommandRun> run = new CompletableFuture<>();
        CommandLine sipoauth = SipoauthMain.withCommands(command(InstantSource.system()));
        sipoauth.setOut(new PrintWriter(out, true));
        sipoauth.setErr(new PrintWriter(err, true));
        Thread thread = new Thread(
                () -> {
                    int exit = sipoauth.execute(arguments(options));
                    run.complete(new CommandRun(exit, out.toString(), err.toString()));
                },
                "storm");
        thread.setDaemon(true);
        thread.start();
        return new Running(thread, run, err);
    }

    private String[] arguments(String... options) {
        List<String> args = new ArrayList<>(List.of("phone", "storm"));
        if (Arrays.stream(options).noneMatch(option -> option.startsWith("--registrar="))) {
            args.add("--registrar=localhost:" + registrar.port());
        }
        args.add("--trust=" + trusted);
        args.addAll(List.of(options));
        return args.toArray(String[]::new);
    }

    private static CommandLine command(InstantSource clock) {
        CommandLine phone = new CommandLine(new PhoneCommand());
        phone.addSubcommand(new StormCommand(clock));
        return phone;
    }

    private List<SipRequest> requests(int count) throws InterruptedException {
        List<SipRequest> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(registrar.takeRequest());
        }
        return requests;
    }

    private String tokens(int count) throws IOException {
        Set<String> lines = new HashSet<>();
        for (int i = 0; i < count; i++) {
            lines.add(token("{\"aor\":[\"sip:" + (1000 + i) + "@example.com\"],\"device_name\":\"CSF" + i + "\"}"));
        }
        return Files.write(folder.resolve("tokens-" + count), lines).toString();
    }

    private static String token(String claims) {
        return base64url("{\"alg\":\"ES256\"}") + "." + base64url(claims) + "." + base64url("signature");
    }

    private static String base64url(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String credentials(SipRequest request) {
        return request.headers().first("Proxy-Authorization").orElse("");
    }
}
