package org.sipoauth.verifier.tables;

import java.math.BigInteger;

/**
 * Arithmetic modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1, in Montgomery form with R = 2^260 (Montgomery 1985).
 *
 * <p>An element is five limbs of 52 bits, the lowest first, in an array of the caller's. <b>Limbs are signed and need not
 * be reduced</b>: sums and differences are taken limb by limb without a carry. What a product takes is any limbs of
 * magnitude below 2^55; what it gives is four limbs in [0, 2^52) and a top one that may be negative. Its value is within
 * (-k, 1 + k) p, where k = |a b| / (16 p²): R is 16 times 2^256, so factors of a few p shrink back to about one.
 *
 * <p>Products of limbs: {@code (a * b) & MASK} is the low 52 bits and {@code multiplyHigh(a << 6, b << 6)} the rest, as
 * a b 2^12 / 2^64 = a b / 2^52, rounded down; both hold for negative limbs too. A column is a sum of at most ten such
 * halves, below 2^59 + 2^58 for limbs below 2^55, so 64 bits have room.
 *
 * <p>Reduction: p ≡ -1 modulo 2^52, so the multiple m of p that clears the lowest limb is that limb itself, and adding
 * m p = m (2^256 - 2^224 + 2^192 + 2^96) - m is shifts alone: the limb goes, and after division by 2^52 there remain
 * m 2^44 in the new limb 0, m 2^36 in limb 2 and m (2^48 - 2^16) in limb 3, each running over into the next limb.
 */
final class P256Field {
    static final int LIMBS = 5;
    static final BigInteger P = BigInteger.TWO
            .pow(256)
            .subtract(BigInteger.TWO.pow(224))
            .add(BigInteger.TWO.pow(192))
            .add(BigInteger.TWO.pow(96))
            .subtract(BigInteger.ONE);

    private static final int BITS = 52;
    private static final long MASK = (1L << BITS) - 1;
    private static final long[] P_LIMBS = limbs(P);
    private static final long[] R_SQUARED =
            limbs(BigInteger.TWO.pow(2 * LIMBS * BITS).mod(P));

    private P256Field() {}

    /** The Montgomery form of a number below 2^256. */
    static long[] montgomery(BigInteger value) {
        long[] out = limbs(value);
        multiply(out, out, R_SQUARED, 0);
        return out;
    }

    /** out = the Montgomery form of the number in the first 32 bytes, highest first. */
    static void montgomery(long[] out, byte[] bytes) {
        for (int i = 0; i < LIMBS; i++) {
            out[i] = Bits.bigEndian(bytes, 0, 32, BITS * i, BITS);
        }
        multiply(out, out, R_SQUARED, 0);
    }

    /** The number below p that {@code a} is the Montgomery form of. */
    static BigInteger number(long[] a) {
        long[] plain = new long[LIMBS];
        multiply(plain, a, limbs(BigInteger.ONE), 0);
        return value(plain).mod(P);
    }

    /** Not in Montgomery form: the number that the limbs stand for, which may be negative. */
    static BigInteger value(long[] a) {
        BigInteger value = BigInteger.ZERO;
        for (int i = LIMBS - 1; i >= 0; i--) {
            value = value.shiftLeft(BITS).add(BigInteger.valueOf(a[i]));
        }
        return value;
    }

    private static long[] limbs(BigInteger value) {
        long[] out = new long[LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            out[i] = value.shiftRight(BITS * i).longValue() & MASK;
        }
        return out;
    }

    /** out = a b / R, where b is the five limbs from {@code at} on; {@code out} may be {@code a} or {@code b}. */
    static void multiply(long[] out, long[] a, long[] b, int at) {
        long b0 = b[at];
        long b1 = b[at + 1];
        long b2 = b[at + 2];
        long b3 = b[at + 3];
        long b4 = b[at + 4];
        long h0 = b0 << 6;
        long h1 = b1 << 6;
        long h2 = b2 << 6;
        long h3 = b3 << 6;
        long h4 = b4 << 6;

        long x = a[0];
        long y = x << 6;
        long t0 = x * b0 & MASK;
        long t1 = Math.multiplyHigh(y, h0) + (x * b1 & MASK);
        long t2 = Math.multiplyHigh(y, h1) + (x * b2 & MASK);
        long t3 = Math.multiplyHigh(y, h2) + (x * b3 & MASK);
        long t4 = Math.multiplyHigh(y, h3) + (x * b4 & MASK);
        long t5 = Math.multiplyHigh(y, h4);
        long m = t0;
        t0 = t1 + (m << 44 & MASK);
        t1 = t2 + (m >>> 8);
        t2 = t3 + (m << 36 & MASK);
        t3 = t4 + (m >>> 16) + (m << 48 & MASK) - (m << 16 & MASK);
        t4 = t5 + (m >>> 4) - (m >>> 36);

        for (int i = 1; i < LIMBS; i++) {
            x = a[i];
            y = x << 6;
            t0 += x * b0 & MASK;
            t1 += Math.multiplyHigh(y, h0) + (x * b1 & MASK);
            t2 += Math.multiplyHigh(y, h1) + (x * b2 & MASK);
            t3 += Math.multiplyHigh(y, h2) + (x * b3 & MASK);
            t4 += Math.multiplyHigh(y, h3) + (x * b4 & MASK);
            t5 = Math.multiplyHigh(y, h4);
            m = t0 & MASK;
            t0 = t1 + (t0 >> BITS) + (m << 44 & MASK);
            t1 = t2 + (m >>> 8);
            t2 = t3 + (m << 36 & MASK);
            t3 = t4 + (m >>> 16) + (m << 48 & MASK) - (m << 16 & MASK);
            t4 = t5 + (m >>> 4) - (m >>> 36);
        }
        store(out, t0, t1, t2, t3, t4);
    }

    /** out = a a / R. */
    static void square(long[] out, long[] a) {
        long a0 = a[0];
        long a1 = a[1];
        long a2 = a[2];
        long a3 = a[3];
        long a4 = a[4];
        long h1 = a1 << 6;
        long h2 = a2 << 6;
        long h3 = a3 << 6;
        long h4 = a4 << 6;

        long d = a0 << 1; // the products that occur twice take one factor doubled
        long dh = d << 6;
        long c0 = a0 * a0 & MASK;
        long c1 = Math.multiplyHigh(a0 << 6, a0 << 6) + (d * a1 & MASK);
        long c2 = Math.multiplyHigh(dh, h1) + (d * a2 & MASK) + (a1 * a1 & MASK);
        long c3 = Math.multiplyHigh(dh, h2) + (d * a3 & MASK) + Math.multiplyHigh(h1, h1);
        long c4 = Math.multiplyHigh(dh, h3) + (d * a4 & MASK);
        long c5 = Math.multiplyHigh(dh, h4);
        d = a1 << 1;
        dh = d << 6;
        c3 += d * a2 & MASK;
        c4 += Math.multiplyHigh(dh, h2) + (d * a3 & MASK) + (a2 * a2 & MASK);
        c5 += Math.multiplyHigh(dh, h3) + (d * a4 & MASK) + Math.multiplyHigh(h2, h2);
        long c6 = Math.multiplyHigh(dh, h4) + (a3 * a3 & MASK);
        d = a2 << 1;
        dh = d << 6;
        c5 += d * a3 & MASK;
        c6 += Math.multiplyHigh(dh, h3) + (d * a4 & MASK);
        long c7 = Math.multiplyHigh(dh, h4) + Math.multiplyHigh(h3, h3);
        d = a3 << 1;
        c7 += d * a4 & MASK;
        long c8 = Math.multiplyHigh(d << 6, h4) + (a4 * a4 & MASK);
        long c9 = Math.multiplyHigh(h4, h4);

        long m = c0;
        c1 += m << 44 & MASK;
        c2 += m >>> 8;
        c3 += m << 36 & MASK;
        c4 += (m >>> 16) + (m << 48 & MASK) - (m << 16 & MASK);
        c5 += (m >>> 4) - (m >>> 36);
        m = c1 & MASK;
        c2 += (c1 >> BITS) + (m << 44 & MASK);
        c3 += m >>> 8;
        c4 += m << 36 & MASK;
        c5 += (m >>> 16) + (m << 48 & MASK) - (m << 16 & MASK);
        c6 += (m >>> 4) - (m >>> 36);
        m = c2 & MASK;
        c3 += (c2 >> BITS) + (m << 44 & MASK);
        c4 += m >>> 8;
        c5 += m << 36 & MASK;
        c6 += (m >>> 16) + (m << 48 & MASK) - (m << 16 & MASK);
        c7 += (m >>> 4) - (m >>> 36);
        m = c3 & MASK;
        c4 += (c3 >> BITS) + (m << 44 & MASK);
        c5 += m >>> 8;
        c6 += m << 36 & MASK;
        c7 += (m >>> 16) + (m << 48 & MASK) - (m << 16 & MASK);
        c8 += (m >>> 4) - (m >>> 36);
        m = c4 & MASK;
        c5 += (c4 >> BITS) + (m << 44 & MASK);
        c6 += m >>> 8;
        c7 += m << 36 & MASK;
        c8 += (m >>> 16) + (m << 48 & MASK) - (m << 16 & MASK);
        c9 += (m >>> 4) - (m >>> 36);
        store(out, c5, c6, c7, c8, c9);
    }

    private static void store(long[] out, long t0, long t1, long t2, long t3, long t4) {
        long u1 = t1 + (t0 >> BITS);
        long u2 = t2 + (u1 >> BITS);
        long u3 = t3 + (u2 >> BITS);
        out[0] = t0 & MASK;
        out[1] = u1 & MASK;
        out[2] = u2 & MASK;
        out[3] = u3 & MASK;
        out[4] = t4 + (u3 >> BITS);
    }

    /** Brings a value of a few p, either sign, into about [0, p], by taking off p as often as the bits above 2^256 say. */
    static void reduce(long[] a) {
        store(a, a[0], a[1], a[2], a[3], a[4]);
        long q = a[4] >> 48;
        a[0] += q;
        a[1] -= q << 44;
        a[3] -= q << 36;
        a[4] -= (q << 48) - (q << 16);
    }

    /** Whether {@code a}, a value of a few p, is a multiple of p. Changes the limbs, not what they mean. */
    static boolean isZero(long[] a) {
        reduce(a); // now within (-p, 2p), so a multiple of p is 0 or p
        store(a, a[0], a[1], a[2], a[3], a[4]);
        boolean zero = true;
        boolean p = true;
        for (int i = 0; i < LIMBS; i++) {
            zero &= a[i] == 0;
            p &= a[i] == P_LIMBS[i];
        }
        return zero || p;
    }
}
