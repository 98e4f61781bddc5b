package org.sipoauth.verifier.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class JwsTest {
    @Test
    void countsPartsWhetherOrNotTheyAreEmpty() {
        assertThat(Jws.countParts("a")).isOne();
        assertThat(Jws.countParts("a.b.c")).isEqualTo(3);
        assertThat(Jws.countParts(".b.")).isEqualTo(3);
        assertThat(Jws.countParts("....")).isEqualTo(5);
    }

    @Test
    void looksAtNothingThatIsTooLong() throws MalformedException {
        String compact = compact("{\"alg\":\"ES256\"}");

        assertThat(Jws.parse(compact, compact.length()).algorithm()).isEqualTo("ES256");
        assertThatThrownBy(() -> Jws.parse(compact, compact.length() - 1)).hasMessageContaining("more than");
    }

    @Test
    void takesThreeParts() {
        for (String text : new String[] {"a", "a.b", "a.b.c.d", ""}) {
            assertThatThrownBy(() -> Jws.parse(text, 100)).as(text).hasMessageContaining("three parts");
        }
        assertThatThrownBy(() -> Jws.parse(".e30.AA", 100)).hasMessageNotContaining("three parts");
    }

    @Test
    void saysNoTypeAndNoKeyWhereTheHeaderHasNone() throws MalformedException {
        Jws jws = Jws.parse(compact("{\"alg\":\"ES256\"}"), 1000);

        assertThat(jws.type()).isNull();
        assertThat(jws.keyId()).isNull();
        assertThat(jws.isOfType("at+jwt")).isFalse();
    }

    @Test
    void passesOverHeaderMembersItDoesNotKnow() throws MalformedException {
        Jws jws = Jws.parse(compact("{\"zip\":[1,{\"a\":null}],\"x\":{\"alg\":\"none\"},\"alg\":\"RS256\"}"), 1000);

        assertThat(jws.algorithm()).isEqualTo("RS256");
    }

    private static String compact(String header) {
        String encoded =
                Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(StandardCharsets.UTF_8));
        return encoded + ".e30.AA";
    }
}
