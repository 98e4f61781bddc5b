package org.sipoauth.authz.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {

    @ParameterizedTest
    @ValueSource(strings = {"CSFALICE", "SEP001122334455", "BOT_1", "a.b-c", "0"})
    void takesNamesOfDevices(String name) {
        assertThat(Device.isName(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", ".hidden", "-x", "a/b", "a\\b", "a b", "a%2f", "ä", "a\n", "a\0"})
    void takesNothingThatCouldMeanAnythingElse(String name) {
        assertThat(Device.isName(name)).isFalse();
    }

    @Test
    void takesNamesOf50CharactersAndNoMore() {
        assertThat(Device.isName("x".repeat(50))).isTrue();
        assertThat(Device.isName("x".repeat(51))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1001", "tel:+4912345", "sip:1001", "sip:@example.com", "sip:a b@example.com", "sip:a@b c"})
    void takesOnlySipUris(String address) {
        assertThatIllegalArgumentException().isThrownBy(() -> device(List.of(address)));
    }

    @Test
    void capsTheAddressesSoThatTheTokenFits() {
        String forty = "sip:" + "1".repeat(24) + "@example.com";
        assertThat(forty).hasSize(40);

        assertThat(device(List.of(forty, forty, forty, forty)).addressesOfRecord())
                .hasSize(4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> device(List.of(forty, forty, forty, "sip:" + "1".repeat(25) + "@example.com")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> device(List.of("sip:1@a", "sip:2@a", "sip:3@a", "sip:4@a", "sip:5@a")));
        assertThatIllegalArgumentException().isThrownBy(() -> device(List.of()));
    }

    private static Device device(List<String> addresses) {
        return new Device("CSFALICE", DeviceType.SOFTPHONE, "alice", addresses, true);
    }
}
