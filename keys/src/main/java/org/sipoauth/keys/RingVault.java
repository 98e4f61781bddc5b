package org.sipoauth.keys;

import com.nimbusds.jose.jwk.JWK;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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
        private static final Logger LOG = System.getLogger(RingSigner.class.getName());

        private final SignatureAlgorithm algorithm;
        private final PrivateKey key;
        private volatile Form form;

        /** The key as a provider works with it: the one chosen, or the JDK, should that one not take this key. */
        private record Form(SigningProvider chosen, SigningProvider signing, PrivateKey key) {
            @Override
            public String toString() {
                return "a key for " + signing;
            }
        }

        RingSigner(SignatureAlgorithm algorithm, PrivateKey key) {
            this.algorithm = algorithm;
            this.key = key;
            this.form = new Form(SigningProvider.JDK, SigningProvider.JDK, key);
        }

        @Override
        public byte[] sign(byte[] signingInput) {
            Form now = form;
            SigningProvider chosen = SigningProvider.forKeysOf(algorithm);
            if (now.chosen() != chosen) {
                now = formFor(chosen);
                form = now;
            }
            try {
                return now.signing().sign(algorithm, now.key(), signingInput);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("signing with " + algorithm.joseName() + " failed", e);
            }
        }

        private Form formFor(SigningProvider chosen) {
            try {
                return new Form(chosen, chosen, chosen.translate(algorithm, key));
            } catch (GeneralSecurityException e) {
                LOG.log(Level.WARNING, chosen + " cannot use a key of the ring: the JDK signs with it", e);
                return new Form(chosen, SigningProvider.JDK, key);
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
