package org.sipoauth.keys;

import com.nimbusds.jose.jwk.JWK;

/** Where the private halves of signing keys are made and kept: in the ring itself, or in an HSM that they never leave. */
public interface KeyVault {
    /** Private halves travel with the ring, in {@link KeyRing#toPrivateJson}, which a store encrypts. */
    static KeyVault inRing() {
        return RingVault.INSTANCE;
    }

    /**
     * Makes a key pair.
     *
     * @return with {@code alg}, {@code use} and, as {@code kid}, its thumbprint (RFC 7638); the private half only if it
     *     is to travel with the ring
     * @throws IllegalArgumentException if this vault cannot make keys for the algorithm
     */
    JWK generate(SignatureAlgorithm algorithm);

    /**
     * Gives the use of a private half that {@link #generate} made.
     *
     * @throws IllegalStateException if it is not here; the message says where it was looked for
     */
    Signer signer(JWK jwk);

    /** Signs with one private half, wherever that is. Safe for use by several threads. */
    @FunctionalInterface
    interface Signer {
        /**
         * Signs a JWS Signing Input (RFC 7515 §5.1).
         *
         * @return the signature in JWS form (ES256: R and S of 32 bytes each, RFC 7518 §3.4), before base64url
         */
        byte[] sign(byte[] signingInput);
    }

    /** Destroys every private half that this ring has no more use for. Call it once the ring is stored. */
    void discardUnused(KeyRing stored);
}
