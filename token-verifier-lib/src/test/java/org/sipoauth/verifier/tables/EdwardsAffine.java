package org.sipoauth.verifier.tables;

import java.math.BigInteger;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** The group of edwards25519 as RFC 8032 §5.1 has it, with two inversions for each addition. */
record EdwardsAffine(BigInteger x, BigInteger y) {
    static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    static final BigInteger L = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    static final EdwardsAffine NEUTRAL = new EdwardsAffine(BigInteger.ZERO, BigInteger.ONE);
    static final EdwardsAffine B = new EdwardsAffine(
            new BigInteger("15112221349535400772501151409588531511454012693041857206046113283949847762202"),
            new BigInteger("46316835694926478169428394003475163141307993866256225615783033603165251855960"));
    private static final BigInteger D = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(P))
            .mod(P);

    EdwardsAffine plus(EdwardsAffine other) {
        BigInteger product = D.multiply(x).multiply(other.x).multiply(y).multiply(other.y);
        BigInteger newX = x.multiply(other.y).add(other.x.multiply(y));
        BigInteger newY = y.multiply(other.y).add(x.multiply(other.x));
        return new EdwardsAffine(
                newX.multiply(BigInteger.ONE.add(product).modInverse(P)).mod(P),
                newY.multiply(BigInteger.ONE.subtract(product).modInverse(P)).mod(P));
    }

    EdwardsAffine times(BigInteger factor) {
        EdwardsAffine sum = NEUTRAL;
        for (int bit = factor.bitLength() - 1; bit >= 0; bit--) {
            sum = sum.plus(sum);
            if (factor.testBit(bit)) {
                sum = sum.plus(this);
            }
        }
        return sum;
    }

    EdwardsAffine opposite() {
        return new EdwardsAffine(P.subtract(x).mod(P), y);
    }

    /** With an even x; null where {@code y} is no point's. */
    static @Nullable EdwardsAffine withY(BigInteger y) {
        BigInteger square = y.pow(2)
                .subtract(BigInteger.ONE)
                .multiply(D.multiply(y.pow(2)).add(BigInteger.ONE).modInverse(P))
                .mod(P);
        BigInteger x = square.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
        if (!x.pow(2).mod(P).equals(square)) {
            x = x.multiply(BigInteger.TWO.modPow(P.shiftRight(2), P)).mod(P);
        }
        if (!x.pow(2).mod(P).equals(square)) {
            return null;
        }
        return new EdwardsAffine(x.testBit(0) ? P.subtract(x) : x, y);
    }

    /** The eight points whose order divides 8; the first is neutral. */
    static EdwardsAffine[] smallOrder() {
        BigInteger y = BigInteger.TWO;
        while (true) {
            y = y.add(BigInteger.ONE);
            EdwardsAffine point = withY(y);
            if (point == null) {
                continue;
            }
            EdwardsAffine generator = point.times(L);
            if (!generator.times(BigInteger.valueOf(4)).equals(NEUTRAL)) {
                EdwardsAffine[] points = new EdwardsAffine[8];
                for (int i = 0; i < 8; i++) {
                    points[i] = generator.times(BigInteger.valueOf(i));
                }
                return points;
            }
        }
    }

    byte[] encoded() {
        return littleEndian(x.testBit(0) ? y.setBit(255) : y);
    }

    /** SHA-512 of R, this key and the message, as a number: RFC 8032 §5.1.7, step 2. */
    BigInteger h(byte[] encodedR, byte[] message) {
        MessageDigest sha512 = KeyTable.newDigest("SHA-512");
        sha512.update(encodedR);
        sha512.update(encoded());
        byte[] digest = sha512.digest(message);
        BigInteger h = BigInteger.ZERO;
        for (int i = 63; i >= 0; i--) {
            h = h.shiftLeft(8).add(BigInteger.valueOf(digest[i] & 0xFF));
        }
        return h;
    }

    static byte[] littleEndian(BigInteger number) {
        return Numbers.littleEndian(number, 32);
    }
}
