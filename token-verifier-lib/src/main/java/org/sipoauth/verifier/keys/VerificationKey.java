package org.sipoauth.verifier.keys;

import java.security.PublicKey;

/** A public key from a JWK Set, which fixes the one algorithm it verifies with (RFC 8725 §3.1). Immutable. */
public final class VerificationKey {
    private final String keyId;
    private final SignatureAlgorithm algorithm;
    private final PublicKey publicKey;

    VerificationKey(String keyId, SignatureAlgorithm algorithm, PublicKey publicKey) {
        this.keyId = keyId;
        this.algorithm = algorithm;
        this.publicKey = publicKey;
    }

    /** The {@code kid} (RFC 7517 §4.5). */
    public String keyId() {
        return keyId;
    }

    /** Whether {@code alg} in a token's header names this key's algorithm; Ed25519 also answers to {@code EdDSA}. */
    public boolean isFor(String alg) {
        return algorithm.isNamed(alg);
    }

    /**
     * Whether {@code signature} over {@code signingInput} was made by the private half of this key.
     *
     * @param signature as in a JWS: for ES256 r || s of 64 bytes, never DER
     * @return false for any other bytes, of any length; never throws on them
     */
    public boolean verifies(byte[] signingInput, byte[] signature) {
        return algorithm.verifies(publicKey, signingInput, signature);
    }

    @Override
    public String toString() {
        return algorithm + " " + keyId;
    }
}
