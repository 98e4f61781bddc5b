package org.sipoauth.registrar.served;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServedEdgesTest {
    private static final String CHANGED = "\"changed_at\":\"2026-01-01T10:00:00.123Z\"";

    private static ServedEdges parse(String json) {
        return ServedEdges.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsTheNamesOfAllEdges() {
        ServedEdges served = parse("{" + CHANGED + ",\"edges\":[{\"certificate_names\":[\"a.example.com\",\"Edge é\"]},"
                + "{\"certificate_names\":[\"b.example.com\"]}]}");

        assertThat(served.changedAt()).contains(Instant.parse("2026-01-01T10:00:00.123Z"));
        assertThat(served.certificateNames()).containsExactlyInAnyOrder("a.example.com", "Edge é", "b.example.com");
    }

    @Test
    void passesOverWhatALaterServerMayAdd() {
        ServedEdges served = parse("{\"more\":{\"edges\":[1]},\"edges\":[{\"name\":\"west\",\"more\":[[1]],"
                + "\"certificate_names\":[\"a.example.com\"]}]," + CHANGED + "}");

        assertThat(served.certificateNames()).containsExactly("a.example.com");
    }

    @Test
    void tellsAnEmptiedListFromOneThatNobodyHasSet() {
        ServedEdges emptied = parse("{" + CHANGED + ",\"edges\":[]}");
        ServedEdges neverSet = parse("{\"edges\":[]}");

        assertThat(emptied.certificateNames()).isEmpty();
        assertThat(emptied.changedAt()).isPresent();
        assertThat(neverSet).isEqualTo(ServedEdges.NONE);
        assertThat(neverSet.isOlderThan(emptied)).isTrue();
        assertThat(emptied.isOlderThan(neverSet)).isFalse();
        assertThat(neverSet.isOlderThan(neverSet)).isFalse();
    }

    @Test
    void tellsOlderFromNewer() {
        Instant at = Instant.parse("2026-01-01T10:00:00Z");
        ServedEdges list = new ServedEdges(Optional.of(at), Set.of());

        assertThat(new ServedEdges(Optional.of(at.minusMillis(1)), Set.of()).isOlderThan(list))
                .isTrue();
        assertThat(list.isOlderThan(list)).isFalse();
        assertThat(new ServedEdges(Optional.of(at.plusMillis(1)), Set.of()).isOlderThan(list))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "<html>",
                "{}",
                "{" + CHANGED + "}",
                "{" + CHANGED + ",\"edges\":null}",
                "{" + CHANGED + ",\"edges\":{}}",
                "{" + CHANGED + ",\"edges\":[\"a.example.com\"]}",
                "{" + CHANGED + ",\"edges\":[{}]}",
                "{" + CHANGED + ",\"edges\":[{\"name\":\"west\"}]}",
                "{" + CHANGED + ",\"edges\":[{\"certificate_names\":[]}]}",
                "{" + CHANGED + ",\"edges\":[{\"certificate_names\":\"a.example.com\"}]}",
                "{" + CHANGED + ",\"edges\":[{\"certificate_names\":[7]}]}",
                "{" + CHANGED + ",\"edges\":[{\"certificate_names\":[\" \"]}]}",
                "{" + CHANGED + ",\"edges\":[{\"certificate_names\":[\"a\"]}",
                "{" + CHANGED + ",\"edges\":[],\"edges\":[]}",
                "{" + CHANGED + ",\"edges\":[]}{}",
                "{" + CHANGED + ",\"edges\":[],\"more\":[[[[[[[[[[]]]]]]]]]]}",
                "{\"changed_at\":\"yesterday\",\"edges\":[]}",
                "{\"changed_at\":1767261600,\"edges\":[]}",
                "{\"edges\":[{\"certificate_names\":[\"a.example.com\"]}]}",
            })
    void refusesWhatIsNoListOfEdges(String document) {
        assertThatThrownBy(() -> parse(document))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a list of edges");
    }

    @Test
    void refusesAListThatIsCutShortAnywhere() {
        String whole = "{" + CHANGED + ",\"edges\":[{\"certificate_names\":[\"a.example.com\",\"b.example.com\"]}]}";
        for (int length = 0; length < whole.length(); length++) {
            String cut = whole.substring(0, length);
            assertThatThrownBy(() -> parse(cut)).as(cut).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
