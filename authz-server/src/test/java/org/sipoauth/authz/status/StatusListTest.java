package org.sipoauth.authz.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StatusListTest {
    private static final StatusListName NAME = new StatusListName(17, 685, 0);

    /** The draft's example of bits=1: indexes 0, 3, 4, 5, 7, 8, 9, 13 and 15 are set. */
    @Test
    void countsFromTheLowestBitOfAByte() {
        StatusList list = StatusList.of(NAME, Arrays.copyOf(new byte[] {(byte) 0xb9, (byte) 0xa3}, StatusList.BYTES));

        assertThat(list.revokedBeyond(StatusList.empty(NAME))).containsExactly(0, 3, 4, 5, 7, 8, 9, 13, 15);
        assertThat(list.revoked()).isEqualTo(9);
    }

    @Test
    void turnsTheBitsOfRedisRound() {
        byte[] bitmap = {(byte) 0x80, 0x01}; // SETBIT 0 and 15, and nothing behind them

        StatusList list = StatusList.fromBitmap(NAME, bitmap);

        assertThat(list.revokedBeyond(StatusList.empty(NAME))).containsExactly(0, 15);
        assertThat(list.bits()).startsWith(0x01, 0x80).hasSize(8_192);
    }

    @Test
    void keepsWhatEitherHas() {
        StatusList one = StatusList.fromBitmap(NAME, new byte[] {(byte) 0x80});
        StatusList other = StatusList.fromBitmap(NAME, new byte[] {(byte) 0x40});

        assertThat(one.or(other).revokedBeyond(StatusList.empty(NAME))).containsExactly(0, 1);
        assertThat(one.or(other).revokedBeyond(one)).containsExactly(1);
        assertThat(one.revokedBeyond(one.or(other))).isEmpty();
    }

    @Test
    void staysTheSameObjectWhenNothingIsAdded() {
        StatusList list = StatusList.fromBitmap(NAME, new byte[] {(byte) 0xff});

        assertThat(list.or(StatusList.fromBitmap(NAME, new byte[] {(byte) 0x80})))
                .isSameAs(list);
    }

    @Test
    void takesNoListOfAnotherSize() {
        assertThatThrownBy(() -> StatusList.of(NAME, new byte[8_191])).isInstanceOf(IllegalArgumentException.class);
    }
}
