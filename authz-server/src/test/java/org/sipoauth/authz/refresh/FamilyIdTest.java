package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class FamilyIdTest {

    @Test
    void readsWhatItPrints() {
        for (int i = 0; i < 1_000; i++) {
            FamilyId id = FamilyId.random(new SecureRandom());
            assertThat(FamilyId.parse(id.toString())).isEqualTo(id);
        }
    }

    @Test
    void carriesItsShardAsTheHashTagOfItsKey() {
        assertThat(new FamilyId(7, "AAAAAAAAAAAAAAAAAAAAAA").key()).isEqualTo("{s07}:f:AAAAAAAAAAAAAAAAAAAAAA");
    }

    @Test
    void refusesAnythingElse() {
        for (String text : new String[] {
            "",
            "s07",
            "s64.AAAAAAAAAAAAAAAAAAAAAA",
            "s07.AAAAAAAAAAAAAAAAAAAAAB",
            "s07.AAAAAAAAAAAAAAAAAAAAA",
            "s07.AAAAAAAAAAAAAAAAAAAAA*",
            "x07.AAAAAAAAAAAAAAAAAAAAAA"
        }) {
            assertThatThrownBy(() -> FamilyId.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
