package org.sipoauth.verifier.tables;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.util.Optional;

/**
 * Precomputed multiples of one public key, to verify its signatures without doublings. Immutable, so free to share among
 * threads. What it costs to build, and why it is right, is in the package's description.
 */
public abstract class KeyTable {
    /** What a table says of a signature. */
    public enum Answer {
        GENUINE,
        FORGED,
        /** The formulas do not hold for this one: ask somebody else. */
        UNDECIDED
    }

    KeyTable() {}

    /**
     * The table of a key of P-256 or edwards25519; takes some 30 ms, and several times that where the code is not yet
     * compiled. Empty for other keys, and for a point outside the subgroup of prime order.
     *
     * @param key of a point on its curve, which is not checked here
     */
    public static Optional<KeyTable> of(PublicKey key) {
        if (key instanceof ECPublicKey ec && ec.getParams().getOrder().equals(P256Table.N)) {
            return Optional.of(new P256Table(ec.getW().getAffineX(), ec.getW().getAffineY()));
        }
        if (key instanceof EdECPublicKey ed && ed.getParams().getName().equals("Ed25519")) {
            return Ed25519Table.of(ed.getPoint().isXOdd(), ed.getPoint().getY());
        }
        return Optional.empty();
    }

    /** Whether the 64 bytes are a signature of the message. */
    final Answer verify(byte[] message, byte[] signature) {
        return verify(message, message.length, signature);
    }

    /**
     * The same, where only the first {@code length} bytes are the message.
     *
     * @param signature 64 bytes: r || s for ES256 (RFC 7518 §3.4), R || S for Ed25519 (RFC 8032 §5.1.6)
     */
    public abstract Answer verify(byte[] bytes, int length, byte[] signature);

    static MessageDigest newDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
