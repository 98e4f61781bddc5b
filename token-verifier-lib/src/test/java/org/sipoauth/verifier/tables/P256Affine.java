package org.sipoauth.verifier.tables;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** The group of P-256 as a textbook has it (SEC 1 §2.2.1), with an inversion for each addition; null is neutral. */
record P256Affine(BigInteger x, BigInteger y) {
    static final BigInteger P = P256Field.P;
    static final P256Affine G = new P256Affine(
            new BigInteger("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", 16),
            new BigInteger("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", 16));
    private static final BigInteger B =
            new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);
    private static final BigInteger THREE = BigInteger.valueOf(3);

    static @Nullable P256Affine sum(@Nullable P256Affine a, @Nullable P256Affine b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        BigInteger slope;
        if (!a.x.equals(b.x)) {
            slope = b.y.subtract(a.y).multiply(b.x.subtract(a.x).modInverse(P));
        } else if (a.y.equals(b.y)) {
            slope = a.x.pow(2)
                    .subtract(BigInteger.ONE)
                    .multiply(THREE)
                    .multiply(a.y.shiftLeft(1).modInverse(P));
        } else {
            return null;
        }
        BigInteger x = slope.pow(2).subtract(a.x).subtract(b.x).mod(P);
        return new P256Affine(x, slope.multiply(a.x.subtract(x)).subtract(a.y).mod(P));
    }

    static @Nullable P256Affine multiple(BigInteger factor, P256Affine point) {
        P256Affine sum = null;
        for (int bit = factor.bitLength() - 1; bit >= 0; bit--) {
            sum = sum(sum, sum);
            if (factor.testBit(bit)) {
                sum = sum(sum, point);
            }
        }
        return sum;
    }

    P256Affine opposite() {
        return new P256Affine(x, P.subtract(y));
    }

    /** With an even y; null where {@code x} is no point's. */
    static @Nullable P256Affine withX(BigInteger x) {
        BigInteger square = x.pow(3).subtract(x.multiply(THREE)).add(B).mod(P);
        BigInteger y = square.modPow(P.add(BigInteger.ONE).shiftRight(2), P); // p ≡ 3 modulo 4
        if (!y.multiply(y).mod(P).equals(square)) {
            return null;
        }
        return new P256Affine(x, y.testBit(0) ? P.subtract(y) : y);
    }
}
