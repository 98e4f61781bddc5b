package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ModularInverseTest {
    private static final List<BigInteger> MODULI = List.of(
            P256Table.N, P256Field.P, BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19)), BigInteger.valueOf(3));

    @Test
    void invertsAsBigIntegerDoes() {
        Random random = new Random(1);
        for (BigInteger modulus : MODULI) {
            ModularInverse inverse = new ModularInverse(modulus);
            for (BigInteger number : Numbers.edges(modulus)) {
                assertInverse(inverse, number, modulus);
            }
            for (int run = 0; run < 20_000; run++) {
                assertInverse(inverse, Numbers.random(random, modulus), modulus);
            }
        }
    }

    @Test
    void gives0For0() {
        for (BigInteger modulus : MODULI) {
            assertThat(new ModularInverse(modulus).of(BigInteger.ZERO)).isZero();
        }
    }

    private static void assertInverse(ModularInverse inverse, BigInteger number, BigInteger modulus) {
        if (number.signum() != 0) {
            assertThat(inverse.of(number)).isEqualTo(number.modInverse(modulus));
        }
    }
}
