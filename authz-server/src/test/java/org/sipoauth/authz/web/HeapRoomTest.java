package org.sipoauth.authz.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapRoomTest {
    private static final long MB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"96,2", "96,3", "256,2", "256,3", "1024,3", "4096,2"})
    void takesNoMoreThanThreeQuartersOfWhatIsFreeWhateverIsWanted(int heap, int listeners) {
        HeapRoom room = new HeapRoom(heap * MB, listeners);

        long worst = listeners
                * (room.connections(Integer.MAX_VALUE) * 132L * 1024 + room.requests(Integer.MAX_VALUE) * 72L * 1024);

        assertThat(worst).isBetween((heap - 48) * MB * 7 / 10, (heap - 48) * MB * 3 / 4);
    }

    @Test
    void givesWhatIsWantedWhereThereIsRoom() {
        HeapRoom room = new HeapRoom(8192 * MB, 2);

        assertThat(room.connections(8192)).isEqualTo(8192);
        assertThat(room.requests(1000)).isEqualTo(1000);
    }

    @Test
    void leavesAFewInTheSmallestHeap() {
        HeapRoom room = new HeapRoom(32 * MB, 3);

        assertThat(room.connections(8192)).isEqualTo(16);
        assertThat(room.requests(1000)).isEqualTo(16);
    }
}
