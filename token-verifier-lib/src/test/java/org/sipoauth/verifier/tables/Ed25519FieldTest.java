package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Ed25519FieldTest {
    private static final int RUNS = 50_000;
    private static final BigInteger P = Ed25519Field.P;

    @Test
    void multipliesAnyLimbsBelowTheirBound() {
        Random random = new Random(1);
        long[] product = new long[5];
        for (int run = 0; run < RUNS; run++) {
            long[] a = Numbers.limbs(random, 53);
            long[] b = Numbers.limbs(random, 53);
            Ed25519Field.multiply(product, a, b, 0);
            assertProduct(product, a, b);
        }
    }

    @Test
    void multipliesAllLimbsAtTheirBounds() {
        long bound = (1L << 53) - 1;
        long[] product = new long[5];
        for (int signs = 0; signs < 1 << 10; signs++) {
            long[] a = new long[5];
            long[] b = new long[5];
            for (int i = 0; i < 5; i++) {
                a[i] = (signs >> i & 1) == 0 ? bound : -bound;
                b[i] = (signs >> 5 + i & 1) == 0 ? bound : -bound;
            }
            Ed25519Field.multiply(product, a, b, 0);
            assertProduct(product, a, b);
        }
    }

    @Test
    void multipliesWhatStandsAnywhereInATable() {
        long[] table = new long[20];
        System.arraycopy(Ed25519Field.limbs(P.subtract(BigInteger.TWO)), 0, table, 7, 5);
        long[] product = Ed25519Field.limbs(BigInteger.TEN);
        Ed25519Field.multiply(product, product, table, 7);
        assertThat(Ed25519Field.number(product)).isEqualTo(P.subtract(BigInteger.valueOf(20)));
    }

    @Test
    void convertsThereAndBack() {
        for (BigInteger number : Numbers.edges(P)) {
            assertThat(Ed25519Field.number(Ed25519Field.limbs(number))).isEqualTo(number);
        }
        assertThat(Ed25519Field.number(Ed25519Field.limbs(P))).isZero();
    }

    @Test
    void inverts() {
        long[] inverse = new long[5];
        for (BigInteger number : Numbers.edges(P)) {
            if (number.signum() != 0) {
                Ed25519Field.invert(inverse, Ed25519Field.limbs(number));
                assertThat(Ed25519Field.number(inverse)).isEqualTo(number.modInverse(P));
            }
        }
        Ed25519Field.invert(inverse, Ed25519Field.limbs(P));
        assertThat(inverse).containsOnly(0);
    }

    @Test
    void encodesTheNumberBelowP() {
        Random random = new Random(3);
        byte[] encoded = new byte[32];
        List<long[]> cases = new ArrayList<>();
        for (BigInteger number : Numbers.edges(P)) {
            cases.add(Ed25519Field.limbs(number));
        }
        for (int by = -40; by <= 40; by++) { // around 0, p and 2^255, which limbs may be just below or above
            for (BigInteger near : List.of(BigInteger.ZERO, P, BigInteger.TWO.pow(255))) {
                long[] a = new long[5];
                for (int i = 0; i < 5; i++) {
                    a[i] = near.shiftRight(51 * i).longValue() & (i < 4 ? (1L << 51) - 1 : -1);
                }
                a[0] += by;
                cases.add(a);
            }
        }
        for (int run = 0; run < RUNS; run++) {
            cases.add(Numbers.limbs(random, 61));
        }
        for (long[] a : cases) {
            BigInteger number = Ed25519Field.number(a);
            Ed25519Field.encode(encoded, a);
            assertThat(encoded).isEqualTo(Numbers.littleEndian(number, 32));
            assertThat(a).isEqualTo(Ed25519Field.limbs(number));
        }
    }

    @Test
    void carriesWithoutChangeOfTheNumber() {
        Random random = new Random(2);
        for (int run = 0; run < RUNS; run++) {
            long[] a = Numbers.limbs(random, 61);
            BigInteger before = Ed25519Field.number(a);
            Ed25519Field.carry(a);
            assertThat(Ed25519Field.number(a)).isEqualTo(before);
            assertRange(a);
        }
    }

    private static void assertProduct(long[] product, long[] a, long[] b) {
        BigInteger exact = Ed25519Field.value(a).multiply(Ed25519Field.value(b));
        assertThat(Ed25519Field.value(product).subtract(exact).mod(P)).isZero();
        assertRange(product);
    }

    /** The range that the class states. */
    private static void assertRange(long[] a) {
        assertThat(a[0]).isBetween(-(1L << 16), (1L << 51) + (1L << 16));
        for (int i = 1; i < 5; i++) {
            assertThat(a[i]).isBetween(0L, (1L << 51) - 1);
        }
    }
}
