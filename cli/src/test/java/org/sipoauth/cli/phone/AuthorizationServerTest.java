package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.text.ParseException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthorizationServerTest {
    private static final URI ISSUER = URI.create("https://as.example.com");
    private static final String METADATA = "{\"issuer\":\"https://as.example.com\","
            + "\"authorization_endpoint\":\"https://as.example.com/authorize\","
            + "\"token_endpoint\":\"https://as.example.com/token\","
            + "\"code_challenge_methods_supported\":[\"S256\"],"
            + "\"authorization_response_iss_parameter_supported\":true}";

    @ParameterizedTest
    @CsvSource({
        "https://as.example.com, https://as.example.com/.well-known/oauth-authorization-server",
        "https://as.example.com/, https://as.example.com/.well-known/oauth-authorization-server",
        "https://as.example.com:8443/cluster1, https://as.example.com:8443/.well-known/oauth-authorization-server/cluster1"
    })
    void metadataIsBetweenHostAndPath(URI issuer, URI expected) {
        assertThat(AuthorizationServer.metadataAddress(issuer)).isEqualTo(expected);
    }

    @Test
    void readsItsEndpoints() throws ParseException {
        assertThat(AuthorizationServer.parse(METADATA, ISSUER))
                .isEqualTo(new AuthorizationServer(
                        "https://as.example.com",
                        URI.create("https://as.example.com/authorize"),
                        URI.create("https://as.example.com/token"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        true));
    }

    @Test
    void readsWherePhonesShowCertificates() throws ParseException {
        String metadata = METADATA.replaceFirst(
                "\\{", "{\"mtls_endpoint_aliases\":{\"token_endpoint\":\"https://as.example.com:8444/token\"},");

        assertThat(AuthorizationServer.parse(metadata, ISSUER).mutualTlsTokenEndpoint())
                .contains(URI.create("https://as.example.com:8444/token"));
    }

    @Test
    void readsWhereALoginIsEnded() throws ParseException {
        String metadata = METADATA.replaceFirst("\\{", "{\"revocation_endpoint\":\"https://as.example.com/revoke\",");

        assertThat(AuthorizationServer.parse(metadata, ISSUER).revocationEndpoint())
                .contains(URI.create("https://as.example.com/revoke"));
    }

    @Test
    void readsWherePhonesWithoutABrowserGetTheirCodes() throws ParseException {
        String metadata =
                METADATA.replaceFirst("\\{", "{\"device_authorization_endpoint\":\"https://as.example.com/device\",");

        assertThat(AuthorizationServer.parse(metadata, ISSUER).deviceAuthorizationEndpoint())
                .contains(URI.create("https://as.example.com/device"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "https://as.example.com\", https://evil.example.com\", another issuer",
                "S256, plain, PKCE",
                "https://as.example.com/token, http://as.example.com/token, not an https address",
                "token_endpoint, other_endpoint, no token_endpoint"
            })
    void refusesWhatAPhoneMustNotUse(String part, String replacement, String why) {
        assertThatThrownBy(() -> AuthorizationServer.parse(METADATA.replaceFirst(part, replacement), ISSUER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
