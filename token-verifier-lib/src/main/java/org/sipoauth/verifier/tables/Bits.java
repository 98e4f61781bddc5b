package org.sipoauth.verifier.tables;

/** Numbers in either order of bytes, taken apart into limbs of any size. */
final class Bits {
    private Bits() {}

    /** Of a number whose lowest byte comes first: the {@code count} bits, at most 56, from 2^{@code from} on. */
    static long littleEndian(byte[] bytes, int at, int length, int from, int count) {
        return bits(bytes, at, 1, length, from, count);
    }

    /** The same where the highest byte comes first. */
    static long bigEndian(byte[] bytes, int at, int length, int from, int count) {
        return bits(bytes, at + length - 1, -1, length, from, count);
    }

    private static long bits(byte[] bytes, int lowest, int step, int length, int from, int count) {
        int end = Math.min(from + count, length * Byte.SIZE);
        long bits = 0;
        for (int bit = from & -Byte.SIZE; bit < end; bit += Byte.SIZE) {
            long next = bytes[lowest + step * (bit / Byte.SIZE)] & 0xFF;
            bits |= bit < from ? next >> from - bit : next << bit - from;
        }
        return bits & (1L << count) - 1;
    }
}
