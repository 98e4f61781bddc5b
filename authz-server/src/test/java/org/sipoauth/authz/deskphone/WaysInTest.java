package org.sipoauth.authz.deskphone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.sipoauth.authz.deskphone.WayIn.ACTIVATION_CODE;
import static org.sipoauth.authz.deskphone.WayIn.DEVICE_CODE;
import static org.sipoauth.authz.deskphone.WayIn.MANUFACTURER_CERTIFICATE;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaysInTest {

    @Test
    void areMetByAnyCombinationAndByMore() {
        WaysIn ways = WaysIn.parse(List.of("device-code", "activation-code+manufacturer-certificate"));

        assertThat(ways.suffice(Set.of(DEVICE_CODE))).isTrue();
        assertThat(ways.suffice(Set.of(DEVICE_CODE, MANUFACTURER_CERTIFICATE))).isTrue();
        assertThat(ways.suffice(Set.of(ACTIVATION_CODE, MANUFACTURER_CERTIFICATE)))
                .isTrue();
    }

    @Test
    void areNotMetByAPart() {
        WaysIn ways = WaysIn.parse(List.of("device-code", "activation-code+manufacturer-certificate"));

        assertThat(ways.suffice(Set.of(ACTIVATION_CODE))).isFalse();
        assertThat(ways.suffice(Set.of(MANUFACTURER_CERTIFICATE))).isFalse();
        assertThat(ways.suffice(Set.of())).isFalse();
    }

    @Test
    void mentionWhatIsPartOfACombination() {
        WaysIn ways = WaysIn.parse(List.of("activation-code + manufacturer-certificate"));

        assertThat(ways.mention(ACTIVATION_CODE)).isTrue();
        assertThat(ways.mention(MANUFACTURER_CERTIFICATE)).isTrue();
        assertThat(ways.mention(DEVICE_CODE)).isFalse();
    }

    @Test
    void areReadAsTheyAreWritten() {
        WaysIn ways = WaysIn.parse(List.of("manufacturer-certificate+activation-code", "device-code"));

        assertThat(ways.settings()).containsExactly("activation-code+manufacturer-certificate", "device-code");
        assertThat(WaysIn.parse(ways.settings())).isEqualTo(ways);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "password, 'password' is none of device-code",
                "activation-code+, '' is none of device-code",
                "\"\", '' is none of device-code",
                "device-code+device-code, names one way twice",
                "device-code+activation-code, cannot be met",
            })
    void sayWhatIsWrong(String combination, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WaysIn.parse(List.of(combination)))
                .withMessageContaining(why);
    }

    @Test
    void areAtLeastOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WaysIn.parse(List.of()))
                .withMessage("name at least one way in");
    }
}
