package org.sipoauth.verifier.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.tables.KeyTable.Answer;

/** Every edge that a signature or a key can have, by the tables and by all who are here: JDK, BouncyCastle, Corretto. */
class EdgesTest {
    private static final byte[] MESSAGE = {1, 2, 3};
    private static final BigInteger ZERO = BigInteger.ZERO;
    private static final BigInteger ONE = BigInteger.ONE;
    private static final BigInteger TWO = BigInteger.TWO;
    private static final BigInteger N = P256Table.N;
    private static final BigInteger P = P256Field.P;
    private static final BigInteger L = EdwardsAffine.L;

    private final Random random = new Random(1);
    private final List<Peer> peers =
            Arrays.stream(Peer.values()).filter(Peer::isHere).toList();
    private final Map<PublicKey, KeyTable> tables = new HashMap<>();

    // ---- ES256

    @Test
    void refusesEdgesOfRAndSAsTheOthersDo() throws Exception {
        List<BigInteger> edges = List.of(
                ZERO,
                ONE,
                TWO,
                N.shiftRight(1),
                N.subtract(TWO),
                N.subtract(ONE),
                N,
                N.add(ONE),
                P.subtract(ONE),
                P,
                TWO.pow(256).subtract(ONE));
        for (P256Affine key : List.of(P256Affine.G, P256Affine.G.opposite(), random(random))) {
            for (BigInteger r : edges) {
                for (BigInteger s : edges) {
                    assertAllSay(false, key, Numbers.bigEndian(r, s));
                }
            }
        }
    }

    /**
     * Genuine signatures with r and s at their edges: for nearly any pair there is a key, (s R - e G) / r for a point R whose x
     * is r, or r + n where that is below p.
     */
    @Test
    void acceptsEdgesOfRAndSAsTheOthersDo() throws Exception {
        List<BigInteger> xs = new ArrayList<>();
        for (BigInteger start : List.of(ONE, TWO.pow(128), N.shiftRight(1), N.subtract(BigInteger.TEN))) {
            xs.addAll(pointsFrom(start, 2));
        }
        List<BigInteger> notBelowN = pointsFrom(N.add(ONE), 2);
        assertThat(notBelowN).allMatch(x -> x.compareTo(P) < 0);
        xs.addAll(notBelowN);
        BigInteger e = new BigInteger(1, KeyTable.newDigest("SHA-256").digest(MESSAGE));
        for (BigInteger x : xs) {
            BigInteger r = x.mod(N);
            for (BigInteger s : List.of(ONE, TWO, N.shiftRight(1), N.subtract(TWO), N.subtract(ONE))) {
                P256Affine point = Objects.requireNonNull(P256Affine.withX(x));
                P256Affine key = Objects.requireNonNull(P256Affine.multiple(
                        r.modInverse(N),
                        Objects.requireNonNull(P256Affine.sum(
                                P256Affine.multiple(s, point), P256Affine.multiple(N.subtract(e), P256Affine.G)))));
                assertAllSay(false, key, Numbers.bigEndian(r.add(ONE), s));
                if (x.compareTo(N) < 0) {
                    assertAllSay(true, key, Numbers.bigEndian(r, s));
                    assertAllSay(true, key, Numbers.bigEndian(r, N.subtract(s)));
                } else {
                    assertLeftToTheJdk(key, Numbers.bigEndian(r, s));
                    assertAllSay(false, key, Numbers.bigEndian(x, s)); // the same, not reduced
                }
            }
        }
    }

    /** Keys with x and y next to 0, n and p. No point has y = 0: the order is odd. */
    @Test
    void verifiesUnderKeysAtTheEdgesOfTheField() throws Exception {
        List<BigInteger> xs = new ArrayList<>();
        for (BigInteger start : List.of(ZERO, N.subtract(TWO), N, TWO.pow(255), P.subtract(BigInteger.valueOf(20)))) {
            xs.addAll(pointsFrom(start, 2));
        }
        assertThat(xs).contains(ZERO);
        for (BigInteger x : xs) {
            P256Affine even = Objects.requireNonNull(P256Affine.withX(x));
            for (P256Affine key : List.of(even, even.opposite())) {
                assertAllAgreeForAnyFactors(key, ONE, ONE);
                assertAllAgreeForAnyFactors(
                        key,
                        Numbers.random(random, N),
                        Numbers.random(random, N).max(ONE));
            }
        }
    }

    /** Under G, its opposite and small multiples the sum meets itself, or ends, in many ways. */
    @Test
    void verifiesUnderTheBasePointAndItsMultiples() throws Exception {
        List<BigInteger> factors = List.of(
                ONE,
                TWO,
                BigInteger.valueOf(128),
                BigInteger.valueOf(256),
                N.shiftRight(1),
                N.subtract(TWO),
                N.subtract(ONE));
        int undecided = 0;
        for (BigInteger d : List.of(ONE, TWO, BigInteger.valueOf(256), N.subtract(ONE), N.subtract(TWO))) {
            P256Affine key = Objects.requireNonNull(P256Affine.multiple(d, P256Affine.G));
            for (BigInteger u1 : factors) {
                for (BigInteger u2 : factors) {
                    undecided += assertAllAgreeForAnyFactors(key, u1, u2) == Answer.UNDECIDED ? 1 : 0;
                }
            }
        }
        assertThat(undecided).isBetween(20, 200);
    }

    /** A signature with these u1 and u2, over the digest that makes it so; nobody signs the sum that is neutral. */
    private Answer assertAllAgreeForAnyFactors(P256Affine key, BigInteger u1, BigInteger u2) throws Exception {
        P256Affine sum = P256Affine.sum(P256Affine.multiple(u1, P256Affine.G), P256Affine.multiple(u2, key));
        BigInteger r = sum == null ? ONE : sum.x().mod(N);
        BigInteger s = r.multiply(u2.modInverse(N)).mod(N);
        BigInteger e = u1.multiply(s).mod(N);
        Answer answer = ((P256Table) table(publicKey(key))).verifyDigest(Numbers.bigEndian(e), Numbers.bigEndian(r, s));
        if (sum == null) {
            assertThat(answer).isEqualTo(Answer.UNDECIDED);
        } else {
            assertThat(answer).isIn(Answer.GENUINE, Answer.UNDECIDED);
        }
        for (Peer peer : peers) {
            boolean accepts = peer.acceptsDigest(peer.key(publicKey(key)), Numbers.bigEndian(e), r, s);
            assertThat(accepts).as("%s, u1 %x, u2 %x", peer, u1, u2).isEqualTo(sum != null);
        }
        return answer;
    }

    private void assertAllSay(boolean genuine, P256Affine key, byte[] signature) throws Exception {
        PublicKey publicKey = publicKey(key);
        Answer answer = table(publicKey).verify(MESSAGE, signature);
        assertThat(answer).isEqualTo(genuine ? Answer.GENUINE : Answer.FORGED);
        for (Peer peer : peers) {
            assertThat(peer.accepts(peer.key(publicKey), MESSAGE, signature))
                    .as("%s, key %x, %s", peer, key.x(), HexFormat.of().formatHex(signature))
                    .isEqualTo(genuine);
        }
    }

    /** Genuine, say the others; a JDK 17.0.15 denies it and a JDK 25 does not, so the table says nothing. */
    private void assertLeftToTheJdk(P256Affine key, byte[] signature) throws Exception {
        PublicKey publicKey = publicKey(key);
        assertThat(table(publicKey).verify(MESSAGE, signature)).isEqualTo(Answer.UNDECIDED);
        for (Peer peer : peers) {
            if (peer != Peer.JDK) {
                assertThat(peer.accepts(peer.key(publicKey), MESSAGE, signature))
                        .as(peer.name())
                        .isTrue();
            }
        }
    }

    private KeyTable table(PublicKey key) {
        return tables.computeIfAbsent(key, ours -> KeyTable.of(ours).orElseThrow());
    }

    private static List<BigInteger> pointsFrom(BigInteger start, int count) {
        List<BigInteger> xs = new ArrayList<>();
        for (BigInteger x = start; xs.size() < count; x = x.add(ONE)) {
            if (P256Affine.withX(x) != null) {
                xs.add(x);
            }
        }
        return xs;
    }

    private static P256Affine random(Random random) {
        return Objects.requireNonNull(
                P256Affine.multiple(Numbers.random(random, N).max(ONE), P256Affine.G));
    }

    private static PublicKey publicKey(P256Affine point) throws Exception {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        return KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(
                        new ECPoint(point.x(), point.y()), parameters.getParameterSpec(ECParameterSpec.class)));
    }

    // ---- Ed25519

    /**
     * R: small-order points, other spellings of them, y at 0, 1, p - 1, p and above. S: 0, 1, L - 1, L, L + 1 and beyond.
     * Genuine where a private key made it so: S = r + h a for R = r B.
     *
     * <p>BouncyCastle accepts some that the JDK, Corretto and the tables refuse, as it multiplies by the cofactor: it asks that
     * 8 (S B - h A - R) is neutral, which RFC 8032 §5.1.7 allows, and not that S B - h A is R.
     */
    @Test
    void decidesEdgesOfRAndSAsTheOthersDo() throws Exception {
        List<String> differences = new ArrayList<>();
        for (BigInteger a : List.of(ONE, L.subtract(ONE), Numbers.random(random, L))) {
            EdwardsAffine key = EdwardsAffine.B.times(a);
            for (byte[] r : edgesOfR()) {
                for (BigInteger s : edgesOfS(key, a, r)) {
                    byte[] signature = Arrays.copyOf(r, 64);
                    System.arraycopy(EdwardsAffine.littleEndian(s), 0, signature, 32, 32);
                    compare(key, signature, differences);
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    private void compare(EdwardsAffine key, byte[] signature, List<String> differences) throws Exception {
        PublicKey publicKey = publicKey(key);
        boolean ours = table(publicKey).verify(MESSAGE, signature) == Answer.GENUINE;
        for (Peer peer : peers) {
            boolean theirs = peer.accepts(peer.key(publicKey), MESSAGE, signature);
            boolean explained = peer == Peer.BOUNCY_CASTLE && theirs && isGenuineWithCofactor(key, signature);
            if (theirs != ours && !explained) {
                differences.add(peer + " " + theirs + " " + HexFormat.of().formatHex(signature));
            }
        }
    }

    private static boolean isGenuineWithCofactor(EdwardsAffine key, byte[] signature) {
        byte[] encodedR = Arrays.copyOf(signature, 32);
        BigInteger y = new BigInteger(1, reversed(encodedR));
        EdwardsAffine r = EdwardsAffine.withY(y.clearBit(255));
        if (r == null || y.clearBit(255).compareTo(EdwardsAffine.P) >= 0) {
            return false;
        }
        BigInteger s = new BigInteger(1, reversed(Arrays.copyOfRange(signature, 32, 64)));
        BigInteger h = key.h(encodedR, MESSAGE);
        EdwardsAffine difference =
                EdwardsAffine.B.times(s).plus(key.times(h).opposite()).plus(y.testBit(255) ? r : r.opposite());
        return difference.times(BigInteger.valueOf(8)).equals(EdwardsAffine.NEUTRAL);
    }

    private List<byte[]> edgesOfR() {
        List<byte[]> edges = new ArrayList<>();
        for (EdwardsAffine small : EdwardsAffine.smallOrder()) {
            edges.add(small.encoded());
            edges.add(EdwardsAffine.littleEndian(new BigInteger(1, reversed(small.encoded())).flipBit(255)));
            edges.add(EdwardsAffine.B.plus(small).encoded());
        }
        BigInteger p = EdwardsAffine.P;
        for (BigInteger y = p.subtract(TWO); y.bitLength() <= 255; y = y.add(ONE)) {
            edges.add(EdwardsAffine.littleEndian(y));
            edges.add(EdwardsAffine.littleEndian(y.setBit(255)));
        }
        for (int y = 0; y < 4; y++) {
            edges.add(EdwardsAffine.littleEndian(BigInteger.valueOf(y)));
            edges.add(EdwardsAffine.littleEndian(BigInteger.valueOf(y).setBit(255)));
        }
        return edges;
    }

    /** With S = h a + r for every discrete logarithm r that R could have: 0 for small order, 1 for B and B plus small. */
    private static List<BigInteger> edgesOfS(EdwardsAffine key, BigInteger a, byte[] r) {
        BigInteger ha = key.h(r, MESSAGE).multiply(a).mod(L);
        return List.of(
                ha,
                ha.add(ONE).mod(L),
                ha.add(L),
                ha.add(ONE).add(L.shiftLeft(1)),
                ZERO,
                ONE,
                L.subtract(ONE),
                L,
                L.add(ONE),
                TWO.pow(252),
                TWO.pow(253).subtract(ONE),
                TWO.pow(255),
                TWO.pow(256).subtract(ONE));
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    private static PublicKey publicKey(EdwardsAffine point) throws Exception {
        EdECPoint encoded = new EdECPoint(point.x().testBit(0), point.y());
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, encoded));
    }
}
