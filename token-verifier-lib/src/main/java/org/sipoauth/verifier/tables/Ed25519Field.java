package org.sipoauth.verifier.tables;

import java.math.BigInteger;

/**
 * Arithmetic modulo p = 2^255 - 19.
 *
 * <p>An element is five limbs of 51 bits, the lowest first, in an array of the caller's. <b>Limbs are signed and need not
 * be reduced</b>: sums and differences are taken limb by limb without a carry. What a product takes is any limbs of
 * magnitude below 2^53; what it gives is limbs in [0, 2^51) but for the lowest, which may leave that range by 2^16.
 *
 * <p>Products of limbs: {@code (a * b) & MASK} is the low 51 bits and {@code multiplyHigh(a << 6, b << 7)} the rest, as
 * a b 2^13 / 2^64 = a b / 2^51, rounded down; both hold for negative limbs too. A product is taken row by row after
 * Horner, from the highest limb of a: what is there moves up by a limb and the row is added. What moves out on top
 * comes in again below 19 times, since 2^255 ≡ 19. A limb holds at most ten halves, 19 times at most once, so with
 * limbs below 2^53 less than 19 (5 2^55 + 5 2^51) &lt; 2^62.
 */
final class Ed25519Field {
    static final int LIMBS = 5;
    static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

    private static final int BITS = 51;
    private static final long MASK = (1L << BITS) - 1;
    private static final Modulus MODULO_P = new Modulus(P);

    private Ed25519Field() {}

    /** The limbs of a number below 2^255. */
    static long[] limbs(BigInteger value) {
        long[] out = new long[LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            out[i] = value.shiftRight(BITS * i).longValue() & MASK;
        }
        return out;
    }

    /** The number below p that the limbs stand for. */
    static BigInteger number(long[] a) {
        return value(a).mod(P);
    }

    /** The number that the limbs stand for as they are, which may be negative. */
    static BigInteger value(long[] a) {
        BigInteger value = BigInteger.ZERO;
        for (int i = LIMBS - 1; i >= 0; i--) {
            value = value.shiftLeft(BITS).add(BigInteger.valueOf(a[i]));
        }
        return value;
    }

    /** out = a b, where b is the five limbs from {@code at} on; {@code out} may be {@code a} or {@code b}. */
    static void multiply(long[] out, long[] a, long[] b, int at) {
        long b0 = b[at];
        long b1 = b[at + 1];
        long b2 = b[at + 2];
        long b3 = b[at + 3];
        long b4 = b[at + 4];
        long h0 = b0 << 7;
        long h1 = b1 << 7;
        long h2 = b2 << 7;
        long h3 = b3 << 7;
        long h4 = b4 << 7;

        long t0 = 0;
        long t1 = 0;
        long t2 = 0;
        long t3 = 0;
        long t4 = 0;
        for (int i = LIMBS - 1; i >= 0; i--) {
            long x = a[i];
            long y = x << 6;
            long top = t4 + Math.multiplyHigh(y, h4);
            t4 = t3 + Math.multiplyHigh(y, h3) + (x * b4 & MASK);
            t3 = t2 + Math.multiplyHigh(y, h2) + (x * b3 & MASK);
            t2 = t1 + Math.multiplyHigh(y, h1) + (x * b2 & MASK);
            t1 = t0 + Math.multiplyHigh(y, h0) + (x * b1 & MASK);
            t0 = 19 * top + (x * b0 & MASK);
        }
        store(out, t0, t1, t2, t3, t4);
    }

    /** out = 1 / a, or 0 for a multiple of p; {@code a} becomes the number below p. */
    static void invert(long[] out, long[] a) {
        byte[] bytes = new byte[32];
        encode(bytes, a);
        int[] inverse = MODULO_P.inverse(Modulus.littleEndian(bytes, 0));
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Modulus.byteOf(inverse, i);
        }
        for (int i = 0; i < LIMBS; i++) {
            out[i] = Bits.littleEndian(bytes, 0, bytes.length, BITS * i, BITS);
        }
    }

    /** The 32 bytes of {@code a}, lowest first, the number below p that it stands for; so are its limbs then. */
    static void encode(byte[] out, long[] a) {
        reduce(a);
        long pending = 0;
        int bits = 0;
        int at = 0;
        for (long limb : a) {
            pending |= limb << bits;
            for (bits += BITS; bits >= Byte.SIZE; bits -= Byte.SIZE) {
                out[at++] = (byte) pending;
                pending >>>= Byte.SIZE;
            }
        }
        out[at] = (byte) pending; // 255 bits are 31 bytes and 7 bits
    }

    /** Brings limbs below 2^62 to those of the number in [0, p). */
    static void reduce(long[] a) {
        carry(a);
        carry(a); // now it is of [0, 2^255)
        long overP = a[0] + 19 >> BITS; // 1 if it is p or more, which means 2^255 or more with 19 added, else 0
        for (int i = 1; i < LIMBS; i++) {
            overP = a[i] + overP >> BITS;
        }
        a[0] += 19 * overP;
        for (int i = 1; i < LIMBS; i++) {
            a[i] += a[i - 1] >> BITS;
            a[i - 1] &= MASK;
        }
        a[LIMBS - 1] &= MASK; // takes off 2^255
    }

    /** Brings limbs below 2^62 into the range of a product's. */
    static void carry(long[] a) {
        store(a, a[0], a[1], a[2], a[3], a[4]);
    }

    private static void store(long[] out, long t0, long t1, long t2, long t3, long t4) {
        long u1 = t1 + (t0 >> BITS);
        long u2 = t2 + (u1 >> BITS);
        long u3 = t3 + (u2 >> BITS);
        long u4 = t4 + (u3 >> BITS);
        out[0] = (t0 & MASK) + 19 * (u4 >> BITS);
        out[1] = u1 & MASK;
        out[2] = u2 & MASK;
        out[3] = u3 & MASK;
        out[4] = u4 & MASK;
    }
}
