package org.sipoauth.keys;

import com.nimbusds.jose.jwk.JWK;
import java.security.PrivateKey;

/** Keeps nothing itself: the ring holds the private halves and drops them as keys retire. */
final class RingVault implements KeyVault {
    static final RingVault INSTANCE = new RingVault();

    private RingVault() {}

    @Override
    public JWK generate(SignatureAlgorithm algorithm) {
        return algorithm.generate();
    }

    @Override
    public Signer signer(JWK jwk) {
        if (!jwk.isPrivate()) {
            throw new IllegalStateException("the private half of key " + jwk.getKeyID()
                    + " is not in the ring: it was made in an HSM, give the settings of that HSM");
        }
        SignatureAlgorithm algorithm = SignatureAlgorithm.of(jwk);
        return new RingSigner(algorithm, algorithm.privateKey(jwk));
    }

    @Override
    public void discardUnused(KeyRing stored) {
        // a ring that was replaced is gone with its file
    }

    /** A private half that travels with the ring. */
    record RingSigner(SignatureAlgorithm algorithm, PrivateKey key) implements Signer {
        @Override
        public byte[] sign(byte[] signingInput) {
            return algorithm.sign(key, signingInput);
        }

        /** The whole key, for the ring's own JSON form. */
        JWK privateJwk(JWK publicJwk) {
            return algorithm.withPrivateHalf(publicJwk, key);
        }

        @Override
        public String toString() {
            return algorithm + " signer";
        }
    }
}
