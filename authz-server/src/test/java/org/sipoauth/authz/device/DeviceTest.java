package org.sipoauth.authz.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {

    @ParameterizedTest
    @CsvSource({
        "CSFALICE, DESKTOP",
        "CSFrado, DESKTOP",
        "CSF123456789012, DESKTOP",
        "BOTALICE, ANDROID",
        "TCTA.B_C-D, IPHONE",
        "TABALICE, TABLET",
        "SEP00005E005301, DESK_PHONE",
        "SEPABCDEF012345, DESK_PHONE",
    })
    void tellsItsTypeByItsName(String name, DeviceType type) {
        assertThat(Device.isName(name)).isTrue();
        assertThat(new Device(name, "alice", List.of("sip:1001@example.com")).type())
                .isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "CSF",
                "BOT",
                "ALICE",
                "csfalice",
                "CSF_ALICE",
                "CSF.ALICE",
                "CSF1234567890123",
                "BOTalice",
                "TCT1234567890123",
                "TABÄ",
                "SEP00005E00530",
                "SEP00005E0053011",
                "SEP00005e005301",
                "SEP00005E00530G",
                "CSFA/B",
                "CSFA\\B",
                "CSFA B",
                "CSFA%2f",
                "CSFA\n",
                "CSFA\0",
                "BOT../..",
                " CSFALICE",
                "CSFALICE ",
                "CSFALICE.cnf.xml"
            })
    void takesNothingThatIsNoNameOfItsType(String name) {
        assertThat(Device.isName(name)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Device(name, "alice", List.of("sip:1001@example.com")))
                .withMessageContaining("CSF and 1 to 12 letters or digits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1001", "tel:+4912345", "sip:1001", "sip:@example.com", "sip:a b@example.com", "sip:a@b c"})
    void takesOnlySipUris(String address) {
        assertThatIllegalArgumentException().isThrownBy(() -> device(List.of(address)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "=1+1", "+49", "-a", "@a", "a b", "a\n", "a,b", "ä"})
    void takesNoOwnerThatIsNoNameOfASubscriber(String owner) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Device("CSFALICE", owner, List.of("sip:1001@example.com")))
                .withMessageContaining("owner");
    }

    @Test
    void capsTheAddressesSoThatTheTokenFits() {
        List<String> forty = List.of(
                "sip:" + "1".repeat(24) + "@example.com",
                "sip:" + "2".repeat(24) + "@example.com",
                "sip:" + "3".repeat(24) + "@example.com",
                "sip:" + "4".repeat(24) + "@example.com");
        assertThat(forty).allSatisfy(address -> assertThat(address).hasSize(40));

        assertThat(device(forty).addressesOfRecord()).hasSize(4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> device(
                        List.of(forty.get(0), forty.get(1), forty.get(2), "sip:" + "5".repeat(25) + "@example.com")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> device(List.of("sip:1@a", "sip:2@a", "sip:3@a", "sip:4@a", "sip:5@a")));
        assertThatIllegalArgumentException().isThrownBy(() -> device(List.of()));
    }

    @Test
    void takesEachAddressOnce() {
        assertThatIllegalArgumentException().isThrownBy(() -> device(List.of("sip:1@a", "sip:1@a")));
    }

    private static Device device(List<String> addresses) {
        return new Device("CSFALICE", "alice", addresses);
    }
}
