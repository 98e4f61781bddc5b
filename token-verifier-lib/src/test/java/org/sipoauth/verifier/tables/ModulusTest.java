package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ModulusTest {
    private static final BigInteger END = BigInteger.TWO.pow(256);
    private static final BigInteger R = BigInteger.TWO.pow(270);
    private static final List<BigInteger> MODULI = List.of(
            P256Table.N,
            P256Field.P,
            Ed25519Table.L,
            Ed25519Field.P,
            BigInteger.valueOf(3),
            END.subtract(BigInteger.ONE));

    private final Random random = new Random(1);

    @Test
    void invertsAsBigIntegerDoes() {
        for (BigInteger number : MODULI) {
            Modulus modulus = new Modulus(number);
            for (BigInteger edge : Numbers.edges(number)) {
                assertInverse(modulus, edge, number);
            }
            for (int run = 0; run < 20_000; run++) {
                assertInverse(modulus, Numbers.random(random, number), number);
            }
        }
    }

    private static void assertInverse(Modulus modulus, BigInteger x, BigInteger number) {
        if (x.gcd(number).equals(BigInteger.ONE)) {
            BigInteger inverse = x.modInverse(number);
            assertThat(Modulus.number(modulus.inverse(Modulus.limbs(x)))).isEqualTo(inverse);
            assertThat(Modulus.number(modulus.inverseTimesR(Modulus.limbs(x))))
                    .isEqualTo(inverse.multiply(R).mod(number));
        }
    }

    @Test
    void gives0For0() {
        for (BigInteger number : MODULI) {
            assertThat(new Modulus(number).inverse(new int[Modulus.LIMBS])).containsOnly(0);
        }
    }

    @Test
    void multipliesAsBigIntegerDoes() {
        for (BigInteger number : MODULI) {
            Modulus modulus = new Modulus(number);
            for (BigInteger edge : Numbers.edges(R)) {
                assertProduct(modulus, edge, Numbers.random(random, number), number);
                assertProduct(modulus, Numbers.random(random, R), edge.mod(number), number);
                assertProduct(modulus, edge, number.subtract(BigInteger.ONE), number);
            }
            for (int run = 0; run < 20_000; run++) {
                assertProduct(modulus, Numbers.random(random, R), Numbers.random(random, number), number);
            }
        }
    }

    private static void assertProduct(Modulus modulus, BigInteger a, BigInteger b, BigInteger number) {
        int[] product = Modulus.limbs(b); // to be overwritten
        modulus.multiply(product, Modulus.limbs(a), Modulus.limbs(b.multiply(R).mod(number)));
        assertThat(Modulus.number(product)).isEqualTo(a.multiply(b).mod(number));
    }

    @Test
    void dividesSixtyFourBytesAsBigIntegerDoes() {
        BigInteger end = BigInteger.TWO.pow(512);
        for (BigInteger number : MODULI) {
            Modulus modulus = new Modulus(number);
            for (BigInteger edge : Numbers.edges(end)) {
                assertResidue(modulus, edge, number);
            }
            for (int run = 0; run < 20_000; run++) {
                assertResidue(modulus, Numbers.random(random, end), number);
            }
        }
    }

    private static void assertResidue(Modulus modulus, BigInteger dividend, BigInteger number) {
        byte[] bytes = Numbers.littleEndian(dividend, 64);
        BigInteger residue = Modulus.number(modulus.residue(bytes));
        assertThat(residue.mod(number)).isEqualTo(dividend.mod(number));
        assertThat(residue).isBetween(BigInteger.ZERO, BigInteger.TWO.pow(248).add(number));
    }

    @Test
    void readsBytesInEitherOrder() {
        for (BigInteger number : Numbers.edges(END)) {
            byte[] bytes = new byte[70];
            System.arraycopy(Numbers.littleEndian(number, 32), 0, bytes, 3, 32);
            System.arraycopy(Numbers.bigEndian(number), 0, bytes, 36, 32);
            assertThat(Modulus.number(Modulus.littleEndian(bytes, 3))).isEqualTo(number);
            assertThat(Modulus.number(Modulus.bigEndian(bytes, 36))).isEqualTo(number);
        }
    }

    @Test
    void handsOutEachByte() {
        for (BigInteger number : Numbers.edges(END)) {
            int[] limbs = Modulus.limbs(number);
            byte[] bytes = Numbers.littleEndian(number, 32);
            for (int i = 0; i < 32; i++) {
                assertThat((byte) Modulus.byteOf(limbs, i)).isEqualTo(bytes[i]);
            }
        }
    }

    @Test
    void comparesWithTheModulus() {
        for (BigInteger number : MODULI) {
            Modulus modulus = new Modulus(number);
            for (BigInteger edge : Numbers.edges(END)) {
                assertThat(modulus.isAbove(Modulus.limbs(edge))).isEqualTo(edge.compareTo(number) < 0);
                assertThat(Modulus.isZero(Modulus.limbs(edge))).isEqualTo(edge.signum() == 0);
            }
            assertThat(modulus.isAbove(Modulus.limbs(number))).isFalse();
            assertThat(modulus.isAbove(Modulus.limbs(number.subtract(BigInteger.ONE))))
                    .isTrue();
        }
    }

    @Test
    void negates() {
        for (BigInteger number : MODULI) {
            Modulus modulus = new Modulus(number);
            for (BigInteger edge : Numbers.edges(number)) {
                int[] limbs = Modulus.limbs(edge);
                modulus.negate(limbs);
                assertThat(Modulus.number(limbs)).isEqualTo(number.subtract(edge));
            }
        }
    }
}
