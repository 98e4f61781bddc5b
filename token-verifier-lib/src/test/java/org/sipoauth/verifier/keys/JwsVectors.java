package org.sipoauth.verifier.keys;

import java.time.Instant;
import org.sipoauth.verifier.internal.Jws;
import org.sipoauth.verifier.internal.MalformedException;

/** What is left of the check of a token for published JWS, which carry neither our {@code typ} nor claims. */
final class JwsVectors {
    private JwsVectors() {}

    /** Whether the parser takes the token and the key that it names, of a set that we take, verifies it. */
    static boolean accepts(String jwkSet, String compact) {
        try {
            Jws jws = Jws.parse(compact, 8 * 1024);
            KeySnapshot keys = KeySnapshot.parse(jwkSet, Instant.EPOCH);
            return jws.keyId() != null
                    && keys.find(jws.keyId()).filter(key -> verifies(key, jws)).isPresent();
        } catch (MalformedException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether the parser takes the token and this key verifies it, whatever key the token names. */
    static boolean accepts(VerificationKey key, String compact) {
        try {
            return verifies(key, Jws.parse(compact, 8 * 1024));
        } catch (MalformedException e) {
            return false;
        }
    }

    private static boolean verifies(VerificationKey key, Jws jws) {
        return key.isFor(jws.algorithm()) && key.verifies(jws.bytes(), jws.signed(), jws.signature());
    }
}
