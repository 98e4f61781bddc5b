package org.sipoauth.authz.status;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The bits of one list at one moment: 1 for a revoked login. In the order in which lists are published, index 0 in the
 * lowest bit of byte 0 (draft-ietf-oauth-status-list, section "Compressed Byte Array"). Immutable.
 */
final class StatusList {
    static final int BYTES = StatusListName.SIZE / Byte.SIZE;

    private final StatusListName name;
    private final byte[] bits;

    private StatusList(StatusListName name, byte[] bits) {
        this.name = name;
        this.bits = bits;
    }

    static StatusList empty(StatusListName name) {
        return new StatusList(name, new byte[BYTES]);
    }

    /** @throws IllegalArgumentException if there are not as many bits as a list has */
    static StatusList of(StatusListName name, byte[] bits) {
        if (bits.length != BYTES) {
            throw new IllegalArgumentException("a status list has " + BYTES + " bytes, not " + bits.length);
        }
        return new StatusList(name, bits.clone());
    }

    /** From a bitmap of Redis, which counts from the highest bit of a byte, and leaves out what it never wrote. */
    static StatusList fromBitmap(StatusListName name, byte[] bitmap) {
        byte[] bits = Arrays.copyOf(bitmap, BYTES);
        for (int i = 0; i < BYTES; i++) {
            bits[i] = (byte) (Integer.reverse(bits[i]) >>> (Integer.SIZE - Byte.SIZE));
        }
        return new StatusList(name, bits);
    }

    StatusListName name() {
        return name;
    }

    byte[] bits() {
        return bits.clone();
    }

    boolean isRevoked(int index) {
        return (bits[index / Byte.SIZE] >> (index % Byte.SIZE) & 1) == 1;
    }

    int revoked() {
        return BitSet.valueOf(bits).cardinality();
    }

    /** What is revoked here or there; this very list if that adds nothing. */
    StatusList or(StatusList other) {
        byte[] both = bits.clone();
        for (int i = 0; i < BYTES; i++) {
            both[i] |= other.bits[i];
        }
        return Arrays.equals(both, bits) ? this : new StatusList(name, both);
    }

    /** The indexes of what is revoked here and not there. */
    int[] revokedBeyond(StatusList other) {
        BitSet mine = BitSet.valueOf(bits);
        mine.andNot(BitSet.valueOf(other.bits));
        return mine.stream().toArray();
    }

    @Override
    public String toString() {
        return "StatusList[" + name + ", " + revoked() + " revoked]";
    }
}
