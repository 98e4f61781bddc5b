package org.sipoauth.registrar.management;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class BindingsQueryTest {

    @ParameterizedTest
    @NullAndEmptySource
    void asksForAllWithoutParameters(@Nullable String none) {
        assertThat(BindingsQuery.parse(none)).contains(new BindingsQuery(Optional.empty(), Optional.empty()));
    }

    @Test
    void readsDeviceAndAddressOfRecord() {
        assertThat(BindingsQuery.parse("device=CSFALICE"))
                .contains(new BindingsQuery(Optional.of("CSFALICE"), Optional.empty()));
        assertThat(BindingsQuery.parse("aor=sip%3A%2B1001%40example.com&device=CSFALICE"))
                .isEqualTo(BindingsQuery.parse("device=CSFALICE&aor=sip:+1001@example.com"))
                .contains(new BindingsQuery(Optional.of("CSFALICE"), Optional.of("sip:+1001@example.com")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"devices=CSFALICE", "device", "device=A&device=B", "device=A&", "device=A&limit=1", "="})
    void takesNothingElse(String query) {
        assertThat(BindingsQuery.parse(query)).isEmpty();
    }
}
