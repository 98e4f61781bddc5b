package org.sipoauth.authz.signing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Instant;
import org.sipoauth.keys.KeyId;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.sipoauth.keys.jwk.JwkSet;

/** A ring with ES256 keys, not for production, whose active key a test can change. */
public final class TestSigningKeys implements SigningKeys {
    private static final RotationPolicy POLICY = RotationPolicy.builder().build();

    private KeyRing ring = KeyRing.create(POLICY, KeyVault.inRing(), Instant.EPOCH);

    @Override
    public ActiveSigningKey active() {
        return new ActiveSigningKey(ring.active(KeyUse.ACCESS_TOKEN_SIGNING));
    }

    /** The active key, which fails to sign, as one does in an HSM that is away. */
    public ActiveSigningKey failing() {
        KeyId active = ring.active(KeyUse.ACCESS_TOKEN_SIGNING).id();
        return new ActiveSigningKey(rotated().find(active).orElseThrow());
    }

    public void rotate() {
        ring = rotated();
    }

    private KeyRing rotated() {
        Instant later = Instant.EPOCH.plus(POLICY.rotateEvery());
        return ring.rotate(KeyUse.ACCESS_TOKEN_SIGNING, POLICY, KeyVault.inRing(), later);
    }

    /** What a JWT says, which a published key must have signed. */
    public JWTClaimsSet verified(String jwt) {
        try {
            SignedJWT signed = SignedJWT.parse(jwt);
            JWKSet keys = JWKSet.parse(JwkSet.toJson(ring));
            String keyId = signed.getHeader().getKeyID();
            if (!signed.verify(new ECDSAVerifier(keys.getKeyByKeyId(keyId).toECKey()))) {
                throw new AssertionError("the signature is wrong");
            }
            return signed.getJWTClaimsSet();
        } catch (ParseException | JOSEException e) {
            throw new AssertionError(e);
        }
    }
}
