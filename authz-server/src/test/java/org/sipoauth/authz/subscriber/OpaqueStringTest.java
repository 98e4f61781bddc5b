package org.sipoauth.authz.subscriber;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpaqueStringTest {

    /** The examples of RFC 8265 §4.3. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "correct horse battery staple|correct horse battery staple",
                "Correct Horse Battery Staple|Correct Horse Battery Staple",
                "\u03c0\u00df\u00e5|\u03c0\u00df\u00e5",
                "Jack of \u2666s|Jack of \u2666s",
                "foo\u1680bar|foo bar",
            })
    void bringsAPasswordIntoTheFormOfTheRfc(String typed, String opaque) {
        assertThat(OpaqueString.enforce(typed)).contains(opaque);
    }

    /** The counter-examples of RFC 8265 §4.3. */
    @ParameterizedTest
    @ValueSource(strings = {"", "my cat is a \tby"})
    void refusesWhatTheRfcRefuses(String typed) {
        assertThat(OpaqueString.enforce(typed)).isEmpty();
    }

    @Test
    void takesOneCharacterFromEveryKeyboardForTheSame() {
        assertThat(OpaqueString.enforce("cafe\u0301")).isEqualTo(OpaqueString.enforce("caf\u00e9"));
        assertThat(OpaqueString.enforce("a\u00a0b")).contains("a b");
        assertThat(OpaqueString.enforce("\uff21")).as("NFKC would make it A").contains("\uff21");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "a\nb", "a\u200bb", "a\ud800", "a\ue000", "a\u2028b", "a\u0378"})
    void refusesWhatCannotBeSeen(String typed) {
        assertThat(OpaqueString.enforce(typed)).isEmpty();
    }
}
