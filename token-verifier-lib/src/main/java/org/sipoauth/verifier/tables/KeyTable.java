package org.sipoauth.verifier.tables;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

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
     * @param signature 64 bytes: r || s for ES256 (RFC 7518 §3.4), R || S for Ed25519 (RFC 8032 §5.1.6)
     */
    public abstract Answer verify(byte[] message, byte[] signature);

    static byte[] digest(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
