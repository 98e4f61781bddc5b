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
        PrivateKey key = algorithm.privateKey(jwk);
        return signingInput -> algorithm.sign(key, signingInput);
    }

    @Override
    public void discardUnused(KeyRing stored) {
        // a ring that was replaced is gone with its file
    }
}
