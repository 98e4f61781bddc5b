package org.sipoauth.registrar.served;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServedModeTest {
    private static final Instant CHANGED = Instant.parse("2026-01-01T10:00:00.123Z");

    @Test
    void readsWhatTheServerShows() {
        assertThat(parse("{\"mode\":\"enabled\",\"changed_at\":\"2026-01-01T10:00:00.123Z\",\"more\":[{}]}"))
                .isEqualTo(new ServedMode(Optional.of(CHANGED), true));
        assertThat(parse("{\"mode\":\"disabled\"}")).isEqualTo(new ServedMode(Optional.empty(), false));
    }

    @Test
    void knowsWhichWasDecidedLater() {
        ServedMode first = new ServedMode(Optional.of(CHANGED), true);
        ServedMode second = new ServedMode(Optional.of(CHANGED.plusMillis(1)), false);

        assertThat(first.isOlderThan(second)).isTrue();
        assertThat(second.isOlderThan(first)).isFalse();
        assertThat(first.isOlderThan(first)).isFalse();
        assertThat(ServedMode.UNKNOWN.isOlderThan(first)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "enabled",
                "[]",
                "{}",
                "{\"mode\":1}",
                "{\"mode\":\"on\"}",
                "{\"mode\":\"enabled\"",
                "{\"mode\":\"enabled\"}{}",
                "{\"mode\":\"enabled\",\"mode\":\"disabled\"}",
                "{\"mode\":\"enabled\",\"changed_at\":\"yesterday\"}",
                "{\"mode\":\"enabled\",\"changed_at\":null}"
            })
    void refusesWhatIsNoMode(String document) {
        assertThatThrownBy(() -> parse(document))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a SIP OAuth mode");
    }

    private static ServedMode parse(String document) {
        return ServedMode.parse(document.getBytes(StandardCharsets.UTF_8));
    }
}
