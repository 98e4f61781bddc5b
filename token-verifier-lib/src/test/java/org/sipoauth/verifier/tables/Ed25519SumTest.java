package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Ed25519SumTest {
    private static final BigInteger P = Ed25519Field.P;
    private final Random random = new Random(1);

    @Test
    void addsAsTheTextbookDoes() {
        for (int run = 0; run < 20; run++) {
            Ed25519Sum sum = new Ed25519Sum();
            EdwardsAffine expected = EdwardsAffine.NEUTRAL;
            for (int i = 0; i < 64; i++) {
                EdwardsAffine point = point();
                boolean opposite = random.nextBoolean();
                sum.add(entry(point), 0, opposite);
                expected = expected.plus(opposite ? point.opposite() : point);
                assertIs(sum, expected);
            }
        }
    }

    /** A point and itself, its opposite, the neutral one, and all of order 2, 4 and 8. */
    @Test
    void hasNoExceptions() {
        EdwardsAffine point = point();
        for (EdwardsAffine a : EdwardsAffine.smallOrder()) {
            for (EdwardsAffine b : EdwardsAffine.smallOrder()) {
                assertSum(a, b);
                assertSum(point.plus(a), b);
                assertSum(point.plus(a), point.plus(b));
                assertSum(point.plus(a), point.opposite().plus(b));
            }
        }
    }

    @Test
    void addsPointsAtTheEdgesOfTheField() {
        EdwardsAffine other = EdwardsAffine.B.times(BigInteger.TEN);
        for (BigInteger y : Numbers.edges(P)) {
            EdwardsAffine point = EdwardsAffine.withY(y);
            if (point != null) {
                assertSum(point, other);
                assertSum(other, point.opposite());
            }
        }
    }

    private EdwardsAffine point() {
        while (true) {
            EdwardsAffine point = EdwardsAffine.withY(new BigInteger(255, random).mod(P));
            if (point != null) {
                return point;
            }
        }
    }

    private static void assertSum(EdwardsAffine a, EdwardsAffine b) {
        Ed25519Sum sum = new Ed25519Sum();
        sum.add(entry(a), 0, false);
        sum.add(entry(b), 0, false);
        assertIs(sum, a.plus(b));
        assertThat(sum.isNeutral()).isEqualTo(a.plus(b).equals(EdwardsAffine.NEUTRAL));
    }

    private static void assertIs(Ed25519Sum sum, EdwardsAffine expected) {
        BigInteger z = Ed25519Field.number(sum.z);
        assertThat(z).isNotZero();
        assertThat(Ed25519Field.number(sum.x))
                .isEqualTo(expected.x().multiply(z).mod(P));
        assertThat(Ed25519Field.number(sum.y))
                .isEqualTo(expected.y().multiply(z).mod(P));
        assertThat(sum.encoded()).isEqualTo(expected.encoded());
        assertThat(Ed25519Field.number(sum.t))
                .isEqualTo(expected.x().multiply(expected.y()).multiply(z).mod(P));
    }

    private static long[] entry(EdwardsAffine point) {
        long[] entry = new long[15];
        BigInteger[] values = {
            point.y().add(point.x()),
            point.y().subtract(point.x()),
            point.x().multiply(point.y()).multiply(Ed25519Sum.D).shiftLeft(1)
        };
        for (int i = 0; i < 3; i++) {
            System.arraycopy(Ed25519Field.limbs(values[i].mod(P)), 0, entry, 5 * i, 5);
        }
        return entry;
    }
}
