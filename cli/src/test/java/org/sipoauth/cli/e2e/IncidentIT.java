package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.cli.json.JsonObject;

/** A lost phone and a stolen token, from the operator's first look to the registrar that refuses. */
class IncidentIT {
    /** How soon is measured elsewhere. This is how long a busy machine may take for a poll of a second. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private static Path folder;

    private static Platform platform;
    private static HttpsClient https;

    @BeforeAll
    static void start() throws Exception {
        platform = Platform.start(folder, "edge.example.com", List.of(), List.of("--status-lists.refresh=1s"));
        https = new HttpsClient(Trust.context(Optional.of(platform.authority())), Duration.ofSeconds(20));
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void aLostPhoneIsOutWithinAPoll() throws Exception {
        signIn("alice");
        Path lost = memoryThatCannotRefresh("alice", token("alice", "access_token"));
        assertThat(platform.run(registerFromMemory("alice", lost)).output()).contains("SIP/2.0 200 OK");
        assertThat(bindings()).contains("sip:1001@example.com");
        assertThat(platform.sipoauth(admin("sessions", "list", "--user=alice")))
                .contains("live", "CSFALICE", "softphone");

        assertThat(platform.sipoauth(admin("sessions", "revoke", "--user=alice", "--reason=phone lost")))
                .contains("Revoked 1 login: user alice.");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(bindings()).doesNotContain("sip:1001@example.com"));
        assertRefusedByTheRegistrar("alice", lost);
        assertThat(refresh(token("alice", "refresh_token")).string("error")).contains("invalid_grant");
        assertThat(platform.sipoauth(admin("sessions", "list", "--user=alice"))).contains("revoked");
        awaitAudit("alice", "revoked", "phone lost", "refused", "revoked before");
    }

    @Test
    void aStolenTokenThatIsReplayedEndsTheLogin() throws Exception {
        signIn("bob");
        String stolen = token("bob", "refresh_token");
        String newest = stolen;
        String access = "";
        for (int refresh = 0; refresh < 3; refresh++) {
            JsonObject answer = refresh(newest);
            newest = answer.string("refresh_token").orElseThrow();
            access = answer.string("access_token").orElseThrow();
        }
        Path phone = memoryThatCannotRefresh("bob", access);
        assertThat(platform.run(registerFromMemory("bob", phone)).output()).contains("SIP/2.0 200 OK");

        assertThat(refresh(stolen).string("error")).contains("invalid_grant");

        assertThat(refresh(newest).string("error")).contains("invalid_grant");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(bindings()).doesNotContain("sip:1002@example.com"));
        assertRefusedByTheRegistrar("bob", phone);
        awaitAudit("bob", "replayed", "Two held tokens of this login");
    }

    @Test
    void aPhoneThatSignsOutIsOutWithinAPoll() throws Exception {
        signIn("carol");
        Path signedOut = memoryThatCannotRefresh("carol", token("carol", "access_token"));
        assertThat(bindings()).contains("sip:1003@example.com");

        assertThat(platform.sipoauth(
                        "phone",
                        "sign-out",
                        "--device=CSFCAROL",
                        "--token-file=" + tokenFile("carol"),
                        "--trust=" + platform.authority()))
                .contains("Signed out.");

        assertThat(tokenFile("carol")).doesNotExist();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(bindings()).doesNotContain("sip:1003@example.com"));
        assertRefusedByTheRegistrar("carol", signedOut);
        awaitAudit("carol", "signed out");
    }

    private static String bindings() throws IOException, InterruptedException {
        return platform.registrarPage("/bindings");
    }

    private static void assertRefusedByTheRegistrar(String subscriber, Path memory) throws Exception {
        Platform.Run refused = platform.run(registerFromMemory(subscriber, memory));
        assertThat(refused.output())
                .contains("SIP/2.0 407 Proxy Authentication Required", "error=\"invalid_token\"")
                .doesNotContain("SIP/2.0 200 OK");
    }

    /** The trail is written behind the requests. */
    private static void awaitAudit(String user, String... contents) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(platform.sipoauth(admin("audit", "--user=" + user, "--since=1h")))
                        .contains(contents));
    }

    private static JsonObject refresh(String refreshToken) throws IOException, InterruptedException, ParseException {
        return JsonObject.parse(https.postForm(
                        platform.issuer().resolve("/oauth2/token"),
                        Map.of("grant_type", "refresh_token", "client_id", "softphone", "refresh_token", refreshToken))
                .body());
    }

    private static String[] admin(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(
                "--server=" + platform.issuer(),
                "--client-file=" + folder.resolve("data").resolve("admin-client.txt"),
                "--trust=" + platform.authority()));
        return all.toArray(String[]::new);
    }

    private static void signIn(String subscriber) throws IOException, InterruptedException {
        platform.sipoauth(register(
                platform.provisioning(),
                subscriber,
                "--user=" + subscriber,
                "--password-file=" + platform.passwordFile(subscriber),
                "--token-file=" + tokenFile(subscriber)));
    }

    /** With nobody to ask for a configuration or a fresh token, the phone shows the registrar what it has. */
    private static String[] registerFromMemory(String subscriber, Path memory) throws IOException {
        return register(
                URI.create("https://localhost:" + LoopbackPorts.free()),
                subscriber,
                "--trace",
                "--user=" + subscriber,
                "--password-file=" + platform.passwordFile(subscriber),
                "--token-file=" + memory);
    }

    private static String[] register(URI provisioning, String subscriber, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "phone",
                "register",
                "--once",
                "--provisioning=" + provisioning,
                "--device=CSF" + subscriber.toUpperCase(Locale.ROOT),
                "--trust=" + platform.authority()));
        command.addAll(List.of(options));
        return command.toArray(String[]::new);
    }

    private static Path memoryThatCannotRefresh(String subscriber, String accessToken) throws Exception {
        String memory = Files.readString(tokenFile(subscriber))
                .replace(token(subscriber, "access_token"), accessToken)
                .replace(token(subscriber, "refresh_token"), "gone-and-forgotten");
        return Files.writeString(folder.resolve(subscriber + "-forgotten.json"), memory);
    }

    private static String token(String subscriber, String name) throws IOException, ParseException {
        return JsonObject.parse(Files.readString(tokenFile(subscriber)))
                .string(name)
                .orElseThrow();
    }

    private static Path tokenFile(String subscriber) {
        return folder.resolve(subscriber + ".json");
    }
}
