package org.sipoauth.verifier.sip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BearerChallengeTest {
    private static final BearerChallenge FULL = BearerChallenge.ofRealm("ccmsipline")
            .withAuthzServer("https://authz.example.com")
            .withScope("openid sip.register")
            .withError("invalid_token");

    @Test
    void printsRealmAloneAsTheOlderDialectDoes() {
        assertThat(BearerChallenge.ofRealm("ccmsipline").headerValue()).isEqualTo("Bearer realm=\"ccmsipline\"");
    }

    @Test
    void printsAllParametersInOrder() {
        assertThat(FULL.headerValue())
                .isEqualTo("Bearer realm=\"ccmsipline\", authz_server=\"https://authz.example.com\","
                        + " scope=\"openid sip.register\", error=\"invalid_token\"");
    }

    @Test
    void readsWhatItPrints() {
        BearerChallenge odd = BearerChallenge.ofRealm("a \"quoted\" \\ realm, error=\"x\" é");
        assertThat(BearerChallenge.parse(FULL.headerValue())).contains(FULL);
        assertThat(BearerChallenge.parse(odd.headerValue())).contains(odd);
    }

    @Test
    void readsAnyOrderCaseAndSpacing() {
        assertThat(BearerChallenge.parse("bearer  ERROR = invalid_token ,Scope=\"sip.register\"\t, realm=\"r\""))
                .contains(new BearerChallenge(
                        Optional.of("r"), Optional.empty(), Optional.of("sip.register"), Optional.of("invalid_token")));
    }

    @Test
    void passesOverParametersItDoesNotKnow() {
        assertThat(BearerChallenge.parse("Bearer realm=\"r\", error_description=\"gone, \\\"old\\\"\", x=y"))
                .contains(BearerChallenge.ofRealm("r"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Digest realm=\"r\"",
                "Bearer x=y",
                "Bearer realm",
                "Bearer realm=",
                "Bearer realm=\"r",
                "Bearer realm=\"r\" scope=\"s\"",
                "Bearer realm=\"r\", realm=\"r\"",
                "Bearer realm=\"r\",",
                "Bearer realm=https://x",
                "Bearer realm=\"a\r\nb\"",
            })
    void findsNoChallengeInAnythingElse(String value) {
        assertThat(BearerChallenge.parse(value)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nContact: <sip:mallory@example.com>", "a\nb", "a\rb", "a\u0000b", "a\u007fb"})
    void refusesToPrintWhatWouldForgeHeaderFields(String value) {
        BearerChallenge challenge = BearerChallenge.ofRealm("r");
        assertThatThrownBy(() -> BearerChallenge.ofRealm(value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> challenge.withAuthzServer(value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> challenge.withScope(value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> challenge.withError(value)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesChallengeWithoutParameters() {
        assertThatThrownBy(() ->
                        new BearerChallenge(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neverThrowsOnAnyText() {
        Random random = new Random(3);
        String alphabet = "Bearer realm=\"\\,scope error \t\r\né\u0000";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder("Bearer ");
            random.ints(random.nextInt(40), 0, alphabet.length()).forEach(i -> text.append(alphabet.charAt(i)));
            BearerChallenge.parse(text.toString())
                    .ifPresent(challenge -> assertThat(challenge.headerValue()).doesNotContain("\r", "\n", "\u0000"));
        }
    }
}
