package org.sipoauth.verifier.tables;

import java.math.BigInteger;

/**
 * Inverses modulo one odd number below 2^256, ten times as fast as {@link BigInteger#modInverse}: the division steps of
 * Bernstein and Yang ("Fast constant-time gcd computation and modular inversion", 2019), in the variant for public input
 * that takes all trailing zeros of g at once, in batches of 30 steps (Wuille, "The safegcd implementation in
 * libsecp256k1 explained", 2021).
 *
 * <p>From f = modulus, g = x the steps keep f odd, and make g even and halve it; they depend on the low bits alone, so a
 * batch runs on two ints and yields a matrix (u v; q r) / 2^30, which is then applied to the whole of (f, g), and modulo
 * the modulus to (d, e), where f = d x and g = e x hold all along. When g is 0, f is the greatest common divisor or its
 * negative: ±1 here. So d is ±1/x.
 *
 * <p>Numbers are nine limbs of 30 bits, the lowest first; the top one carries the sign.
 */
final class ModularInverse {
    private static final int LIMBS = 9;
    private static final int BITS = 30;
    private static final int MASK = (1 << BITS) - 1;

    private final BigInteger modulus;
    private final long[] limbs;
    private final int inverseOfLowestLimb; // modulo 2^30

    ModularInverse(BigInteger modulus) {
        this.modulus = modulus;
        this.limbs = limbs(modulus);
        this.inverseOfLowestLimb =
                modulus.modInverse(BigInteger.ONE.shiftLeft(BITS)).intValue();
    }

    /** The inverse of {@code x} in [0, modulus), which must share no factor with the modulus; 0 for 0. */
    BigInteger of(BigInteger x) {
        long[] f = limbs.clone();
        long[] g = limbs(x);
        long[] d = new long[LIMBS];
        long[] e = new long[LIMBS];
        e[0] = 1;
        int[] matrix = new int[4];
        int eta = -1; // minus the paper's delta
        while (!isZero(g)) {
            eta = divisionSteps(eta, (int) f[0] | (int) f[1] << BITS, (int) g[0] | (int) g[1] << BITS, matrix);
            apply(matrix, f, g);
            applyModulo(matrix, d, e);
        }
        BigInteger inverse = number(d);
        return (f[LIMBS - 1] < 0 ? inverse.negate() : inverse).mod(modulus);
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
    private static void apply(int[] matrix, long[] f, long[] g) {
        long u = matrix[0];
        long v = matrix[1];
        long q = matrix[2];
        long r = matrix[3];
        long fCarry = u * f[0] + v * g[0] >> BITS;
        long gCarry = q * f[0] + r * g[0] >> BITS;
        for (int i = 1; i < LIMBS; i++) {
            fCarry += u * f[i] + v * g[i];
            gCarry += q * f[i] + r * g[i];
            f[i - 1] = fCarry & MASK;
            g[i - 1] = gCarry & MASK;
            fCarry >>= BITS;
            gCarry >>= BITS;
        }
        f[LIMBS - 1] = fCarry;
        g[LIMBS - 1] = gCarry;
    }

    /** (d, e) = matrix (d, e) / 2^30 modulo the modulus, both kept within (-2, 1) times the modulus. */
    private void applyModulo(int[] matrix, long[] d, long[] e) {
        long u = matrix[0];
        long v = matrix[1];
        long q = matrix[2];
        long r = matrix[3];
        long dSign = d[LIMBS - 1] >> 63;
        long eSign = e[LIMBS - 1] >> 63;
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
            d[i - 1] = dCarry & MASK;
            e[i - 1] = eCarry & MASK;
            dCarry >>= BITS;
            eCarry >>= BITS;
        }
        d[LIMBS - 1] = dCarry;
        e[LIMBS - 1] = eCarry;
    }

    private static boolean isZero(long[] limbs) {
        long any = 0;
        for (long limb : limbs) {
            any |= limb;
        }
        return any == 0;
    }

    private static long[] limbs(BigInteger value) {
        long[] limbs = new long[LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            limbs[i] = value.shiftRight(BITS * i).intValue() & MASK;
        }
        return limbs;
    }

    private static BigInteger number(long[] limbs) {
        BigInteger value = BigInteger.valueOf(limbs[LIMBS - 1]);
        for (int i = LIMBS - 3; i >= 0; i -= 2) {
            value = value.shiftLeft(2 * BITS).add(BigInteger.valueOf(limbs[i + 1] << BITS | limbs[i]));
        }
        return value;
    }
}
