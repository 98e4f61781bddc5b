package org.sipoauth.registrar.management;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void writesEveryKindOfValue() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("a", List.of(1, true, "x"));
        map.put("b", Optional.empty());
        map.put("c", Optional.of(Map.of("d", 1.5)));

        assertThat(Json.of(map)).isEqualTo("{\"a\":[1,true,\"x\"],\"b\":null,\"c\":{\"d\":1.5}}");
    }

    @Test
    void escapesWhatAPeerMayHaveWritten() {
        assertThat(Json.of("\"\\\n\u0000\u007fü")).isEqualTo("\"\\\"\\\\\\u000a\\u0000\\u007fü\"");
    }
}
