package org.sipoauth.verifier.tables;

import static org.sipoauth.verifier.tables.P256Field.LIMBS;
import static org.sipoauth.verifier.tables.P256Field.multiply;
import static org.sipoauth.verifier.tables.P256Field.square;

import java.math.BigInteger;

/**
 * A point of P-256 to which others are added: x = X / ZZ, y = Y / ZZZ with ZZ³ = ZZZ² (the "XYZZ" coordinates of Sutherland,
 * in Bernstein and Lange's Explicit-Formulas Database: madd-2008-s and dbl-2008-s-1 for short Weierstrass curves).
 * To add an affine point takes 8 multiplications and 2 squarings, and no inversion.
 *
 * <p>The formula of addition holds for two points that are not the same, nor opposite, nor the neutral element. Where the
 * x of both are equal, P below is 0, and so are ZZ and ZZZ, and <b>they stay 0 whatever is added later</b>, as each is
 * multiplied by its old value. So no addition needs to look: {@link #isExceptional} at the end tells that one of them was
 * such a case, or that nothing was added at all.
 *
 * <p>Bounds in units of p, by {@link P256Field}'s rule for products: X is reduced, within about [0, 1]; |Y| below 1.5; ZZ
 * and ZZZ below 1.2. Then |P| stays below 1.3, |R| below 2.8, and no limb of a factor reaches 2^55.
 */
final class P256Sum {
    private static final long[] ONE = P256Field.montgomery(BigInteger.ONE);

    final long[] x = new long[LIMBS];
    final long[] y = new long[LIMBS];
    final long[] zz = new long[LIMBS];
    final long[] zzz = new long[LIMBS];
    private boolean empty = true;

    // between the steps of one addition
    private final long[] p = new long[LIMBS];
    private final long[] pp = new long[LIMBS];
    private final long[] q = new long[LIMBS];
    private final long[] r = new long[LIMBS];

    /** Adds the point whose x and y stand in {@code table} from {@code at} on, or its opposite. */
    void add(long[] table, int at, boolean opposite) {
        if (empty) {
            start(table, at, opposite);
            return;
        }
        multiply(p, zz, table, at);
        subtract(p, p, x); // P = x2 ZZ - X
        multiply(r, zzz, table, at + LIMBS);
        if (opposite) {
            negate(r);
        }
        subtract(r, r, y); // R = y2 ZZZ - Y
        square(pp, p);
        multiply(p, p, pp, 0); // P³ from here on
        multiply(q, pp, x, 0);
        square(x, r);
        for (int i = 0; i < LIMBS; i++) {
            x[i] -= p[i] + 2 * q[i];
        }
        P256Field.reduce(x); // X' = R² - P³ - 2 Q, where Q = X P²
        multiply(zz, zz, pp, 0);
        multiply(zzz, zzz, p, 0);
        multiply(y, y, p, 0);
        subtract(q, q, x);
        multiply(r, r, q, 0);
        subtract(y, r, y); // Y' = R (Q - X') - Y P³
    }

    /** The same point, to go on from. */
    P256Sum copy() {
        P256Sum copy = new P256Sum();
        System.arraycopy(x, 0, copy.x, 0, LIMBS);
        System.arraycopy(y, 0, copy.y, 0, LIMBS);
        System.arraycopy(zz, 0, copy.zz, 0, LIMBS);
        System.arraycopy(zzz, 0, copy.zzz, 0, LIMBS);
        copy.empty = empty;
        return copy;
    }

    private void start(long[] table, int at, boolean opposite) {
        System.arraycopy(table, at, x, 0, LIMBS);
        System.arraycopy(table, at + LIMBS, y, 0, LIMBS);
        if (opposite) {
            negate(y);
        }
        System.arraycopy(ONE, 0, zz, 0, LIMBS);
        System.arraycopy(ONE, 0, zzz, 0, LIMBS);
        empty = false;
    }

    /** Takes the point twice. No point of P-256 has y = 0, so this has no exceptions. */
    void twice() {
        long[] u = new long[LIMBS];
        long[] w = new long[LIMBS];
        long[] m = new long[LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            u[i] = 2 * y[i];
            p[i] = x[i] - zz[i];
            q[i] = x[i] + zz[i];
        }
        multiply(m, p, q, 0);
        for (int i = 0; i < LIMBS; i++) {
            m[i] *= 3; // M = 3 X² + a ZZ² = 3 (X - ZZ) (X + ZZ), as a = -3
        }
        square(pp, u);
        multiply(w, u, pp, 0);
        multiply(q, x, pp, 0);
        square(x, m);
        for (int i = 0; i < LIMBS; i++) {
            x[i] -= 2 * q[i];
        }
        P256Field.reduce(x);
        multiply(zz, zz, pp, 0);
        multiply(zzz, zzz, w, 0);
        multiply(y, y, w, 0);
        subtract(q, q, x);
        multiply(m, m, q, 0);
        subtract(y, m, y);
    }

    /** Whether the result means nothing; see above. */
    boolean isExceptional() {
        return empty || P256Field.isZero(zz);
    }

    /** Whether the affine x is the number in the first 32 bytes, without an inversion: number ZZ = X. Not for an exceptional one. */
    boolean hasX(byte[] number) {
        P256Field.montgomery(q, number);
        return hasX(q);
    }

    /** The same of a number in Montgomery form. */
    boolean hasX(long[] number) {
        multiply(p, number, zz, 0);
        subtract(p, p, x);
        return P256Field.isZero(p);
    }

    private static void subtract(long[] out, long[] a, long[] b) {
        for (int i = 0; i < LIMBS; i++) {
            out[i] = a[i] - b[i];
        }
    }

    private static void negate(long[] a) {
        for (int i = 0; i < LIMBS; i++) {
            a[i] = -a[i];
        }
    }
}
