package org.sipoauth.benchmarks.lostresponse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sipoauth.benchmarks.lostresponse.Lineage.Finding;

/** The judge must be able to find somebody guilty. */
class LineageTest {
    private final Lineage lineage = new Lineage("alice", "1");

    @Test
    void acceptsTheSameSuccessorForALostResponse() {
        assertThat(lineage.granted("1", "2")).isEqualTo(Finding.SUCCESSOR);
        assertThat(lineage.granted("1", "2")).isEqualTo(Finding.SAME_SUCCESSOR);
        assertThat(lineage.granted("2", "3")).isEqualTo(Finding.SUCCESSOR);
        assertThat(lineage.granted("1", "2")).as("a late copy").isEqualTo(Finding.SAME_SUCCESSOR);
        assertThat(lineage.unused()).containsExactly("3");
    }

    @Test
    void acceptsAFreshSuccessorInPlaceOfAnUnusedOne() {
        lineage.granted("1", "2");
        assertThat(lineage.granted("1", "3")).isEqualTo(Finding.FRESH_SUCCESSOR);
        assertThat(lineage.granted("3", "4")).isEqualTo(Finding.SUCCESSOR);
        assertThat(lineage.unused()).containsExactlyInAnyOrder("2", "4");
    }

    @Test
    void findsTwoSuccessorsThatBothGoOn() {
        lineage.granted("1", "2");
        lineage.granted("1", "3");
        assertThat(lineage.granted("3", "4")).isEqualTo(Finding.SUCCESSOR);
        assertThat(lineage.granted("2", "5")).isEqualTo(Finding.FORK);
        assertThat(lineage.granted("5", "6")).as("once a login").isEqualTo(Finding.SUCCESSOR);
    }

    @Test
    void findsAStruckOutTokenThatIsGranted() {
        lineage.granted("1", "2");
        lineage.granted("1", "3");
        assertThat(lineage.granted("2", "4")).isEqualTo(Finding.FORK);
    }

    @Test
    void findsAForkThatShowsLater() {
        lineage.granted("1", "2");
        lineage.granted("2", "3");
        lineage.granted("3", "4");
        assertThat(lineage.granted("1", "5")).isEqualTo(Finding.FRESH_SUCCESSOR);
        assertThat(lineage.granted("5", "6")).isEqualTo(Finding.FORK);
    }

    @Test
    void findsASuccessorHandedOutForSomebodyElsesToken() {
        lineage.granted("1", "2");
        lineage.granted("1", "3");
        lineage.granted("3", "4");
        assertThat(lineage.granted("2", "4")).isEqualTo(Finding.SHARED);
    }

    @Test
    void findsTheAncestorThatManyGenerationsBefore() {
        lineage.granted("1", "2");
        lineage.granted("1", "3");
        lineage.granted("3", "4");
        assertThat(lineage.ancestor("4", 2)).contains("1");
        assertThat(lineage.ancestor("4", 3)).isEmpty();
    }
}
