package org.sipoauth.keys.jwk;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.util.List;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.RingKey;

/** What verifiers may know of a ring. */
public final class JwkSet {
    private JwkSet() {}

    /**
     * The signing keys that are published, active or retired, as a JWK Set (RFC 7517 §5): public halves only, each with
     * {@code kid}, {@code alg} and {@code use}. Symmetric and revoked keys are not in it.
     */
    public static String toJson(KeyRing ring) {
        List<JWK> listed = ring.keys().stream()
                .filter(key -> key.use() == KeyUse.ACCESS_TOKEN_SIGNING && key.state() != KeyState.REVOKED)
                .map(RingKey::publicJwk)
                .toList();
        return new JWKSet(listed).toString(true);
    }
}
