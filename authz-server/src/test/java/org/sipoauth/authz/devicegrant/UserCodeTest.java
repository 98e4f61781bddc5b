package org.sipoauth.authz.devicegrant;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserCodeTest {

    @Test
    void isTwoGroupsOfFourConsonantsAndUsesThemAll() {
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            String code = UserCode.random(new SecureRandom()).shown();
            assertThat(code).matches("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}");
            code.replace("-", "").chars().forEach(seen::add);
        }
        assertThat(seen).hasSize(UserCode.ALPHABET.length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WDJB-MJHT",
                "wdjbmjht",
                " WdJb mJhT ",
                "W D J B M J H T",
                "wdjb\u2013mjht",
                "wdjb_mjht",
                "wdjb.mjht",
                "\tWDJB\u00a0-\u00a0MJHT\n"
            })
    void isReadInAnyCaseAndWithAnySeparators(String typed) {
        assertThat(UserCode.parse(typed))
                .hasValueSatisfying(code -> assertThat(code.shown()).isEqualTo("WDJB-MJHT"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "WDJB-MJH",
                "WDJB-MJHTB",
                "WDJB-MJHA",
                "WDJB-MJH0",
                "WDJB-MJHT<script>",
                "WDJB,MJHT,WDJB,MJHT",
                "WDJBMJH\u0000T",
                "\u017fDJB-MJHT"
            })
    void isNothingElse(String typed) {
        assertThat(UserCode.parse(typed)).isEmpty();
    }

    @Test
    void isNotLookedForInWhatNobodyTypes() {
        assertThat(UserCode.parse("-".repeat(1_000) + "WDJBMJHT")).isEmpty();
    }

    @Test
    void leadsToTheRecordOfItsDeviceCodeWhichAloneIsASecret() {
        UserCode code = UserCode.parse("WDJB-MJHT").orElseThrow();
        DeviceCode first = DeviceCode.randomFor(code);
        DeviceCode second = DeviceCode.randomFor(code);

        assertThat(first.id()).isEqualTo(DeviceCode.idOf(code)).isEqualTo(second.id());
        assertThat(first.value()).isNotEqualTo(second.value());
        assertThat(DeviceCode.parse(first.value()))
                .hasValueSatisfying(parsed -> assertThat(parsed.secretHash())
                        .isEqualTo(first.secretHash())
                        .isNotEqualTo(second.secretHash()));
        assertThat(first.value()).doesNotContain(first.secretHash());
        assertThat(code + " " + first).doesNotContain("WDJB", first.id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAAAAAAAAAAAAAAAAAAAA.", "AAAAAAAAAAAAAAAAAAAAA*.AAAA", "{s01}:f:x"})
    void leavesNoRoomForOtherKeysInADeviceCode(String value) {
        assertThat(DeviceCode.parse(value)).isEmpty();
    }
}
