package org.sipoauth.verifier.tables;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Random;

/** Signatures under one fresh key after another, half of them genuine, the others changed in all ways known to matter. */
final class Cases {
    /** What the table is asked, and others too. */
    record Case(byte[] message, byte[] signature, String what) {}

    private static final BigInteger N = P256Table.N;
    private static final BigInteger L = Ed25519Table.L;
    private static final List<BigInteger> P256_EDGES = List.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            BigInteger.TWO,
            N.shiftRight(1),
            N.subtract(BigInteger.ONE),
            N,
            N.add(BigInteger.ONE),
            P256Field.P.subtract(BigInteger.ONE),
            P256Field.P,
            BigInteger.TWO.pow(256).subtract(BigInteger.ONE));
    private static final List<BigInteger> ED25519_EDGES = List.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            BigInteger.TWO,
            L.subtract(BigInteger.ONE),
            L,
            L.add(BigInteger.ONE),
            L.shiftLeft(1),
            BigInteger.TWO.pow(252),
            BigInteger.TWO.pow(253).subtract(BigInteger.ONE),
            Ed25519Field.P.subtract(BigInteger.ONE),
            Ed25519Field.P,
            Ed25519Field.P.add(BigInteger.ONE),
            BigInteger.TWO.pow(255).subtract(BigInteger.ONE),
            BigInteger.TWO.pow(256).subtract(BigInteger.ONE));

    private final Random random;
    private final boolean edwards;
    private final Peer signer;
    private KeyPair pair;
    private KeyPair other;
    private byte[] message = {};
    private byte[] genuine = {};

    Cases(long seed, boolean edwards, Peer signer) throws GeneralSecurityException {
        this.random = new Random(seed);
        this.edwards = edwards;
        this.signer = signer;
        this.pair = newPair();
        this.other = newPair();
        sign(pair);
    }

    KeyPair pair() {
        return pair;
    }

    void nextKey() throws GeneralSecurityException {
        other = pair;
        pair = newPair();
        sign(pair);
    }

    Case next() throws GeneralSecurityException {
        if (random.nextInt(2) == 0) {
            sign(pair);
            return new Case(message, genuine, "genuine");
        }
        byte[] signature = genuine.clone();
        switch (random.nextInt(10)) {
            case 0 -> {
                byte[] changed = message.length == 0 ? new byte[1] : message.clone();
                changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                return new Case(changed, signature, "message changed");
            }
            case 1 -> {
                random.nextBytes(signature);
                return new Case(message, signature, "random");
            }
            case 2 -> {
                return new Case(message, edge(edge(signature, 0), 32), "both at an edge");
            }
            case 3 -> {
                return new Case(message, edge(signature, 0), "first half at an edge");
            }
            case 4 -> {
                return new Case(message, edge(signature, 32), "second half at an edge");
            }
            case 5 -> {
                return new Case(message, shifted(signature), "a multiple of the order more or less");
            }
            case 6 -> {
                byte[] swapped = signature.clone();
                System.arraycopy(signature, 0, swapped, 32, 32);
                System.arraycopy(signature, 32, swapped, 0, 32);
                return new Case(message, swapped, "halves swapped");
            }
            case 7 -> {
                byte[] foreign = signer.sign(other.getPrivate(), message);
                return new Case(message, foreign, "of another key");
            }
            default -> {
                for (int flips = 1 + random.nextInt(2); flips > 0; flips--) {
                    int bit = random.nextInt(512);
                    signature[bit / 8] ^= (byte) (1 << bit % 8);
                }
                return new Case(message, signature, "bits flipped");
            }
        }
    }

    private byte[] edge(byte[] signature, int at) {
        List<BigInteger> edges = edwards ? ED25519_EDGES : P256_EDGES;
        return put(signature, at, edges.get(random.nextInt(edges.size())));
    }

    /** n - s, which is as good as s; s + n and r + n where there is room; S + i L. */
    private byte[] shifted(byte[] signature) {
        if (edwards) {
            BigInteger s = get(signature, 32).add(L.multiply(BigInteger.valueOf(1 + random.nextInt(14))));
            return put(signature, 32, s);
        }
        return switch (random.nextInt(4)) {
            case 0 -> put(signature, 0, get(signature, 0).add(N));
            case 1 -> put(signature, 32, get(signature, 32).add(N));
            case 2 -> put(signature, 0, N.subtract(get(signature, 0)));
            default -> put(signature, 32, N.subtract(get(signature, 32)));
        };
    }

    private void sign(KeyPair by) throws GeneralSecurityException {
        message = new byte[random.nextInt(100)];
        random.nextBytes(message);
        genuine = signer.sign(by.getPrivate(), message);
    }

    private KeyPair newPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(edwards ? "Ed25519" : "EC");
        if (!edwards) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        }
        return generator.generateKeyPair();
    }

    private BigInteger get(byte[] signature, int at) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < 32; i++) {
            bytes[i] = signature[at + (edwards ? 31 - i : i)];
        }
        return new BigInteger(1, bytes);
    }

    private byte[] put(byte[] signature, int at, BigInteger number) {
        byte[] changed = signature.clone();
        for (int i = 0; i < 32; i++) {
            changed[at + (edwards ? i : 31 - i)] = number.shiftRight(8 * i).byteValue();
        }
        return changed;
    }
}
