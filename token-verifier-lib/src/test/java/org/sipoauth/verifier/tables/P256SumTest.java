package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class P256SumTest {
    private final Random random = new Random(1);

    @Test
    void addsAsTheTextbookDoes() {
        for (int run = 0; run < 20; run++) {
            P256Sum sum = new P256Sum();
            P256Affine expected = null;
            for (int i = 0; i < 64; i++) {
                P256Affine point = point();
                boolean opposite = random.nextBoolean();
                sum.add(limbs(point), 0, opposite);
                expected = P256Affine.sum(expected, opposite ? point.opposite() : point);
                assertIs(sum, Objects.requireNonNull(expected));
            }
        }
    }

    @Test
    void doublesAsTheTextbookDoes() {
        for (int run = 0; run < 20; run++) {
            P256Affine expected = point();
            P256Sum sum = new P256Sum();
            sum.add(limbs(expected), 0, false);
            for (int i = 0; i < 20; i++) {
                sum.twice();
                expected = Objects.requireNonNull(P256Affine.sum(expected, expected));
                assertIs(sum, expected);
            }
        }
    }

    @Test
    void neverForgetsThatAPointMetItselfOrItsOpposite() {
        for (int run = 0; run < 20; run++) {
            for (boolean opposite : new boolean[] {false, true}) {
                P256Affine a = point();
                P256Affine b = point();
                P256Sum sum = new P256Sum();
                sum.add(limbs(a), 0, false);
                sum.add(limbs(b), 0, false);
                assertThat(sum.isExceptional()).isFalse();
                sum.add(limbs(Objects.requireNonNull(P256Affine.sum(a, b))), 0, opposite);
                assertThat(sum.isExceptional()).isTrue();
                for (int i = 0; i < 64; i++) {
                    sum.add(limbs(point()), 0, random.nextBoolean());
                    assertThat(sum.isExceptional()).isTrue();
                }
            }
        }
    }

    @Test
    void isExceptionalWhileEmpty() {
        assertThat(new P256Sum().isExceptional()).isTrue();
    }

    /** Points with extreme coordinates, among them x = 0. */
    @Test
    void addsPointsAtTheEdgesOfTheField() {
        P256Affine other = point();
        for (BigInteger x : Numbers.edges(P256Field.P)) {
            P256Affine point = P256Affine.withX(x);
            if (point != null && !point.x().equals(other.x())) {
                P256Sum sum = new P256Sum();
                sum.add(limbs(point), 0, false);
                sum.add(limbs(other), 0, false);
                assertIs(sum, Objects.requireNonNull(P256Affine.sum(point, other)));
            }
        }
        assertThat(P256Affine.withX(BigInteger.ZERO)).isNotNull();
    }

    private P256Affine point() {
        while (true) {
            P256Affine point = P256Affine.withX(new BigInteger(256, random).mod(P256Field.P));
            if (point != null) {
                return point;
            }
        }
    }

    private static void assertIs(P256Sum sum, P256Affine expected) {
        assertThat(sum.isExceptional()).isFalse();
        BigInteger zz = P256Field.number(sum.zz);
        BigInteger zzz = P256Field.number(sum.zzz);
        assertThat(P256Field.number(sum.x)).isEqualTo(expected.x().multiply(zz).mod(P256Field.P));
        assertThat(P256Field.number(sum.y)).isEqualTo(expected.y().multiply(zzz).mod(P256Field.P));
        assertThat(zz.pow(3).subtract(zzz.pow(2)).mod(P256Field.P)).isZero();
        assertThat(sum.hasX(P256Field.montgomery(expected.x()))).isTrue();
        assertThat(sum.hasX(Numbers.bigEndian(expected.x()))).isTrue();
        assertThat(sum.hasX(Numbers.bigEndian(expected.x().add(BigInteger.ONE))))
                .isFalse();
        assertThat(sum.hasX(Numbers.bigEndian(expected.x().xor(BigInteger.ONE.shiftLeft(200)))))
                .isFalse();
        assertBounds(sum);
    }

    /** Those that the class states, in units of p. */
    private static void assertBounds(P256Sum sum) {
        assertWithin(sum.x, "-0.01", "1.01");
        assertWithin(sum.y, "-1.5", "1.5");
        assertWithin(sum.zz, "-0.2", "1.2");
        assertWithin(sum.zzz, "-0.2", "1.2");
    }

    private static void assertWithin(long[] limbs, String low, String high) {
        BigDecimal p = new BigDecimal(P256Field.P);
        assertThat(new BigDecimal(P256Field.value(limbs)))
                .isBetween(p.multiply(new BigDecimal(low)), p.multiply(new BigDecimal(high)));
        for (long limb : limbs) {
            assertThat(Math.abs(limb)).isLessThanOrEqualTo(1L << 53);
        }
    }

    private static long[] limbs(P256Affine point) {
        long[] limbs = new long[10];
        System.arraycopy(P256Field.montgomery(point.x()), 0, limbs, 0, 5);
        System.arraycopy(P256Field.montgomery(point.y()), 0, limbs, 5, 5);
        return limbs;
    }
}
