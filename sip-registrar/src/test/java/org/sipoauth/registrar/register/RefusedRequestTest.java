package org.sipoauth.registrar.register;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusedRequestTest {
    @ParameterizedTest
    @ValueSource(ints = {'\n', 0x1b, 0x7f, 0x85, 0x2028, 0x2029, 0x200f, 0x202e, 0x2066, 0xfeff, 0xd800})
    void printsNothingThatIsNotSeenOrTurnsTheLine(int character) {
        assertThat(RefusedRequest.printable("a" + Character.toString(character) + "b"))
                .isEqualTo("a?b");
    }

    @ParameterizedTest
    @CsvSource({"sip:al\u00efce@example.com", "\u05d0\u05d1", "\ud83d\udcde"})
    void printsWhatPeopleRead(String text) {
        assertThat(RefusedRequest.printable(text)).isEqualTo(text);
    }
}
