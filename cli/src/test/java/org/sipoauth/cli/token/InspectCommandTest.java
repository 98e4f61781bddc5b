package org.sipoauth.cli.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.cli.CommandRun;

class InspectCommandTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final String HEADER = "{\"kid\":\"k1\",\"typ\":\"at+jwt\",\"alg\":\"ES256\"}";
    private static final String CLAIMS =
            "{\"iss\":\"https://as.example.com\",\"sub\":\"alice\",\"aud\":\"sip:example.com\","
                    + "\"exp\":%d,\"iat\":%d,\"jti\":\"j1\",\"client_id\":\"softphone\",\"scope\":\"sip.register\","
                    + "\"device_name\":\"CSFALICE\",\"aor\":[\"sip:1001@example.com\",\"sip:1002@example.com\"]}";

    @Test
    void showsHeaderAndClaimsInPlainWords() {
        CommandRun run = inspect(token(55 * 60));

        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("type          at+jwt", "algorithm     ES256", "key id        k1")
                .contains("issuer        https://as.example.com", "subject       alice", "device        CSFALICE")
                .contains("may register  sip:1001@example.com, sip:1002@example.com")
                .contains("issued at     2026-11-23 09:55:00 UTC   (5 min 0 s ago)")
                .contains("expires at    2026-11-23 10:55:00 UTC   (expires in 55 min 0 s)");
    }

    @Test
    void saysFirstThatNothingWasVerified() {
        CommandRun run = inspect(token(60));

        assertThat(run.out()).startsWith("NOT VERIFIED").contains("not checked").doesNotContainIgnoringCase("is valid");
    }

    @Test
    void neverPrintsTheSignature() {
        String token = token(60);

        assertThat(inspect(token).out()).doesNotContain(token.substring(token.lastIndexOf('.') + 1));
    }

    @Test
    void saysThatATokenExpired() {
        assertThat(inspect(token(-61)).out()).contains("(EXPIRED 1 min 1 s ago)");
        assertThat(inspect(token(0)).out()).contains("(EXPIRED 0 s ago)");
        assertThat(inspect(token(1)).out()).contains("(expires in 1 s)");
    }

    @Test
    void readsStandardInputWithoutArgument() {
        assertThat(run(token(60) + "\n", "inspect").exit()).isZero();
        assertThat(run("\n  " + token(60) + "\r\n\n", "inspect", "-").exit()).isZero();
    }

    @Test
    void refusesNoneAndSeveralOnStandardInput() {
        assertThat(run("\n\n", "inspect").exit()).isEqualTo(1);
        assertThat(run("\n\n", "inspect").err()).contains("no token");
        assertThat(run(token(1) + "\n" + token(2), "inspect").err()).contains("2 lines");
        assertThat(run("x".repeat(70_000), "inspect").err()).contains("more than 65536 bytes");
    }

    @Test
    void showsOnlyTheHeaderOfAnEncryptedToken() {
        String header = base64("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}");

        CommandRun run = inspect(header + "..aXY.Y2lwaGVy.dGFn");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("Encrypted token (JWE)", "dir", "cannot be shown without the key");
    }

    @Test
    void showsClaimsItDoesNotKnowByTheirNames() {
        String token = signed("{\"cnf\":{\"x5t#S256\":\"abc\"},\"admin\":true,\"nothing\":null,\"exp\":\"soon\"}");

        assertThat(inspect(token).out())
                .contains("cnf           {\"x5t#S256\":\"abc\"}", "admin         true", "nothing       null")
                .contains("expires at    soon   (not a time)");
    }

    @Test
    void saysThatATimeBeyondTheCalendarIsNone() {
        assertThat(inspect(signed("{\"exp\":9223372036854775807}")).out())
                .contains("9223372036854775807   (not a time)");
    }

    @Test
    void aTokenCannotDriveTheTerminal() {
        String token = signed("{\"sub\":\"\\u001b[2Jalice\\nvalid\",\"x\\u0007\":\"\\u202e\"}");

        CommandRun run = inspect(token);

        assertThat(run.out()).contains("\\u001b[2Jalice\\u000avalid", "x\\u0007", "\\u202e");
        assertThat(run.out()).doesNotContain("\u001b", "\u0007", "\u202e");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "a.b",
                "a.b.c.d",
                "..",
                "e30.e30.A",
                "e30.e30=.AA",
                "e30.e31.AA",
                "e30.W10.AA",
                "e30.AA.AA",
                "e30.ImEi.AA",
                "e3 0.e30.AA",
                "Bearer e30.e30.AA"
            })
    void saysWhatIsNoToken(String text) {
        CommandRun run = inspect(text);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("sipoauth: not a token: it");
    }

    @Test
    void refusesAClaimNamedTwice() {
        CommandRun run = inspect(signed("{\"sub\":\"alice\",\"sub\":\"bob\"}"));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("claims part is not a JSON object");
    }

    private static CommandRun inspect(String token) {
        return run("", "inspect", token);
    }

    private static CommandRun run(String input, String... args) {
        ByteArrayInputStream stdin = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return CommandRun.of(new InspectCommand(InstantSource.fixed(NOW), stdin), args);
    }

    private static String token(long secondsLeft) {
        return signed(String.format(CLAIMS, NOW.getEpochSecond() + secondsLeft, NOW.getEpochSecond() - 300));
    }

    private static String signed(String claims) {
        return base64(HEADER) + "." + base64(claims) + "." + base64("a signature, or not");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
