package org.sipoauth.keys;

import com.nimbusds.jose.jwk.JWK;
import java.security.GeneralSecurityException;
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
    static final class RingSigner implements Signer {
        private final SignatureAlgorithm algorithm;
        private final PrivateKey key;
        private final SigningProvider provider;
        /** The same key in the form that its provider works with. */
        private final PrivateKey translated;

        RingSigner(SignatureAlgorithm algorithm, PrivateKey key) {
            this.algorithm = algorithm;
            this.key = key;
            this.provider = SigningProvider.forKeysOf(algorithm);
            try {
                this.translated = provider.translate(algorithm, key);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(provider + " cannot use this " + algorithm.joseName() + " key", e);
            }
        }

        @Override
        public byte[] sign(byte[] signingInput) {
            try {
                return provider.sign(algorithm, translated, signingInput);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("signing with " + algorithm.joseName() + " failed", e);
            }
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
