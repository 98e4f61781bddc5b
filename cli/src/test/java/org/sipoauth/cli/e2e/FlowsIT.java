package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.cli.json.JsonObject;
import org.sipoauth.cli.token.UnverifiedToken;

/** What the whole is for, by the jars as an operator runs them, over real HTTPS and SIP: three flows and a phone's end. */
class FlowsIT {
    private static final int SIGN_IN_REFUSED = 4;
    private static final int UNREACHABLE = 6;
    private static final Duration ROTATION_LIMIT = Duration.ofMinutes(2);

    /** A rotation policy scaled down from months and minutes to seconds, in the same proportions. */
    private static final List<String> FAST_ROTATION = List.of(
            "--sipoauth.keys.rotate-every=20s",
            "--sipoauth.keys.propagation=4s",
            "--sipoauth.keys.verifier-refresh=2s",
            "--sipoauth.keys.jwk-set-max-age=2s",
            "--sipoauth.keys.look-every=500ms");

    @TempDir
    private static Path shared;

    private static Platform platform;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        platform = Platform.start(shared, "edge.example.com", FAST_ROTATION, List.of("--jwks.refresh=2s"));
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void aPhoneGetsItsTokens() throws Exception {
        String registered = signIn("alice");

        assertThat(registered).contains("Signing in at " + platform.issuer(), "SIP/2.0 200 OK");
        JsonObject claims = UnverifiedToken.parse(accessToken("alice")).claims().orElseThrow();
        assertThat(claims.string("iss")).contains(platform.issuer().toString());
        assertThat(claims.string("sub")).contains("alice");
        assertThat(claims.string("device_name")).contains("CSFALICE");
        assertThat(claims.strings("aor")).containsExactly("sip:1001@example.com");
        assertThat(claims.string("scope")).contains("sip.register");
        assertThat(claims.integer("exp").orElseThrow() - claims.integer("iat").orElseThrow())
                .isEqualTo(Duration.ofMinutes(60).toSeconds());
        assertThat(memory("alice").string("refresh_token")).isPresent();
        assertThat(registered).doesNotContain(accessToken("alice"));
        assertThat(platform.registrarPage("/bindings"))
                .contains("\"aor\":\"sip:1001@example.com\"", "\"device\":\"CSFALICE\"");
    }

    @Test
    void aPhoneGetsNoTokensForAWrongPasswordOrAnothersDevice() throws Exception {
        Path wrong = Files.writeString(folder.resolve("wrong"), "not the password\n");
        Platform.Run badPassword =
                platform.run(register("alice", "--once", "--user=alice", "--password-file=" + wrong));
        assertThat(badPassword.exit()).as(badPassword.output()).isEqualTo(SIGN_IN_REFUSED);

        Platform.Run notTheirs = platform.run(
                register("alice", "--once", "--user=bob", "--password-file=" + platform.passwordFile("bob")));
        assertThat(notTheirs.exit()).as(notTheirs.output()).isEqualTo(SIGN_IN_REFUSED);
        assertThat(notTheirs.output()).contains("access_denied");
    }

    @Test
    void aRegisterIsVerifiedOffline() throws Exception {
        signIn("carol");
        Path forged = forgedCopyOf("carol");

        platform.stopServer();
        try {
            Platform.Run again = platform.run(register("carol", "--once", "--trace", remembering("carol")));
            assertThat(again.exit()).as(again.output()).isZero();
            assertThat(again.output())
                    .contains("the remembered configuration is in use")
                    .contains("SIP/2.0 407 Proxy Authentication Required", "SIP/2.0 200 OK");

            Platform.Run refused = platform.run(register("carol", "--once", "--trace", "--token-file=" + forged));
            assertThat(refused.exit()).as(refused.output()).isEqualTo(UNREACHABLE);
            assertThat(refused.output()).contains("error=\"invalid_token\"").doesNotContain("SIP/2.0 200 OK");
        } finally {
            platform.startServer();
        }
    }

    @Test
    void theSigningKeyRotates() throws Exception {
        signIn("dave");
        String before = keyId(accessToken("dave"));

        await().atMost(ROTATION_LIMIT).untilAsserted(() -> {
            signIn("erin");
            assertThat(keyId(accessToken("erin"))).isNotEqualTo(before);
        });

        Platform.Run older = platform.run(register("dave", "--once", "--trace", remembering("dave")));
        assertThat(older.exit()).as(older.output()).isZero();
        assertThat(older.output()).contains("SIP/2.0 200 OK").doesNotContain("invalid_token", "Tokens refreshed");
        assertThat(keyId(accessToken("dave"))).isEqualTo(before);
        Platform.Run newer = platform.run(register("erin", "--once", "--trace", remembering("erin")));
        assertThat(newer.exit()).as(newer.output()).isZero();
        assertThat(newer.output()).contains("SIP/2.0 200 OK").doesNotContain("invalid_token", "Tokens refreshed");
    }

    @Test
    void aPhoneTakesItsBindingBackWhenItIsToldToEnd() throws Exception {
        String[] command = register("frank", "--user=frank", "--password-file=" + platform.passwordFile("frank"));
        try (ChildProcess phone = platform.startSipoauth(command)) {
            phone.awaitLine("^Registered sip:1006@");
            assertThat(platform.registrarPage("/bindings")).contains("\"aor\":\"sip:1006@example.com\"");

            phone.terminate();

            assertThat(phone.awaitExit(Duration.ofSeconds(20)))
                    .as(phone.output())
                    .isZero();
            assertThat(phone.output()).contains("Unregistered");
        }
        assertThat(platform.registrarPage("/bindings")).doesNotContain("\"aor\":\"sip:1006@example.com\"");
    }

    private String signIn(String subscriber) throws IOException, InterruptedException {
        Files.deleteIfExists(tokenFile(subscriber));
        return platform.sipoauth(register(
                subscriber,
                "--once",
                "--trace",
                "--user=" + subscriber,
                "--password-file=" + platform.passwordFile(subscriber),
                remembering(subscriber)));
    }

    private static String[] register(String subscriber, String... options) {
        List<String> command = new ArrayList<>(List.of(
                "phone",
                "register",
                "--provisioning=" + platform.provisioning(),
                "--device=CSF" + subscriber.toUpperCase(Locale.ROOT),
                "--trust=" + platform.authority()));
        command.addAll(List.of(options));
        return command.toArray(String[]::new);
    }

    private String remembering(String subscriber) {
        return "--token-file=" + tokenFile(subscriber);
    }

    private Path tokenFile(String subscriber) {
        return folder.resolve(subscriber + ".json");
    }

    private JsonObject memory(String subscriber) throws IOException, ParseException {
        return JsonObject.parse(Files.readString(tokenFile(subscriber)));
    }

    private String accessToken(String subscriber) throws IOException, ParseException {
        return memory(subscriber).string("access_token").orElseThrow();
    }

    private static String keyId(String token) throws UnverifiedToken.NotAToken {
        return UnverifiedToken.parse(token).header().string("kid").orElseThrow();
    }

    /** The phone's memory with one character of its token's signature changed. */
    private Path forgedCopyOf(String subscriber) throws IOException, ParseException {
        String token = accessToken(subscriber);
        int inSignature = token.lastIndexOf('.') + 10;
        char other = token.charAt(inSignature) == 'A' ? 'B' : 'A';
        String forged = token.substring(0, inSignature) + other + token.substring(inSignature + 1);
        String memory = Files.readString(tokenFile(subscriber)).replace(token, forged);
        return Files.writeString(folder.resolve("forged.json"), memory);
    }
}
