package org.sipoauth.verifier.tables;

import java.math.BigInteger;

/** A number as 32 digits to the base 256, each in [-127, 128]: half as many multiples to keep, as P and -P are one. */
final class SignedBytes {
    static final int DIGITS = 32;
    static final int MAX_DIGIT = 128;

    private SignedBytes() {}

    /** The digits of a number below 2^255, the lowest first. */
    static int[] of(BigInteger number) {
        byte[] bytes = number.toByteArray(); // big-endian; of at most 32, since its sign bit is free
        int[] digits = new int[DIGITS];
        int carry = 0;
        for (int i = 0; i < bytes.length; i++) {
            int digit = (bytes[bytes.length - 1 - i] & 0xFF) + carry;
            carry = digit > MAX_DIGIT ? 1 : 0;
            digits[i] = digit - (carry << 8);
        }
        if (carry != 0) { // never out of the 32nd, which is below 128
            digits[bytes.length] = carry;
        }
        return digits;
    }
}
