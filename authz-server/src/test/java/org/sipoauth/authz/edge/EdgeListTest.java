package org.sipoauth.authz.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EdgeListTest {
    private static final Instant NOW = Instant.parse("2026-01-01T10:00:00.123Z");

    private static Edge edge(String name, String... certificateNames) {
        return new Edge(name, List.of(certificateNames));
    }

    @Test
    void replacesTheEdgeOfTheSameNameInWhateverCase() {
        EdgeList list = EdgeList.NEVER_SET
                .with(edge("west", "west.example.com"), NOW)
                .with(edge("east", "east.example.com"), NOW)
                .with(edge("West", "west.example.com", "west2.example.com"), NOW);

        assertThat(list.edges())
                .containsExactly(
                        edge("east", "east.example.com"), edge("West", "west.example.com", "west2.example.com"));
        assertThat(list.find("WEST")).isPresent();
        assertThat(list.without("west", NOW).orElseThrow().edges()).containsExactly(edge("east", "east.example.com"));
        assertThat(list.without("north", NOW)).isEmpty();
    }

    @Test
    void isEmptyOnceItsLastEdgeIsRemovedButNotNeverSet() {
        EdgeList list = EdgeList.NEVER_SET
                .with(edge("west", "west.example.com"), NOW)
                .without("west", NOW)
                .orElseThrow();

        assertThat(list.edges()).isEmpty();
        assertThat(list.changedAt()).isPresent();
        assertThat(EdgeList.NEVER_SET.changedAt()).isEmpty();
    }

    @Test
    void eachChangeIsLaterThanTheOneBeforeWhateverTheClockSays() {
        EdgeList first = EdgeList.NEVER_SET.with(edge("a", "a.example.com"), NOW.plusNanos(999));
        EdgeList second = first.with(edge("b", "b.example.com"), NOW.minusSeconds(60));
        EdgeList third = second.with(edge("c", "c.example.com"), NOW.plusSeconds(60));

        assertThat(first.changedAt()).contains(NOW);
        assertThat(second.changedAt()).contains(NOW.plusMillis(1));
        assertThat(third.changedAt()).contains(NOW.plusSeconds(60));
    }

    @Test
    void refusesACertificateNameThatAnotherEdgeHas() {
        EdgeList list = EdgeList.NEVER_SET.with(edge("west", "a.example.com", "b.example.com"), NOW);

        assertThatThrownBy(() -> list.with(edge("east", "B.example.com"), NOW))
                .isInstanceOf(EdgeList.Conflict.class)
                .hasMessageContaining("the edge west has the certificate name b.example.com already");
    }

    @Test
    void refusesOneEdgeTooMany() {
        EdgeList full = EdgeList.NEVER_SET;
        for (int i = 0; i < EdgeList.MOST_EDGES; i++) {
            full = full.with(edge("e" + i, "e" + i + ".example.com"), NOW);
        }
        EdgeList list = full;

        assertThatThrownBy(() -> list.with(edge("more", "more.example.com"), NOW))
                .isInstanceOf(EdgeList.Conflict.class)
                .hasMessageContaining("256 edges");
        assertThat(list.with(edge("e0", "more.example.com"), NOW).edges()).hasSize(EdgeList.MOST_EDGES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-west", ".", "we st", "wést", "a/b", "a\n"})
    void refusesAnotherKindOfName(String name) {
        assertThatThrownBy(() -> edge(name, "west.example.com")).hasMessageContaining("an edge's name has at most 64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " west.example.com", "west.example.com ", "west\u0000"})
    void refusesACertificateNameThatNoCertificateHas(String name) {
        assertThatThrownBy(() -> edge("west", name)).hasMessageContaining("a certificate name has 1 to 253 bytes");
    }

    @Test
    void takesTheCommonNamesThatThereAre() {
        assertThat(edge("w".repeat(64), "Edge, of the West", "é".repeat(126)).certificateNames())
                .hasSize(2);
        assertThatThrownBy(() -> edge("west", "é".repeat(127))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> edge("w".repeat(65), "west")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysThatAWildcardMatchesNothing() {
        assertThatThrownBy(() -> edge("west", "*.example.com")).hasMessageContaining("a wildcard matches nothing");
    }

    @Test
    void refusesNoNameTooManyAndTheSameTwice() {
        assertThatThrownBy(() -> edge("west")).hasMessageContaining("1 to 16 certificate names");
        assertThatThrownBy(() -> edge("west", names(17))).hasMessageContaining("1 to 16 certificate names");
        assertThat(edge("west", names(16)).certificateNames()).hasSize(16);
        assertThatThrownBy(() -> edge("west", "a", "a".toUpperCase(Locale.ROOT)))
                .hasMessageContaining("once");
    }

    private static String[] names(int count) {
        Stream<String> names = IntStream.range(0, count).mapToObj(i -> "e" + i + ".example.com");
        return names.toArray(String[]::new);
    }
}
