package org.sipoauth.authz.administration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MembersTest {

    @Test
    void readsEachMemberOfItsType() {
        Members members = new Members(Map.of("a", "x", "b", true, "c", List.of("y", "z"), "d", 7), "send a to d");

        assertThat(members.text("a")).isEqualTo("x");
        assertThat(members.flag("b")).isTrue();
        assertThat(members.texts("c")).containsExactly("y", "z");
        assertThat(members.optionalNumber("d")).contains(7);
        assertThat(members.optionalText("e")).isEmpty();
        members.end();
    }

    @Test
    void refusesWhatIsAbsentOfAnotherTypeOrAskedForByNobody() {
        refused(Map.of(), members -> members.text("a"));
        refused(Map.of("a", 1), members -> members.text("a"));
        refused(Map.of("a", "true"), members -> members.flag("a"));
        refused(Map.of("a", 1.5), members -> members.optionalNumber("a"));
        refused(Map.of("a", 5_000_000_000L), members -> members.optionalNumber("a"));
        refused(Map.of("a", Arrays.asList("x", null)), members -> members.texts("a"));
        refused(Map.of("a", List.of(List.of())), members -> members.texts("a"));
        Map<String, @Nullable Object> nothing = new HashMap<>();
        nothing.put("a", null);
        refused(nothing, members -> members.optionalText("a"));
        refused(Map.of("a", "x", "b", "y"), members -> {
            members.text("a");
            members.end();
        });
    }

    private static void refused(Map<String, ? extends @Nullable Object> object, Consumer<Members> reading) {
        assertThatThrownBy(() -> reading.accept(new Members(object, "send an a")))
                .isInstanceOf(RequestRefused.class)
                .hasMessage("send an a");
    }
}
