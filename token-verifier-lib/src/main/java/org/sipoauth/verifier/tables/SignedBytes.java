package org.sipoauth.verifier.tables;

import java.math.BigInteger;

/**
 * A number below 2^255 as 32 digits to the base 256, each in [-127, 128]: half as many multiples to keep, as P and -P are one.
 *
 * <p>Where 127 is added to every digit, the sum of them is a number with bytes for digits, and these are its only ones. So
 * the digits are the bytes of the number plus 127 (1 + 256 + … + 256^31), each less 127, and none waits for another's carry.
 */
final class SignedBytes {
    static final int DIGITS = 32;
    static final int MAX_DIGIT = 128;

    private static final int OFFSET = 127;
    private static final int[] OFFSETS = Modulus.limbs(new BigInteger("7f".repeat(DIGITS), 16));

    private SignedBytes() {}

    /** Makes the limbs of a number those to ask {@link #digit} with. */
    static void prepare(int[] number) {
        Modulus.add(number, 1, OFFSETS);
    }

    /** The digit that stands for 256^{@code i}. */
    static int digit(int[] prepared, int i) {
        return Modulus.byteOf(prepared, i) - OFFSET;
    }
}
