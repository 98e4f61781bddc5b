package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.status.StatusReference;

class AccessTokenTest {
    @Test
    void tellsWhatTheTokenSays() {
        AccessToken token = verified(TestTokens.valid()
                .with("aud", List.of("sip:example.com", "sip:example.net"))
                .with("scope", "openid sip.register !#[]~")
                .with("sid", "login-1")
                .withStatus(TestTokens.STATUS_LIST, 8)
                .with(
                        "cnf",
                        Map.of("a", 1, "x5t#S256", "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0", "z", List.of())));
        assertThat(token.issuer()).isEqualTo(TestTokens.ISSUER);
        assertThat(token.subject()).isEqualTo("alice");
        assertThat(token.audience()).containsExactly("sip:example.com", "sip:example.net");
        assertThat(token.clientId()).isEqualTo("softphone");
        assertThat(token.scopes()).containsExactlyInAnyOrder("openid", "sip.register", "!#[]~");
        assertThat(token.tokenId()).isEqualTo("test-token-1");
        assertThat(token.issuedAt()).isEqualTo(TestTokens.ISSUED);
        assertThat(token.expiresAt()).isEqualTo(TestTokens.EXPIRES);
        assertThat(token.deviceName()).contains("CSFALICE");
        assertThat(token.addressesOfRecord()).containsExactly("sip:1001@example.com");
        assertThat(token.certificateThumbprint()).contains("bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0");
        assertThat(token.sessionId()).contains("login-1");
        assertThat(token.status()).contains(new StatusReference(TestTokens.STATUS_LIST, 8));
    }

    @Test
    void isEmptyOfWhatTheTokenDoesNotSay() {
        AccessToken token = verified(
                TestTokens.valid().without("scope").without("device_name").without("aor"));
        assertThat(token.scopes()).isEmpty();
        assertThat(token.deviceName()).isEmpty();
        assertThat(token.addressesOfRecord()).isEmpty();
        assertThat(token.certificateThumbprint()).isEmpty();
        assertThat(token.sessionId()).isEmpty();
        assertThat(token.status()).isEmpty();
        assertThat(token.hasScope("sip.register")).isFalse();
        assertThat(token.isForDevice("CSFALICE")).isFalse();
        assertThat(token.mayRegister("sip:1001@example.com")).isFalse();
    }

    @Test
    void hasScopeOnlyWhenSpelledTheSame() {
        AccessToken token = verified(TestTokens.valid());
        assertThat(token.hasScope("sip.register")).isTrue();
        assertThat(token.hasScope("SIP.register")).isFalse();
        assertThat(token.hasScope("sip")).isFalse();
        assertThat(token.hasScope("openid sip.register")).isFalse();
    }

    @Test
    void isForItsDeviceOnly() {
        AccessToken token = verified(TestTokens.valid());
        assertThat(token.isForDevice("CSFALICE")).isTrue();
        assertThat(token.isForDevice("CSFalice")).isFalse();
        assertThat(token.isForDevice("")).isFalse();
    }

    @Test
    void fitsTheConnectionWithItsCertificateOnly() throws CertificateException {
        X509Certificate certificate = certificate();
        AccessToken bound = verified(
                TestTokens.valid().with("cnf", Map.of("x5t#S256", "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0")));
        assertThat(bound.fitsConnection(Optional.of(certificate))).isTrue();
        assertThat(bound.fitsConnection(Optional.empty())).isFalse();
        AccessToken others = verified(TestTokens.valid().with("cnf", Map.of("x5t#S256", "A".repeat(43))));
        assertThat(others.fitsConnection(Optional.of(certificate))).isFalse();
    }

    @Test
    void fitsEveryConnectionWhereItIsBoundToNoCertificate() throws CertificateException {
        AccessToken unbound = verified(TestTokens.valid());
        assertThat(unbound.fitsConnection(Optional.empty())).isTrue();
        assertThat(unbound.fitsConnection(Optional.of(certificate()))).isTrue();
    }

    /** The one of RFC 8705 appendix A. */
    private static X509Certificate certificate() throws CertificateException {
        byte[] encoded = Base64.getDecoder()
                .decode("MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx"
                        + "ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG"
                        + "SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ"
                        + "/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID"
                        + "SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV"
                        + "bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=");
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }

    @Test
    void neverShowsTheTokenInToString() {
        String compact = TestTokens.valid().sign();
        Verdict verdict = verifier().verify(compact);
        assertThat(verdict).asString().contains("test-token-1");
        for (String part : compact.split("\\.")) {
            assertThat(verdict).asString().doesNotContain(part.substring(0, 20));
        }
    }

    /** RFC 3261 §19.1.4; the first is the token's, the second the one that asks to be registered. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sip:1001@example.com | sip:1001@example.com",
                "sip:1001@example.com | SIP:1001@EXAMPLE.com",
                "sip:alice@example.com | sip:%61l%69ce@example.com",
                "sip:%61lice@example.com | sip:alice@example.com",
                "sip:%30%39%41%5A%61%7A%2D%5F%2E%21%7E%2A%28%29@example.com | sip:09AZaz-_.!~*()@example.com",
                "sip:a%2fb@example.com | sip:a%2Fb@example.com",
                "sip:+15550100@example.com | sip:+15550100@example.com",
                "sip:1001;phone-context=x@example.com | sip:1001;phone-context=x@example.com",
                "sip:1001@example.com | sip:1001@example.com;transport=tls",
                "sip:1001@example.com;user=phone | sip:1001@example.com",
                "sip:1001@example.com | sips:1001@example.com",
                "sips:1001@example.com | sips:1001@example.com",
                "sip:1001@example.com:5090 | sip:1001@example.com:5090",
                "sip:1001@[2001:DB8::1] | sip:1001@[2001:db8::1]",
                "sip:1001@192.0.2.1 | sip:1001@192.0.2.1",
            })
    void mayRegisterAddressThatIsTheSame(String granted, String asked) {
        assertThat(withAddress(granted).mayRegister(asked)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sip:1001@example.com | sip:1002@example.com",
                "sip:1001@example.com | sip:1001@example.net",
                "sip:1001@example.com | sip:1001@sub.example.com",
                "sip:1001@example.com | sip:1001@example.com.",
                "sip:alice@example.com | sip:Alice@example.com",
                "sip:+15550100@example.com | sip:%2B15550100@example.com",
                "sip:a%2fb@example.com | sip:a/b@example.com",
                "sip:1001@example.com | sip:1001;phone-context=x@example.com",
                "sips:1001@example.com | sip:1001@example.com",
                "sip:1001@example.com | sip:1001@example.com:5060",
                "sip:1001@example.com:5090 | sip:1001@example.com",
                "tel:+15550100 | tel:+15550100",
                "sip:example.com | sip:example.com",
            })
    void mayNotRegisterAddressThatDiffers(String granted, String asked) {
        assertThat(withAddress(granted).mayRegister(asked)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sip:",
                "1001@example.com",
                "<sip:1001@example.com>",
                "sip:1001@",
                "sip:@example.com",
                "sip:1001:secret@example.com",
                "sip:1001@example.com?Subject=x",
                "sip:1001@example.com;transport=tls?Subject=x",
                "sip:1001@example.com ",
                " sip:1001@example.com",
                "sip:1001@example.com\r\n",
                "sip:1001@example.com;a\r\nb",
                "sip:1001@mallory@example.com",
                "sip:1001@example.com;x@mallory.example",
                "sip:1001@example.com;x=\"y\"",
                "sip:1001@example.com>",
                "sip:1001@example.com,sip:1002@example.com",
                "sip:1001%@example.com",
                "sip:1001%4@example.com",
                "sip:1001%zz@example.com",
                "sip:1001@exam ple.com",
                "sip:1001@example.com\u0000",
                "sip:1001@example.com:",
                "sip:1001@example.com:123456",
            })
    void mayNotRegisterWhatIsNoAddressOfRecord(String asked) {
        assertThat(withAddress("sip:1001@example.com").mayRegister(asked)).isFalse();
        assertThat(withAddress(asked).mayRegister(asked)).isFalse();
    }

    @Test
    void mayRegisterAnyOfSeveralAddresses() {
        AccessToken token = verified(TestTokens.valid()
                .with("aor", List.of("tel:+15550100", "sip:1001@example.com", "sip:1002@example.com")));
        assertThat(token.mayRegister("sip:1002@example.com")).isTrue();
        assertThat(token.mayRegister("sip:1003@example.com")).isFalse();
        assertThat(token.addressesOfRecord()).hasSize(3);
    }

    @Test
    void comparesAddressesOfAnyLength() {
        String address = "sip:" + "%61".repeat(1_900) + "@example.com";
        assertThat(withAddress(address).mayRegister("sip:" + "a".repeat(1_900) + "@example.com"))
                .isTrue();
    }

    private static AccessToken withAddress(String address) {
        return verified(TestTokens.valid().with("aor", List.of(address)));
    }

    private static AccessToken verified(TestTokens token) {
        Verdict verdict = verifier().verify(token.sign());
        assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
        return ((Verdict.Accepted) verdict).token();
    }

    private static TokenVerifier verifier() {
        return TokenVerifier.builder(
                        new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO),
                        KeySource.fixed(TestKeys.allKeys()))
                .clock(() -> TestTokens.ISSUED)
                .build();
    }
}
