package org.sipoauth.verifier.tables;

import static org.sipoauth.verifier.tables.P256Field.LIMBS;
import static org.sipoauth.verifier.tables.P256Field.multiply;
import static org.sipoauth.verifier.tables.P256Field.square;
import static org.sipoauth.verifier.tables.SignedBytes.DIGITS;
import static org.sipoauth.verifier.tables.SignedBytes.MAX_DIGIT;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Verifies ES256 (FIPS 186-5 §6.4.2, ECDSA over P-256 with SHA-256) under one public key Q: 1 to 128 times 256^i Q for
 * every i of 32, affine, 320 KiB.
 */
final class P256Table extends KeyTable {
    /** The order of the group, a prime: SEC 2 §2.4.2, FIPS 186-4 D.1.2.3. */
    static final BigInteger N = new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

    static final BigInteger GX = new BigInteger("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", 16);
    static final BigInteger GY = new BigInteger("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", 16);

    private static final Modulus MODULO_N = new Modulus(N);
    private static final Modulus MODULO_P = new Modulus(P256Field.P);
    private static final int[] P_MINUS_N = Modulus.limbs(P256Field.P.subtract(N));
    private static final int POINT = 2 * LIMBS;
    private static final int WINDOW = MAX_DIGIT * POINT;

    /** Of the base point, for all keys. */
    private static final long[] BASE_POINTS = multiples(GX, GY);

    private final long[] points;

    /** For the point (x, y), which must be on the curve. */
    P256Table(BigInteger x, BigInteger y) {
        this.points = x.equals(GX) && y.equals(GY) ? BASE_POINTS : multiples(x, y);
    }

    @Override
    public Answer verify(byte[] bytes, int length, byte[] signature) {
        MessageDigest sha256 = newDigest("SHA-256");
        sha256.update(bytes, 0, length);
        return verifyDigest(sha256.digest(), signature);
    }

    Answer verifyDigest(byte[] digest, byte[] signature) {
        int[] r = Modulus.bigEndian(signature, 0);
        int[] s = Modulus.bigEndian(signature, 32);
        if (!isScalar(r) || !isScalar(s)) {
            return Answer.FORGED;
        }
        int[] e = Modulus.bigEndian(digest, 0);
        int[] w = MODULO_N.inverseTimesR(s);
        int[] u = s; // of which nothing is left
        P256Sum sum = new P256Sum();
        MODULO_N.multiply(u, e, w);
        addMultiple(sum, BASE_POINTS, u);
        MODULO_N.multiply(u, r, w);
        addMultiple(sum, points, u);
        if (sum.isExceptional()) {
            return Answer.UNDECIDED;
        }
        if (sum.hasX(signature)) {
            return Answer.GENUINE;
        }
        // r is the x modulo n, and p < 2n, so x may be r + n too: one point in 2^128. A JDK 17.0.15 refuses these,
        // wrongly;
        // whatever the JDK at hand does, it is not for a table to accept what that refuses
        boolean isRest = Modulus.isLess(r, P_MINUS_N)
                && sum.hasX(P256Field.montgomery(Modulus.number(r).add(N)));
        return isRest ? Answer.UNDECIDED : Answer.FORGED;
    }

    /** The x of a G + b Q, which must not be neutral. */
    BigInteger xOfSum(BigInteger a, BigInteger b) {
        P256Sum sum = new P256Sum();
        addMultiple(sum, BASE_POINTS, Modulus.limbs(a));
        addMultiple(sum, points, Modulus.limbs(b));
        return P256Field.number(sum.x)
                .multiply(inverseModuloP(P256Field.number(sum.zz)))
                .mod(P256Field.P);
    }

    /** The x and y of {@code factor} 256^{@code window} Q. */
    BigInteger[] point(int window, int factor) {
        int at = window * WINDOW + (factor - 1) * POINT;
        long[] x = Arrays.copyOfRange(points, at, at + LIMBS);
        long[] y = Arrays.copyOfRange(points, at + LIMBS, at + POINT);
        return new BigInteger[] {P256Field.number(x), P256Field.number(y)};
    }

    private static boolean isScalar(int[] number) {
        return MODULO_N.isAbove(number) && !Modulus.isZero(number);
    }

    private static BigInteger inverseModuloP(BigInteger x) {
        return Modulus.number(MODULO_P.inverse(Modulus.limbs(x)));
    }

    /** Adds u Q, for u below n and the table of Q. Takes u apart. */
    private static void addMultiple(P256Sum sum, long[] table, int[] u) {
        boolean opposite = Modulus.byteOf(u, 31) > 127; // then n - u is below 2^255, and u Q = -(n - u) Q
        if (opposite) {
            MODULO_N.negate(u);
        }
        SignedBytes.prepare(u);
        for (int i = 0; i < DIGITS; i++) {
            int digit = SignedBytes.digit(u, i);
            if (digit != 0) {
                sum.add(table, i * WINDOW + (Math.abs(digit) - 1) * POINT, opposite ^ digit < 0);
            }
        }
    }

    /**
     * The table of a point. Its order is n, a prime far above all factors here, so no sum below is an exceptional one.
     */
    private static long[] multiples(BigInteger x, BigInteger y) {
        long[] table = new long[DIGITS * WINDOW];
        System.arraycopy(P256Field.montgomery(x), 0, table, 0, LIMBS);
        System.arraycopy(P256Field.montgomery(y), 0, table, LIMBS, LIMBS);
        for (int window = 0; window < DIGITS; window++) {
            P256Sum[] sums = new P256Sum[MAX_DIGIT]; // 2 to 128 times its first point, and 256 times
            P256Sum sum = new P256Sum();
            sum.add(table, window * WINDOW, false);
            sum.twice();
            for (int i = 0; i < MAX_DIGIT - 1; i++) {
                sums[i] = sum.copy();
                sum.add(table, window * WINDOW, false);
            }
            sum = sums[MAX_DIGIT - 2].copy();
            sum.twice();
            sums[MAX_DIGIT - 1] = sum;
            int last = window == DIGITS - 1 ? MAX_DIGIT - 1 : MAX_DIGIT;
            toAffine(sums, last, table, window * WINDOW + POINT);
        }
        return table;
    }

    /** All with one inversion (Montgomery's trick): of the product, which is then divided by each factor in turn. */
    private static void toAffine(P256Sum[] sums, int count, long[] table, int at) {
        long[][] products = new long[count][LIMBS]; // of all zzz before
        long[] product = P256Field.montgomery(BigInteger.ONE);
        for (int i = 0; i < count; i++) {
            products[i] = product.clone();
            multiply(product, product, sums[i].zzz, 0);
        }
        long[] inverse = P256Field.montgomery(inverseModuloP(P256Field.number(product)));
        long[] zzzInverse = new long[LIMBS];
        long[] zzInverse = new long[LIMBS];
        for (int i = count - 1; i >= 0; i--) {
            P256Sum sum = sums[i];
            multiply(zzzInverse, inverse, products[i], 0);
            multiply(inverse, inverse, sum.zzz, 0);
            multiply(zzInverse, zzzInverse, sum.zz, 0); // ZZ = Z², ZZZ = Z³, so this is 1 / Z
            square(zzInverse, zzInverse);
            multiply(zzInverse, zzInverse, sum.x, 0);
            multiply(zzzInverse, zzzInverse, sum.y, 0);
            P256Field.reduce(zzInverse);
            P256Field.reduce(zzzInverse);
            System.arraycopy(zzInverse, 0, table, at + i * POINT, LIMBS);
            System.arraycopy(zzzInverse, 0, table, at + i * POINT + LIMBS, LIMBS);
        }
    }
}
