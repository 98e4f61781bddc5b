package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SignedBytesTest {
    private static final BigInteger END = BigInteger.TWO.pow(255);

    @Test
    void addUpToTheNumber() {
        Numbers.edges(END).forEach(SignedBytesTest::assertDigits);
        Random random = new Random(1);
        for (int run = 0; run < 20_000; run++) {
            assertDigits(Numbers.random(random, END));
        }
        assertDigits(new BigInteger("7f" + "ff".repeat(31), 16)); // every digit carries
        assertDigits(new BigInteger("80".repeat(31), 16)); // none does
        assertDigits(new BigInteger("7f" + "80".repeat(30) + "81", 16)); // one carry, all the way
    }

    private static void assertDigits(BigInteger number) {
        int[] prepared = Modulus.limbs(number);
        SignedBytes.prepare(prepared);
        BigInteger sum = BigInteger.ZERO;
        for (int i = SignedBytes.DIGITS - 1; i >= 0; i--) {
            int digit = SignedBytes.digit(prepared, i);
            assertThat(digit).isBetween(-127, 128);
            sum = sum.shiftLeft(8).add(BigInteger.valueOf(digit));
        }
        assertThat(sum).isEqualTo(number);
    }
}
