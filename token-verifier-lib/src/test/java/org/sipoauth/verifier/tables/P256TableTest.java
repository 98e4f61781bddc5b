package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.tables.KeyTable.Answer;

class P256TableTest {
    private static final BigInteger N = P256Table.N;
    private static final P256Affine G = P256Affine.G;
    private final Random random = new Random(1);

    @Test
    void holdsEveryMultiple() {
        P256Affine key = point(Numbers.random(random, N));
        P256Table table = table(key);
        P256Affine first = key;
        for (int window = 0; window < 32; window++) {
            P256Affine multiple = null;
            for (int factor = 1; factor <= 128; factor++) {
                multiple = Objects.requireNonNull(P256Affine.sum(multiple, first));
                assertThat(table.point(window, factor)).containsExactly(multiple.x(), multiple.y());
            }
            first = Objects.requireNonNull(P256Affine.sum(multiple, multiple));
        }
    }

    /** With d known, any u1 and u2 can be had: e = u1 s and r = u2 s, for the s that makes r the x of u1 G + u2 Q. */
    @Test
    void decidesAsTheTextbookDoesForAnyPairOfFactors() {
        BigInteger d = Numbers.random(random, N);
        P256Affine key = point(d);
        P256Table table = table(key);
        for (int run = 0; run < 40; run++) {
            BigInteger u1 = Numbers.random(random, N);
            BigInteger u2 = Numbers.random(random, N).max(BigInteger.ONE);
            assertAcceptsOnly(table, key, u1, u2);
        }
        for (BigInteger edge : Numbers.someEdges(N)) {
            assertAcceptsOnly(table, key, edge, Numbers.random(random, N).max(BigInteger.ONE));
            assertAcceptsOnly(table, key, Numbers.random(random, N), edge.max(BigInteger.ONE));
        }
    }

    /** An x of at least n: r is x - n, the rare case that p > n allows, and in which not every JDK is right. */
    @Test
    void leavesAnXThatIsNotBelowNToTheJdk() {
        P256Affine point = null;
        BigInteger x = N;
        while (point == null) {
            x = x.add(BigInteger.ONE);
            point = P256Affine.withX(x);
        }
        // with the digest 0, u1 is 0: the key that makes R that point is R / u2
        BigInteger u2 = Numbers.random(random, N).max(BigInteger.ONE);
        P256Affine key = Objects.requireNonNull(P256Affine.multiple(u2.modInverse(N), point));
        BigInteger r = x.subtract(N);
        BigInteger s = r.multiply(u2.modInverse(N)).mod(N);
        assertThat(verify(table(key), BigInteger.ZERO, r, s)).isEqualTo(Answer.UNDECIDED);
        assertThat(verify(table(key), BigInteger.ZERO, r.add(BigInteger.ONE), s))
                .isEqualTo(Answer.FORGED);
    }

    @Test
    void refusesScalarsOutOfRange() {
        P256Table table = table(G);
        BigInteger good = BigInteger.TEN;
        for (BigInteger bad : new BigInteger[] {BigInteger.ZERO, N, N.add(BigInteger.ONE), P256Field.P}) {
            assertThat(verify(table, BigInteger.ONE, bad, good)).isEqualTo(Answer.FORGED);
            assertThat(verify(table, BigInteger.ONE, good, bad)).isEqualTo(Answer.FORGED);
        }
    }

    /** The sum is the neutral element, or a point met itself on the way: only who knows the private key can do this. */
    @Test
    void leavesExceptionalCasesToOthers() {
        BigInteger one = BigInteger.ONE;
        // u1 = n - 1, u2 = 1, Q = G: the sum is neutral
        assertThat(verify(table(G), N.subtract(one), one, one)).isEqualTo(Answer.UNDECIDED);
        // u1 = u2 = 1, Q = G: G + G
        assertThat(verify(table(G), one, one, one)).isEqualTo(Answer.UNDECIDED);
        assertThat(verify(table(G.opposite()), one, one, one)).isEqualTo(Answer.UNDECIDED);
        // u1 = 3, u2 = 259, Q = G: 3 G + 3 G on the way to 262 G
        BigInteger s = BigInteger.valueOf(259).modInverse(N);
        assertThat(verify(table(G), s.multiply(BigInteger.valueOf(3)).mod(N), one, s))
                .isEqualTo(Answer.UNDECIDED);
    }

    @Test
    void takesADigestOfNOrMore() {
        BigInteger d = Numbers.random(random, N).max(BigInteger.ONE);
        P256Table table = table(point(d));
        for (BigInteger e : List.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                BigInteger.TWO.pow(256).subtract(BigInteger.ONE).subtract(N))) {
            BigInteger k = Numbers.random(random, N).max(BigInteger.ONE);
            BigInteger r = point(k).x().mod(N);
            BigInteger s = k.modInverse(N).multiply(e.add(r.multiply(d))).mod(N); // FIPS 186-5 §6.4.1
            assertThat(verify(table, e, r, s)).isEqualTo(Answer.GENUINE);
            assertThat(verify(table, e.add(N), r, s)).isEqualTo(Answer.GENUINE);
            assertThat(verify(table, e.add(N).subtract(BigInteger.ONE), r, s)).isEqualTo(Answer.FORGED);
        }
    }

    private static Answer verify(P256Table table, BigInteger e, BigInteger r, BigInteger s) {
        return table.verifyDigest(Numbers.bigEndian(e), Numbers.bigEndian(r, s));
    }

    private static void assertAcceptsOnly(P256Table table, P256Affine key, BigInteger u1, BigInteger u2) {
        P256Affine sum =
                Objects.requireNonNull(P256Affine.sum(P256Affine.multiple(u1, G), P256Affine.multiple(u2, key)));
        BigInteger r = sum.x().mod(N);
        BigInteger s = r.multiply(u2.modInverse(N)).mod(N);
        BigInteger e = u1.multiply(s).mod(N);
        assertThat(verify(table, e, r, s)).isEqualTo(Answer.GENUINE);
        assertThat(verify(table, e, r, N.subtract(s))).isEqualTo(Answer.GENUINE); // -R has the same x
        assertThat(verify(table, e.xor(BigInteger.TWO), r, s)).isEqualTo(Answer.FORGED);
        assertThat(verify(table, e, r, s.xor(BigInteger.TWO))).isEqualTo(Answer.FORGED);
        assertThat(verify(table, e, r.xor(BigInteger.TWO), s)).isEqualTo(Answer.FORGED);
    }

    private static P256Affine point(BigInteger factor) {
        return Objects.requireNonNull(P256Affine.multiple(factor.max(BigInteger.ONE), G));
    }

    private static P256Table table(P256Affine key) {
        return new P256Table(key.x(), key.y());
    }
}
