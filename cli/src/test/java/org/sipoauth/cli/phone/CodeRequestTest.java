package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sipoauth.cli.console.CommandFailure;

class CodeRequestTest {
    private static final URI REDIRECT = URI.create("http://127.0.0.1:54321/callback");
    private static final String ISSUER = "https://as.example.com";
    private static final URI ENDPOINT = URI.create("https://as.example.com/authorize");
    private static final AuthorizationServer SERVER = new AuthorizationServer(
            ISSUER, ENDPOINT, ENDPOINT, Optional.empty(), Optional.empty(), Optional.empty(), true);

    private final CodeRequest request = new CodeRequest(SERVER, REDIRECT);

    @Test
    void asksWithDeviceStateAndChallenge() throws Exception {
        String query = request.address("softphone", "sip.register", "CSFALICE").getRawQuery();

        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(request.codeVerifier().getBytes(StandardCharsets.US_ASCII));
        assertThat(query.split("&"))
                .contains("response_type=code", "client_id=softphone", "scope=sip.register", "device_name=CSFALICE")
                .contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A54321%2Fcallback", "code_challenge_method=S256")
                .contains("code_challenge="
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(hash));
        assertThat(request.codeVerifier()).hasSize(43);
    }

    @Test
    void neverAsksTwiceAlike() {
        CodeRequest other = new CodeRequest(SERVER, REDIRECT);

        assertThat(other.codeVerifier()).isNotEqualTo(request.codeVerifier());
        assertThat(state(other)).isNotEqualTo(state(request));
    }

    @Test
    void takesTheCodeOfItsOwnAnswer() {
        assertThat(request.codeFrom(answer("code=a%2Bb&state=" + state(request) + "&iss=https%3A%2F%2Fas.example.com")))
                .isEqualTo("a+b");
    }

    @Test
    void refusesAnotherState() {
        assertRefused("code=c&state=forged&iss=" + ISSUER, "state differs");
        assertRefused("code=c&iss=" + ISSUER, "state differs");
    }

    @Test
    void refusesAnotherIssuerAndAMissingOne() {
        assertRefused("code=c&state=" + state(request) + "&iss=https://evil.example.com", "iss differs");
        assertRefused("code=c&state=" + state(request), "iss differs or is missing");
    }

    @Test
    void needsNoIssuerFromAServerThatNeverSendsIt() {
        CodeRequest older = new CodeRequest(
                new AuthorizationServer(
                        ISSUER, ENDPOINT, ENDPOINT, Optional.empty(), Optional.empty(), Optional.empty(), false),
                REDIRECT);

        assertThat(older.codeFrom(answer("code=c&state=" + state(older)))).isEqualTo("c");
        assertThatThrownBy(
                        () -> older.codeFrom(answer("code=c&state=" + state(older) + "&iss=https://evil.example.com")))
                .isInstanceOf(CommandFailure.class);
    }

    @Test
    void passesOnARefusal() {
        assertRefused(
                "error=access_denied&error_description=not+yours%0a&state=" + state(request) + "&iss=" + ISSUER,
                "access_denied, not yours\\u000a");
    }

    @Test
    void refusesAParameterGivenTwice() {
        assertRefused("code=c&code=d&state=" + state(request) + "&iss=" + ISSUER, "twice");
    }

    @Test
    void refusesAnAnswerWithoutCode() {
        assertRefused("state=" + state(request) + "&iss=" + ISSUER, "no code");
    }

    private void assertRefused(String query, String why) {
        assertThatThrownBy(() -> request.codeFrom(answer(query)))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(why)
                .extracting(failure -> ((CommandFailure) failure).exitCode())
                .isEqualTo(PhoneExitCodes.SIGN_IN);
    }

    private static URI answer(String query) {
        return URI.create(REDIRECT + "?" + query);
    }

    private static String state(CodeRequest request) {
        return request.address("softphone", "sip.register", "CSFALICE")
                .getRawQuery()
                .replaceFirst(".*&state=([^&]+).*", "$1");
    }
}
