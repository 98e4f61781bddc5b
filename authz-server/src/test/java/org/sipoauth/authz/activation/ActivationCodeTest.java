package org.sipoauth.authz.activation;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationCodeTest {

    @Test
    void hasSixteenDigitsInGroupsOfFour() {
        assertThat(ActivationCode.random(new SecureRandom()).shown()).matches("([0-9]{4}-){3}[0-9]{4}");
    }

    @Test
    void hasEveryDigitInEveryPlace() {
        SecureRandom random = new SecureRandom();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            String digits = ActivationCode.random(random).digits();
            for (int place = 0; place < ActivationCode.LENGTH; place++) {
                seen.add(place + ":" + digits.charAt(place));
            }
        }

        assertThat(seen).hasSize(ActivationCode.LENGTH * 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0123-4567-8901-2345", "0123456789012345", " 0123 4567\t8901–2345 ", "0123.4567/8901:2345"})
    void isReadHoweverItIsGrouped(String typed) {
        assertThat(ActivationCode.parse(typed)).map(ActivationCode::digits).hasValue("0123456789012345");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "012345678901234",
                "01234567890123456",
                "0123-4567-8901-234x",
                "٠١٢٣٤٥٦٧٨٩٠١٢٣٤٥",
                "0123-4567-8901-2345-----------------------------------------------------"
            })
    void isNothingElse(String typed) {
        assertThat(ActivationCode.parse(typed)).isEmpty();
    }

    @Test
    void isNotPrinted() {
        ActivationCode code = ActivationCode.random(new SecureRandom());

        assertThat(code.toString()).doesNotContain(code.digits(), code.shown());
    }
}
