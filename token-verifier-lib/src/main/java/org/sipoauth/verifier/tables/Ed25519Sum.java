package org.sipoauth.verifier.tables;

import static org.sipoauth.verifier.tables.Ed25519Field.LIMBS;
import static org.sipoauth.verifier.tables.Ed25519Field.multiply;

import java.math.BigInteger;

/**
 * A point of edwards25519, -x² + y² = 1 + d x² y², to which others are added: x = X / Z, y = Y / Z, x y = T / Z (extended
 * coordinates of Hisil, Wong, Carter and Dawson, "Twisted Edwards curves revisited", 2008, §3.1). To add an affine point
 * kept as (y + x, y - x, 2 d x y) takes 7 multiplications.
 *
 * <p>As -1 is a square modulo p and d is none, the formula holds for any two points whatever, a point and itself and the
 * neutral element among them (Bernstein and Lange, "Faster addition and doubling on elliptic curves", 2007, theorem 3.3).
 *
 * <p>Limbs: coordinates are products, below 2^51 + 2^16, so of the factors below none exceeds three times that.
 */
final class Ed25519Sum {
    /** -121665 / 121666: RFC 8032 §5.1. */
    static final BigInteger D = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(Ed25519Field.P))
            .mod(Ed25519Field.P);

    final long[] x = new long[LIMBS];
    final long[] y = {1, 0, 0, 0, 0};
    final long[] z = {1, 0, 0, 0, 0};
    final long[] t = new long[LIMBS];

    // between the steps of one addition
    private final long[] e = new long[LIMBS];
    private final long[] f = new long[LIMBS];
    private final long[] g = new long[LIMBS];
    private final long[] h = new long[LIMBS];

    /** Adds the point whose y + x, y - x and 2 d x y stand in {@code table} from {@code at} on, or its opposite. */
    void add(long[] table, int at, boolean opposite) {
        // the opposite of (x, y) is (-x, y)
        int plus = opposite ? at + LIMBS : at;
        int minus = opposite ? at : at + LIMBS;
        for (int i = 0; i < LIMBS; i++) {
            e[i] = y[i] - x[i];
            h[i] = y[i] + x[i];
        }
        multiply(e, e, table, minus); // A = (Y - X) (y2 - x2)
        multiply(h, h, table, plus); // B = (Y + X) (y2 + x2)
        multiply(t, t, table, at + 2 * LIMBS); // C = T 2 d x2 y2
        int sign = opposite ? -1 : 1;
        for (int i = 0; i < LIMBS; i++) {
            long a = e[i];
            long b = h[i];
            long c = sign * t[i];
            long d = 2 * z[i];
            e[i] = b - a;
            f[i] = d - c;
            g[i] = d + c;
            h[i] = b + a;
        }
        multiply(x, e, f, 0);
        multiply(y, g, h, 0);
        multiply(z, f, g, 0);
        multiply(t, e, h, 0);
    }

    /** The same point, to go on from. */
    Ed25519Sum copy() {
        Ed25519Sum copy = new Ed25519Sum();
        System.arraycopy(x, 0, copy.x, 0, LIMBS);
        System.arraycopy(y, 0, copy.y, 0, LIMBS);
        System.arraycopy(z, 0, copy.z, 0, LIMBS);
        System.arraycopy(t, 0, copy.t, 0, LIMBS);
        return copy;
    }

    /** RFC 8032 §5.1.2: y with the lowest bit of x in its top bit, little-endian. */
    byte[] encoded() {
        byte[] encoded = new byte[32];
        Ed25519Field.invert(e, z);
        multiply(f, e, x, 0);
        multiply(g, e, y, 0);
        Ed25519Field.reduce(f);
        Ed25519Field.encode(encoded, g);
        encoded[31] |= (byte) (f[0] << 7);
        return encoded;
    }

    boolean isNeutral() {
        BigInteger difference = Ed25519Field.value(y).subtract(Ed25519Field.value(z));
        return Ed25519Field.number(x).signum() == 0
                && difference.mod(Ed25519Field.P).signum() == 0;
    }
}
