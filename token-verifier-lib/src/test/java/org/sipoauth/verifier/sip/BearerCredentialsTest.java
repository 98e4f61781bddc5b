package org.sipoauth.verifier.sip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.verifier.sip.BearerCredentials.Dialect;

class BearerCredentialsTest {
    private static final String TOKEN = "eyJ0eXAi.eyJpc3Mi.c2ln-_";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "Bearer token=\"a.b.c\" | a.b.c",
                "bearer TOKEN = \"a.b.c\" | a.b.c",
                "BEARER\ttoken=\"a.b.c\" , realm=\"ccmsipline\" | a.b.c",
                "Bearer realm=\"x\",token=\"a.b.c\" | a.b.c",
                "Bearer token=a.b.c | a.b.c",
                "Bearer token=\"a\\.b\\\"c\" | a.b\"c",
                "Bearer realm=\"a, token=b\", token=\"c\" | c",
            })
    void readsTokenParameter(String value, String token) {
        BearerCredentials credentials = parsed(value);
        assertThat(credentials.token()).contains(token);
        assertThat(credentials.dialect()).isEqualTo(Dialect.TOKEN_PARAMETER);
        assertThat(credentials.problem()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "Bearer a.b.c | a.b.c",
                "  bEaReR \t a.b.c \t | a.b.c",
                "Bearer a.b.c, realm=\"sip.example.com\" | a.b.c",
                "Bearer a.b.c ,realm=\"x\" , opaque=y | a.b.c",
                "Bearer AZaz09-._~+/AZ== | AZaz09-._~+/AZ==",
                "Bearer token | token",
                "Bearer token= | token=",
                "Bearer token==, realm=\"x\" | token==",
            })
    void readsToken68(String value, String token) {
        BearerCredentials credentials = parsed(value);
        assertThat(credentials.token()).contains(token);
        assertThat(credentials.dialect()).isEqualTo(Dialect.TOKEN68);
        assertThat(credentials.problem()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "Digest username=\"a\"", "Bearertoken=\"a\"", "Bear er a", "\"Bearer\" a", "Basic YQ=="
            })
    void leavesOtherSchemesToOthers(String value) {
        assertThat(BearerCredentials.parse(value)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                "Bearer ,",
                "Bearer =",
                "Bearer ====",
                "Bearer a b",
                "Bearer a.b.c realm=\"x\"",
                "Bearer a=b=c",
                "Bearer a,",
                "Bearer a, b",
                "Bearer a, token=\"b\"",
                "Bearer a, realm=\"x\", realm=\"y\"",
                "Bearer token=\"\"",
                "Bearer token=\"a",
                "Bearer token=\"a\\",
                "Bearer token=\"a\" x",
                "Bearer token=\"a\",",
                "Bearer token=\"a\",,realm=x",
                "Bearer token=\"a\", Token=\"b\"",
                "Bearer realm=\"x\"",
                "Bearer token=\"a\nb\"",
                "Bearer token=\"a\\\nb\"",
                "Bearer token=\"a\u0000b\"",
                "Bearer a\r\nContact: <sip:x@y>",
                "Bearer a\r\n",
                "Bearer a\u00e9",
                "Bearer \u00a0a",
                "Bearer <a>",
            })
    void findsNoTokenInBrokenBearer(String value) {
        BearerCredentials credentials = parsed(value);
        assertThat(credentials.token()).isEmpty();
        assertThat(credentials.problem()).isPresent();
        assertThatThrownBy(credentials::headerValue).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void printsBothDialects() {
        assertThat(BearerCredentials.of(TOKEN, Dialect.TOKEN68).headerValue()).isEqualTo("Bearer " + TOKEN);
        assertThat(BearerCredentials.of(TOKEN, Dialect.TOKEN_PARAMETER).headerValue())
                .isEqualTo("Bearer token=\"" + TOKEN + "\"");
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatItPrints(Dialect dialect) {
        BearerCredentials credentials =
                parsed(BearerCredentials.of(TOKEN, dialect).headerValue());
        assertThat(credentials.token()).contains(TOKEN);
        assertThat(credentials.dialect()).isEqualTo(dialect);
    }

    @Test
    void printsEscapesAsRead() {
        BearerCredentials credentials = parsed("Bearer token=\"a\\\"\\\\b\"");
        assertThat(credentials.token()).contains("a\"\\b");
        assertThat(credentials.headerValue()).isEqualTo("Bearer token=\"a\\\"\\\\b\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\"", "a\r\nContact: x", "a,b", "=a", "a=b", "\u00e9"})
    void refusesToMakeCredentialsOfWhatIsNoToken68(String token) {
        for (Dialect dialect : Dialect.values()) {
            assertThatThrownBy(() -> BearerCredentials.of(token, dialect))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("Contact");
        }
    }

    @Test
    void neverShowsTheTokenInToString() {
        assertThat(BearerCredentials.of(TOKEN, Dialect.TOKEN68)).asString().doesNotContain(TOKEN.substring(0, 4));
        assertThat(parsed("Bearer token=\"" + TOKEN + "\", x")).asString().doesNotContain(TOKEN.substring(0, 4));
    }

    @Test
    void neverThrowsOnAnyText() {
        Random random = new Random(2);
        String alphabet = "Bearer token=\"\\,; \t\r\n.-_~+/é\u0000";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(round % 2 == 0 ? "Bearer " : "");
            random.ints(random.nextInt(40), 0, alphabet.length()).forEach(i -> text.append(alphabet.charAt(i)));
            BearerCredentials.parse(text.toString())
                    .ifPresent(credentials -> assertThat(credentials.token().isPresent())
                            .isNotEqualTo(credentials.problem().isPresent()));
        }
    }

    private static BearerCredentials parsed(String value) {
        return BearerCredentials.parse(value).orElseThrow();
    }
}
