package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.tables.KeyTable.Answer;

class Ed25519TableTest {
    private static final BigInteger L = EdwardsAffine.L;
    private static final BigInteger P = EdwardsAffine.P;
    private static final byte[] MESSAGE = {1, 2, 3};
    private final Random random = new Random(1);

    @Test
    void holdsEveryMultiple() {
        EdwardsAffine key = EdwardsAffine.B.times(Numbers.random(random, L));
        Ed25519Table table = table(key);
        EdwardsAffine first = key;
        for (int window = 0; window < 32; window++) {
            EdwardsAffine multiple = EdwardsAffine.NEUTRAL;
            for (int factor = 1; factor <= 128; factor++) {
                multiple = multiple.plus(first);
                assertThat(table.point(window, factor)).containsExactly(multiple.x(), multiple.y());
            }
            first = multiple.plus(multiple);
        }
    }

    @Test
    void acceptsWhatItsOwnerSignedAndNothingElse() {
        BigInteger a = Numbers.random(random, L);
        EdwardsAffine key = EdwardsAffine.B.times(a);
        Ed25519Table table = table(key);
        for (BigInteger r : Numbers.someEdges(L)) {
            byte[] signature = sign(key, a, EdwardsAffine.B.times(r).encoded(), r);
            assertThat(table.verify(MESSAGE, signature)).isEqualTo(Answer.GENUINE);
            assertThat(table.verify(new byte[] {1, 2, 4}, signature)).isEqualTo(Answer.FORGED);
            int bit = random.nextInt(512);
            signature[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(table.verify(MESSAGE, signature)).isEqualTo(Answer.FORGED);
        }
    }

    /** The neutral element as R, which has four spellings; all but the canonical one are refused. */
    @Test
    void refusesOtherSpellingsOfR() {
        BigInteger a = Numbers.random(random, L);
        EdwardsAffine key = EdwardsAffine.B.times(a);
        byte[] canonical = EdwardsAffine.littleEndian(BigInteger.ONE);
        assertThat(table(key).verify(MESSAGE, sign(key, a, canonical, BigInteger.ZERO)))
                .isEqualTo(Answer.GENUINE);
        for (BigInteger other : new BigInteger[] {
            BigInteger.ONE.setBit(255),
            P.add(BigInteger.ONE),
            P.add(BigInteger.ONE).setBit(255)
        }) {
            byte[] signature = sign(key, a, EdwardsAffine.littleEndian(other), BigInteger.ZERO);
            assertThat(table(key).verify(MESSAGE, signature)).isEqualTo(Answer.FORGED);
        }
    }

    /** The comparison is without the cofactor, as the JDK's is. */
    @Test
    void refusesRWithAComponentOfSmallOrder() {
        BigInteger a = Numbers.random(random, L);
        EdwardsAffine key = EdwardsAffine.B.times(a);
        BigInteger r = Numbers.random(random, L);
        for (EdwardsAffine small : EdwardsAffine.smallOrder()) {
            byte[] signature = sign(key, a, EdwardsAffine.B.times(r).plus(small).encoded(), r);
            Answer answer = table(key).verify(MESSAGE, signature);
            assertThat(answer).isEqualTo(small.equals(EdwardsAffine.NEUTRAL) ? Answer.GENUINE : Answer.FORGED);
        }
    }

    @Test
    void refusesSOfLOrMore() {
        BigInteger a = Numbers.random(random, L);
        EdwardsAffine key = EdwardsAffine.B.times(a);
        byte[] signature = sign(key, a, EdwardsAffine.B.encoded(), BigInteger.ONE);
        BigInteger s = BigInteger.ZERO;
        for (int i = 63; i >= 32; i--) {
            s = s.shiftLeft(8).add(BigInteger.valueOf(signature[i] & 0xFF));
        }
        for (int times = 1; times < 15; times++) {
            byte[] longer = EdwardsAffine.littleEndian(s.add(L.multiply(BigInteger.valueOf(times))));
            System.arraycopy(longer, 0, signature, 32, 32);
            assertThat(table(key).verify(MESSAGE, signature)).isEqualTo(Answer.FORGED);
        }
    }

    @Test
    void takesNoKeyOutsideThePrimeOrderSubgroup() {
        EdwardsAffine key = EdwardsAffine.B.times(Numbers.random(random, L));
        for (EdwardsAffine small : EdwardsAffine.smallOrder()) {
            EdwardsAffine mixed = key.plus(small);
            assertThat(Ed25519Table.of(mixed.x().testBit(0), mixed.y()).isPresent())
                    .isEqualTo(small.equals(EdwardsAffine.NEUTRAL));
            if (small.x().signum() != 0) {
                assertThat(Ed25519Table.of(small.x().testBit(0), small.y())).isEmpty();
            }
        }
    }

    @Test
    void verifiesUnderTheBasePointAndItsOpposite() {
        EdwardsAffine base = EdwardsAffine.B;
        byte[] signature = sign(base, BigInteger.ONE, base.encoded(), BigInteger.ONE);
        assertThat(table(base).verify(MESSAGE, signature)).isEqualTo(Answer.GENUINE);
        signature = sign(base.opposite(), L.subtract(BigInteger.ONE), base.encoded(), BigInteger.ONE);
        assertThat(table(base.opposite()).verify(MESSAGE, signature)).isEqualTo(Answer.GENUINE);
    }

    /** R and S = r + h a, for the private scalar {@code a} of {@code key}. */
    private static byte[] sign(EdwardsAffine key, BigInteger a, byte[] encodedR, BigInteger r) {
        BigInteger h = key.h(encodedR, MESSAGE);
        byte[] signature = Arrays.copyOf(encodedR, 64);
        System.arraycopy(EdwardsAffine.littleEndian(r.add(h.multiply(a)).mod(L)), 0, signature, 32, 32);
        return signature;
    }

    private static Ed25519Table table(EdwardsAffine key) {
        return (Ed25519Table) Ed25519Table.of(key.x().testBit(0), key.y()).orElseThrow();
    }
}
