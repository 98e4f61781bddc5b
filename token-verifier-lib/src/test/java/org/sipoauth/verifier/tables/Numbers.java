package org.sipoauth.verifier.tables;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Numbers to try: those at which carries and reductions turn, and others at random. */
final class Numbers {
    private Numbers() {}

    /** In [0, modulus): 0, 1 and modulus - 1, powers of two and their neighbours, long runs of ones. */
    static List<BigInteger> edges(BigInteger modulus) {
        List<BigInteger> numbers = new ArrayList<>();
        for (int bit = 0; bit < modulus.bitLength(); bit++) {
            BigInteger power = BigInteger.ONE.shiftLeft(bit);
            for (int by = -1; by <= 1; by++) {
                numbers.add(power.add(BigInteger.valueOf(by)).mod(modulus));
                numbers.add(modulus.subtract(power).add(BigInteger.valueOf(by)).mod(modulus));
            }
        }
        return numbers;
    }

    /** A seventeenth of them, for tests that take long for each. */
    static List<BigInteger> someEdges(BigInteger modulus) {
        List<BigInteger> edges = edges(modulus);
        return IntStream.range(0, edges.size())
                .filter(i -> i % 17 == 0)
                .mapToObj(edges::get)
                .toList();
    }

    /** In [0, modulus), of any length. */
    static BigInteger random(Random random, BigInteger modulus) {
        return new BigInteger(1 + random.nextInt(modulus.bitLength()), random).mod(modulus);
    }

    /** Five limbs, each of any length up to {@code bits} and either sign, often at its bound, at 0 or full of ones. */
    static long[] limbs(Random random, int bits) {
        long bound = (1L << bits) - 1;
        long[] limbs = new long[5];
        for (int i = 0; i < limbs.length; i++) {
            limbs[i] = switch (random.nextInt(8)) {
                case 0 -> bound;
                case 1 -> -bound;
                case 2 -> 0;
                case 3 -> (1L << random.nextInt(bits)) - 1;
                case 4 -> -(1L << random.nextInt(bits));
                default -> random.nextLong() >> 64 - bits - 1 >> random.nextInt(bits);
            };
        }
        return limbs;
    }

    /** Each in 32 bytes, the highest first. */
    static byte[] bigEndian(BigInteger... numbers) {
        byte[] bytes = new byte[32 * numbers.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = numbers[i / 32].shiftRight(8 * (31 - i % 32)).byteValue();
        }
        return bytes;
    }

    /** The lowest byte first. */
    static byte[] littleEndian(BigInteger number, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = number.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }
}
