package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class P256FieldTest {
    private static final int RUNS = 50_000;
    private static final BigInteger P = P256Field.P;
    private static final BigInteger R = BigInteger.TWO.pow(260);
    private static final BigInteger R_INVERSE = R.modInverse(P);

    @Test
    void multipliesAnyLimbsBelowTheirBound() {
        Random random = new Random(1);
        long[] product = new long[5];
        for (int run = 0; run < RUNS; run++) {
            long[] a = Numbers.limbs(random, 55);
            long[] b = Numbers.limbs(random, 55);
            P256Field.multiply(product, a, b, 0);
            assertProduct(product, a, b);
        }
    }

    @Test
    void squaresAnyLimbsBelowTheirBound() {
        Random random = new Random(2);
        long[] square = new long[5];
        for (int run = 0; run < RUNS; run++) {
            long[] a = Numbers.limbs(random, 55);
            P256Field.square(square, a);
            assertProduct(square, a, a);
        }
    }

    @Test
    void multipliesAllLimbsAtTheirBounds() {
        long bound = (1L << 55) - 1;
        long[] product = new long[5];
        for (int signs = 0; signs < 1 << 10; signs++) {
            long[] a = new long[5];
            long[] b = new long[5];
            for (int i = 0; i < 5; i++) {
                a[i] = (signs >> i & 1) == 0 ? bound : -bound;
                b[i] = (signs >> 5 + i & 1) == 0 ? bound : -bound;
            }
            P256Field.multiply(product, a, b, 0);
            assertProduct(product, a, b);
            P256Field.square(product, a);
            assertProduct(product, a, a);
        }
    }

    @Test
    void multipliesWhatStandsAnywhereInATable() {
        long[] table = new long[20];
        System.arraycopy(P256Field.montgomery(BigInteger.TEN), 0, table, 7, 5);
        long[] product = P256Field.montgomery(BigInteger.TWO);
        P256Field.multiply(product, product, table, 7);
        assertThat(P256Field.number(product)).isEqualTo(20);
    }

    @Test
    void convertsThereAndBack() {
        for (BigInteger number : Numbers.edges(P)) {
            assertThat(P256Field.number(P256Field.montgomery(number))).isEqualTo(number);
        }
        long[] fromBytes = new long[5];
        for (BigInteger number : Numbers.edges(BigInteger.TWO.pow(256))) {
            P256Field.montgomery(fromBytes, Numbers.bigEndian(number));
            assertThat(fromBytes).isEqualTo(P256Field.montgomery(number));
        }
        assertThat(P256Field.number(P256Field.montgomery(P))).isZero();
        assertThat(P256Field.value(P256Field.montgomery(BigInteger.ONE)).mod(P)).isEqualTo(R.mod(P));
    }

    @Test
    void reducesAFewMultiplesOfPOfEitherSign() {
        Random random = new Random(3);
        for (int run = 0; run < RUNS; run++) {
            BigInteger number = Numbers.random(random, P);
            int multiple = random.nextInt(15) - 7;
            long[] a = P256Field.montgomery(number);
            addP(a, multiple);
            BigInteger before = P256Field.value(a);
            P256Field.reduce(a);
            BigInteger after = P256Field.value(a);
            assertThat(after.subtract(before).mod(P)).isZero();
            // about [0, p]: each p taken off or added leaves at most 2^224 of difference to 2^256
            BigInteger slack = BigInteger.TWO.pow(228);
            assertThat(after).isBetween(slack.negate(), BigInteger.TWO.pow(256).add(slack));
        }
    }

    @Test
    void knowsZeroFromItsNeighbours() {
        for (int multiple = -4; multiple <= 4; multiple++) {
            for (int by = -2; by <= 2; by++) {
                long[] a = new long[5];
                a[0] = by;
                addP(a, multiple);
                assertThat(P256Field.isZero(a)).as("%d p + %d", multiple, by).isEqualTo(by == 0);
            }
            for (int bit = 0; bit < 256; bit++) {
                long[] a = new long[5];
                a[bit / 52] = 1L << bit % 52;
                addP(a, multiple);
                assertThat(P256Field.isZero(a)).as("%d p + 2^%d", multiple, bit).isFalse();
            }
        }
    }

    /** The right number, four limbs reduced, and the value within the bound that the class states. */
    private static void assertProduct(long[] product, long[] a, long[] b) {
        BigInteger exact = P256Field.value(a).multiply(P256Field.value(b));
        BigInteger value = P256Field.value(product);
        assertThat(value.subtract(exact.multiply(R_INVERSE)).mod(P)).isZero();
        for (int i = 0; i < 4; i++) {
            assertThat(product[i]).isBetween(0L, (1L << 52) - 1);
        }
        BigInteger share = exact.divide(R).abs().add(BigInteger.ONE);
        assertThat(value).isBetween(share.negate(), share.add(P));
    }

    private static void addP(long[] a, int multiple) {
        long mask = (1L << 52) - 1;
        for (int i = 0; i < 5; i++) {
            a[i] += multiple * (P.shiftRight(52 * i).longValue() & mask);
        }
    }
}
