package org.sipoauth.registrar.management;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class PhoneQueryTest {

    @ParameterizedTest
    @NullAndEmptySource
    void asksForAllWithoutParameters(@Nullable String none) {
        assertThat(PhoneQuery.parse(none)).contains(new PhoneQuery(Optional.empty(), Optional.empty()));
    }

    @Test
    void readsDeviceAndAddressOfRecord() {
        assertThat(PhoneQuery.parse("device=CSFALICE"))
                .contains(new PhoneQuery(Optional.of("CSFALICE"), Optional.empty()));
        assertThat(PhoneQuery.parse("aor=sip%3A%2B1001%40example.com&device=CSFALICE"))
                .isEqualTo(PhoneQuery.parse("device=CSFALICE&aor=sip:+1001@example.com"))
                .contains(new PhoneQuery(Optional.of("CSFALICE"), Optional.of("sip:+1001@example.com")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"devices=CSFALICE", "device", "device=A&device=B", "device=A&", "device=A&limit=1", "="})
    void takesNothingElse(String query) {
        assertThat(PhoneQuery.parse(query)).isEmpty();
    }
}
