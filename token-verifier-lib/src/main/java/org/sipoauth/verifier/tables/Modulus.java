package org.sipoauth.verifier.tables;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Arithmetic modulo one odd number below 2^256. Numbers are nine limbs of 30 bits, the lowest first; where one may be
 * negative, its top limb carries the sign. None of what follows makes a {@link BigInteger}, which allocates at each step.
 *
 * <p><b>Products</b> are a b / R with R = 2^270, after Montgomery ("Modular multiplication without trial division", 1985): row
 * by row, to which such a multiple of the modulus is added that the lowest limb becomes zero and can go. With one
 * factor given as c R, the product is that with c.
 *
 * <p><b>Quotients</b>, ten times as fast as {@link BigInteger#modInverse}: the division steps of
 * Bernstein and Yang ("Fast constant-time gcd computation and modular inversion", 2019), in the variant for public input
 * that takes all trailing zeros of g at once, in batches of 30 steps (Wuille, "The safegcd implementation in
 * libsecp256k1 explained", 2021). From f = modulus, g = x the steps keep f odd, and make g even and halve it; they depend
 * on the low bits alone, so a batch runs on two ints and yields a matrix (u v; q r) / 2^30, which is then applied to the
 * whole of (f, g), and modulo the modulus to (d, e), where c f = d x and c g = e x hold all along, for a dividend c. When
 * g is 0, f is the greatest common divisor or its negative: ±1 here. So d is ±c/x.
 */
final class Modulus {
    static final int LIMBS = 9;
    private static final int TOP = LIMBS - 1;
    private static final int BITS = 30;
    private static final int MASK = (1 << BITS) - 1;
    private static final int[] PLAIN_ONE = limbs(BigInteger.ONE);

    private final int[] limbs;
    private final int inverseOfLowestLimb; // modulo 2^30
    private final int[] one; // times R modulo the modulus, as is the next
    private final int[] twoTo248;

    Modulus(BigInteger modulus) {
        this.limbs = limbs(modulus);
        this.inverseOfLowestLimb =
                modulus.modInverse(BigInteger.ONE.shiftLeft(BITS)).intValue();
        this.one = limbs(BigInteger.ONE.shiftLeft(LIMBS * BITS).mod(modulus));
        this.twoTo248 = limbs(BigInteger.ONE.shiftLeft(LIMBS * BITS + 248).mod(modulus));
    }

    /** The number in the 32 bytes from {@code at} on, highest first. */
    static int[] bigEndian(byte[] bytes, int at) {
        int[] number = new int[LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            number[i] = (int) Bits.bigEndian(bytes, at, 32, BITS * i, BITS);
        }
        return number;
    }

    /** The number in the 32 bytes from {@code at} on, lowest first. */
    static int[] littleEndian(byte[] bytes, int at) {
        int[] number = new int[LIMBS];
        littleEndian(number, bytes, at, 32);
        return number;
    }

    private static void littleEndian(int[] out, byte[] bytes, int at, int length) {
        for (int i = 0; i < LIMBS; i++) {
            out[i] = (int) Bits.littleEndian(bytes, at, length, BITS * i, BITS);
        }
    }

    static int[] limbs(BigInteger value) {
        int[] limbs = new int[LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            limbs[i] = value.shiftRight(BITS * i).intValue() & MASK;
        }
        return limbs;
    }

    static BigInteger number(int[] limbs) {
        BigInteger value = BigInteger.ZERO;
        for (int i = TOP; i >= 0; i--) {
            value = value.shiftLeft(BITS).add(BigInteger.valueOf(limbs[i]));
        }
        return value;
    }

    /** The byte that stands for 256^{@code i} in a number of [0, 2^256). */
    static int byteOf(int[] number, int i) {
        int limb = Byte.SIZE * i / BITS;
        int shift = Byte.SIZE * i % BITS;
        int bits = number[limb] >> shift;
        return (shift > BITS - Byte.SIZE ? bits | number[limb + 1] << BITS - shift : bits) & 0xFF;
    }

    /** Whether {@code number}, not negative, is less than the modulus. */
    boolean isAbove(int[] number) {
        return isLess(number, limbs);
    }

    /** Of two that are not negative. */
    static boolean isLess(int[] a, int[] b) {
        int i = TOP;
        while (i > 0 && a[i] == b[i]) {
            i--;
        }
        return a[i] < b[i];
    }

    static boolean isZero(int[] number) {
        int any = 0;
        for (int limb : number) {
            any |= limb;
        }
        return any == 0;
    }

    /** Makes {@code number} the modulus less {@code number}. */
    void negate(int[] number) {
        int carry = 0;
        for (int i = 0; i < TOP; i++) {
            carry += limbs[i] - number[i];
            number[i] = carry & MASK;
            carry >>= BITS;
        }
        number[TOP] = carry + limbs[TOP] - number[TOP];
    }

    /** Adds {@code other}, or takes it off where {@code sign} is -1. */
    static void add(int[] number, int sign, int[] other) {
        int carry = 0;
        for (int i = 0; i < TOP; i++) {
            carry += number[i] + sign * other[i];
            number[i] = carry & MASK;
            carry >>= BITS;
        }
        number[TOP] += carry + sign * other[TOP];
    }

    /** Brings a number of a few times the modulus, either sign, into [0, modulus). */
    private void reduce(int[] number) {
        while (number[TOP] < 0) {
            add(number, 1, limbs);
        }
        while (!isAbove(number)) {
            add(number, -1, limbs);
        }
    }

    /** out = a b / R in [0, modulus), for a b below the modulus; {@code out} is neither of them. */
    void multiply(int[] out, int[] a, int[] b) {
        Arrays.fill(out, 0);
        for (int i = 0; i < LIMBS; i++) {
            long factor = a[i];
            long carry = out[0] + factor * b[0];
            long multiple = -inverseOfLowestLimb * (int) carry & MASK;
            carry = carry + multiple * limbs[0] >> BITS;
            for (int j = 1; j < LIMBS; j++) {
                carry += out[j] + factor * b[j] + multiple * limbs[j];
                out[j - 1] = (int) carry & MASK;
                carry >>= BITS;
            }
            out[TOP] = (int) carry;
        }
        reduce(out); // it is below twice the modulus, since a is below R: (R modulus + R modulus) / R
    }

    /** A number that leaves the same remainder as that in the 64 bytes, lowest first, and is below 2^248 + modulus. */
    int[] residue(byte[] bytes) {
        int[] high = new int[LIMBS];
        int[] sum = new int[LIMBS];
        littleEndian(high, bytes, 31, 33);
        multiply(sum, high, twoTo248);
        int[] low = high;
        littleEndian(low, bytes, 0, 31);
        add(sum, 1, low);
        return sum;
    }

    /** The inverse of {@code x} in [0, modulus), which must share no factor with the modulus; 0 for 0. Takes x apart. */
    int[] inverse(int[] x) {
        return quotient(PLAIN_ONE, x);
    }

    /** The same as a factor for {@link #multiply}. */
    int[] inverseTimesR(int[] x) {
        return quotient(one, x);
    }

    private int[] quotient(int[] dividend, int[] g) {
        int[] f = limbs.clone();
        int[] d = new int[LIMBS];
        int[] e = dividend.clone();
        int[] matrix = new int[4];
        int eta = -1; // minus the paper's delta
        while (!isZero(g)) {
            eta = divisionSteps(eta, f[0] | f[1] << BITS, g[0] | g[1] << BITS, matrix);
            apply(matrix, f, g);
            applyModulo(matrix, d, e);
        }
        if (f[TOP] < 0) {
            negate(d);
        }
        reduce(d);
        return d;
    }

    /** Thirty steps on the low bits of f and g; their matrix, times 2^30, goes to {@code matrix}. */
    private static int divisionSteps(int startEta, int f0, int g0, int[] matrix) {
        int eta = startEta;
        int f = f0;
        int g = g0;
        int u = 1;
        int v = 0;
        int q = 0;
        int r = 1;
        int left = BITS;
        while (true) {
            int zeros = Integer.numberOfTrailingZeros(g | -1 << left);
            g >>= zeros;
            u <<= zeros;
            v <<= zeros;
            eta -= zeros;
            left -= zeros;
            if (left == 0) {
                break;
            }
            if (eta < 0) {
                eta = -eta;
                int swap = f;
                f = g;
                g = -swap;
                swap = u;
                u = q;
                q = -swap;
                swap = v;
                v = r;
                r = -swap;
            }
            // a multiple of f clears as many low bits of g as steps pass before f and g can change places, at most 6:
            // f (2 - f²) is the inverse of an odd f modulo 2^6
            int bits = Math.min(Math.min(eta + 1, left), 6);
            int w = f * g * (f * f - 2) & (1 << bits) - 1;
            g += f * w;
            q += u * w;
            r += v * w;
        }
        matrix[0] = u;
        matrix[1] = v;
        matrix[2] = q;
        matrix[3] = r;
        return eta;
    }

    /** (f, g) = matrix (f, g) / 2^30, which is exact. */
    private static void apply(int[] matrix, int[] f, int[] g) {
        long u = matrix[0];
        long v = matrix[1];
        long q = matrix[2];
        long r = matrix[3];
        long fCarry = u * f[0] + v * g[0] >> BITS;
        long gCarry = q * f[0] + r * g[0] >> BITS;
        for (int i = 1; i < LIMBS; i++) {
            fCarry += u * f[i] + v * g[i];
            gCarry += q * f[i] + r * g[i];
            f[i - 1] = (int) fCarry & MASK;
            g[i - 1] = (int) gCarry & MASK;
            fCarry >>= BITS;
            gCarry >>= BITS;
        }
        f[TOP] = (int) fCarry;
        g[TOP] = (int) gCarry;
    }

    /** (d, e) = matrix (d, e) / 2^30 modulo the modulus, both kept within (-2, 1) times the modulus. */
    private void applyModulo(int[] matrix, int[] d, int[] e) {
        long u = matrix[0];
        long v = matrix[1];
        long q = matrix[2];
        long r = matrix[3];
        long dSign = d[TOP] >> 31;
        long eSign = e[TOP] >> 31;
        long dTimes = (u & dSign) + (v & eSign); // a negative d or e counts one modulus more
        long eTimes = (q & dSign) + (r & eSign);
        long dCarry = u * d[0] + v * e[0];
        long eCarry = q * d[0] + r * e[0];
        // and so many more that the lowest 30 bits become zero
        dTimes -= inverseOfLowestLimb * dCarry + dTimes & MASK;
        eTimes -= inverseOfLowestLimb * eCarry + eTimes & MASK;
        dCarry = dCarry + limbs[0] * dTimes >> BITS;
        eCarry = eCarry + limbs[0] * eTimes >> BITS;
        for (int i = 1; i < LIMBS; i++) {
            dCarry += u * d[i] + v * e[i] + limbs[i] * dTimes;
            eCarry += q * d[i] + r * e[i] + limbs[i] * eTimes;
            d[i - 1] = (int) dCarry & MASK;
            e[i - 1] = (int) eCarry & MASK;
            dCarry >>= BITS;
            eCarry >>= BITS;
        }
        d[TOP] = (int) dCarry;
        e[TOP] = (int) eCarry;
    }
}
