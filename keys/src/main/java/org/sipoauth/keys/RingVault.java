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
        private volatile Form form;

        /** The key as a provider works with it. */
        private record Form(SigningProvider provider, PrivateKey key) {
            @Override
            public String toString() {
                return "a key for " + provider;
            }
        }

        RingSigner(SignatureAlgorithm algorithm, PrivateKey key) {
            this.algorithm = algorithm;
            this.key = key;
            this.form = new Form(SigningProvider.JDK, key);
        }

        @Override
        public byte[] sign(byte[] signingInput) {
            SigningProvider provider = SigningProvider.forKeysOf(algorithm);
            try {
                Form now = form;
                if (now.provider() != provider) {
                    now = new Form(provider, provider.translate(algorithm, key));
                    form = now;
                }
                return provider.sign(algorithm, now.key(), signingInput);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(
                        provider + " cannot sign with this " + algorithm.joseName() + " key", e);
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
