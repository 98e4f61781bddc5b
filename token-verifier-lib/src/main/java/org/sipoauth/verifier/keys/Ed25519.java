package org.sipoauth.verifier.keys;

import java.math.BigInteger;
import java.security.spec.EdECPoint;
import org.sipoauth.verifier.internal.MalformedException;

/** The curve of RFC 8032 §5.1. */
final class Ed25519 {
    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger D = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(P))
            .mod(P);

    private Ed25519() {}

    /** The JDK decodes the point only when it verifies; an undecodable one would fail at every token. */
    static void requireOnCurve(EdECPoint point) throws MalformedException {
        BigInteger y = point.getY();
        BigInteger ySquared = y.multiply(y).mod(P);
        // RFC 8032 §5.1.3: x² = (y² - 1) / (d y² + 1); the denominator is never zero
        BigInteger xSquared = ySquared.subtract(BigInteger.ONE)
                .multiply(D.multiply(ySquared).add(BigInteger.ONE).modInverse(P))
                .mod(P);
        BigInteger legendre = xSquared.modPow(P.subtract(BigInteger.ONE).shiftRight(1), P);
        boolean isSquare = legendre.equals(BigInteger.ONE);
        // zero, where x = 0, is no square here: those two points have order 1 and 2 and are nobody's key
        if (y.compareTo(P) >= 0 || !isSquare) {
            throw new MalformedException("point not on edwards25519");
        }
    }
}
