package org.sipoauth.verifier.tables;

import static org.sipoauth.verifier.tables.Ed25519Field.LIMBS;
import static org.sipoauth.verifier.tables.Ed25519Field.multiply;
import static org.sipoauth.verifier.tables.SignedBytes.DIGITS;
import static org.sipoauth.verifier.tables.SignedBytes.MAX_DIGIT;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * Verifies Ed25519 (RFC 8032 §5.1.7) under one public key A: 1 to 128 times 256^i A for every i of 32, affine, 480 KiB.
 *
 * <p>Accepts where S &lt; L and the encoding of S B - h A, which is the only one of that point, is R byte by byte. So does Amazon
 * Corretto. The JDK decodes R and compares points, without the cofactor 8; as it refuses encodings of R that are not
 * canonical (y of p or more, or x = 0 with its sign set), that is the same.
 *
 * <p>The one place where the two ways could part is h: RFC 8032 leaves open whether it is reduced modulo L first, and for a
 * key with a component of small order that gives another point. So <b>a key outside the subgroup of order L gets no table</b>.
 * No signer makes such a key.
 */
final class Ed25519Table extends KeyTable {
    /** The order of the base point, a prime: RFC 8032 §5.1. */
    static final BigInteger L = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    private static final BigInteger P = Ed25519Field.P;
    private static final Modulus MODULO_L = new Modulus(L);
    private static final int POINT = 3 * LIMBS;
    private static final int WINDOW = MAX_DIGIT * POINT;
    private static final long[] TWICE_D =
            Ed25519Field.limbs(Ed25519Sum.D.shiftLeft(1).mod(P));
    static final BigInteger BASE_Y =
            BigInteger.valueOf(4).multiply(BigInteger.valueOf(5).modInverse(P)).mod(P);

    /** Of the base point, for all keys. */
    private static final long[] BASE_POINTS = multiples(xOf(BASE_Y, false), BASE_Y);

    private final byte[] encodedKey;
    private final long[] points;

    private Ed25519Table(byte[] encodedKey, long[] points) {
        this.encodedKey = encodedKey;
        this.points = points;
    }

    /**
     * Empty where the point is not in the subgroup of order L.
     *
     * @param y of a point on the curve, below p
     */
    static Optional<KeyTable> of(boolean xOdd, BigInteger y) {
        boolean isBase = !xOdd && y.equals(BASE_Y);
        Ed25519Table table = new Ed25519Table(encode(xOdd, y), isBase ? BASE_POINTS : multiples(xOf(y, xOdd), y));
        Ed25519Sum order = new Ed25519Sum();
        addMultiple(order, table.points, Modulus.limbs(L), false);
        return order.isNeutral() ? Optional.of(table) : Optional.empty();
    }

    @Override
    public Answer verify(byte[] bytes, int length, byte[] signature) {
        int[] s = Modulus.littleEndian(signature, 32);
        if (!MODULO_L.isAbove(s)) {
            return Answer.FORGED;
        }
        MessageDigest sha512 = newDigest("SHA-512");
        sha512.update(signature, 0, 32); // R
        sha512.update(encodedKey);
        sha512.update(bytes, 0, length);
        int[] h = MODULO_L.residue(sha512.digest());
        Ed25519Sum sum = new Ed25519Sum();
        addMultiple(sum, BASE_POINTS, s, false);
        addMultiple(sum, points, h, true);
        return Arrays.equals(sum.encoded(), 0, 32, signature, 0, 32) ? Answer.GENUINE : Answer.FORGED;
    }

    /** The x, y of {@code factor} 256^{@code window} A. */
    BigInteger[] point(int window, int factor) {
        int at = window * WINDOW + (factor - 1) * POINT;
        BigInteger plus = Ed25519Field.value(Arrays.copyOfRange(points, at, at + LIMBS));
        BigInteger minus = Ed25519Field.value(Arrays.copyOfRange(points, at + LIMBS, at + 2 * LIMBS));
        BigInteger half = BigInteger.TWO.modInverse(P);
        return new BigInteger[] {
            plus.subtract(minus).multiply(half).mod(P),
            plus.add(minus).multiply(half).mod(P)
        };
    }

    /** Adds u A, or takes it off, for u below 2^255 and the table of A. Takes u apart. */
    private static void addMultiple(Ed25519Sum sum, long[] table, int[] u, boolean opposite) {
        SignedBytes.prepare(u);
        for (int i = 0; i < DIGITS; i++) {
            int digit = SignedBytes.digit(u, i);
            if (digit != 0) {
                sum.add(table, i * WINDOW + (Math.abs(digit) - 1) * POINT, opposite ^ digit < 0);
            }
        }
    }

    private static byte[] encode(boolean xOdd, BigInteger y) {
        byte[] bigEndian = (xOdd ? y.setBit(255) : y).toByteArray();
        byte[] encoded = new byte[32];
        for (int i = 0; i < Math.min(32, bigEndian.length); i++) {
            encoded[i] = bigEndian[bigEndian.length - 1 - i];
        }
        return encoded;
    }

    /** RFC 8032 §5.1.3, for a point on the curve. */
    private static BigInteger xOf(BigInteger y, boolean odd) {
        BigInteger ySquared = y.multiply(y);
        BigInteger xSquared = ySquared.subtract(BigInteger.ONE)
                .multiply(Ed25519Sum.D.multiply(ySquared).add(BigInteger.ONE).modInverse(P))
                .mod(P);
        BigInteger x = xSquared.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
        if (!x.multiply(x).mod(P).equals(xSquared)) {
            x = x.multiply(BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P))
                    .mod(P);
        }
        return x.testBit(0) == odd ? x : P.subtract(x);
    }

    private static long[] multiples(BigInteger x, BigInteger y) {
        long[] table = new long[DIGITS * WINDOW];
        put(table, 0, Ed25519Field.limbs(x), Ed25519Field.limbs(y));
        for (int window = 0; window < DIGITS; window++) {
            int first = window * WINDOW;
            Ed25519Sum[] sums = new Ed25519Sum[MAX_DIGIT - 1]; // 2 to 128 times its first point
            Ed25519Sum sum = new Ed25519Sum();
            sum.add(table, first, false);
            for (int i = 0; i < sums.length; i++) {
                sum.add(table, first, false);
                sums[i] = sum.copy();
            }
            toAffine(sums, table, first + POINT);
            if (window < DIGITS - 1) {
                int last = first + WINDOW - POINT;
                Ed25519Sum next = new Ed25519Sum();
                next.add(table, last, false);
                next.add(table, last, false);
                toAffine(new Ed25519Sum[] {next}, table, first + WINDOW);
            }
        }
        return table;
    }

    /** All with one inversion (Montgomery's trick): of the product, which is then divided by each factor in turn. */
    private static void toAffine(Ed25519Sum[] sums, long[] table, int at) {
        long[][] products = new long[sums.length][]; // of all z before
        long[] product = {1, 0, 0, 0, 0};
        for (int i = 0; i < sums.length; i++) {
            products[i] = product.clone();
            multiply(product, product, sums[i].z, 0);
        }
        long[] inverse = new long[LIMBS];
        Ed25519Field.invert(inverse, product);
        long[] zInverse = new long[LIMBS];
        for (int i = sums.length - 1; i >= 0; i--) {
            multiply(zInverse, inverse, products[i], 0);
            multiply(inverse, inverse, sums[i].z, 0);
            long[] x = new long[LIMBS];
            long[] y = new long[LIMBS];
            multiply(x, zInverse, sums[i].x, 0);
            multiply(y, zInverse, sums[i].y, 0);
            put(table, at + i * POINT, x, y);
        }
    }

    private static void put(long[] table, int at, long[] x, long[] y) {
        long[] value = new long[LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            value[i] = y[i] + x[i];
        }
        Ed25519Field.carry(value);
        System.arraycopy(value, 0, table, at, LIMBS);
        for (int i = 0; i < LIMBS; i++) {
            value[i] = y[i] - x[i];
        }
        Ed25519Field.carry(value);
        System.arraycopy(value, 0, table, at + LIMBS, LIMBS);
        multiply(value, x, y, 0);
        multiply(value, value, TWICE_D, 0);
        System.arraycopy(value, 0, table, at + 2 * LIMBS, LIMBS);
    }
}
