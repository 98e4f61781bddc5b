package org.sipoauth.verifier;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.util.List;

/** Keys made for one run of the tests; their key ids say so. */
public final class TestKeys {
    public static final ECKey ES256 = es256("test-es256");
    public static final RSAKey RS256 = rs256("test-rs256", 2048);
    public static final OctetKeyPair ED25519 = ed25519("test-ed25519");

    public static final OctetSequenceKey A256GCM = a256gcm("test-a256gcm");

    private TestKeys() {}

    public static OctetSequenceKey a256gcm(String keyId) {
        try {
            return new OctetSequenceKeyGenerator(256).keyID(keyId).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** Shared secrets in the form of a JWK Set. */
    public static String decryptionKeys(OctetSequenceKey... keys) {
        return new JWKSet(List.<JWK>of(keys)).toString(false);
    }

    public static ECKey es256(String keyId) {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyID(keyId)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    public static RSAKey rs256(String keyId, int bits) {
        try {
            return new RSAKeyGenerator(bits, true).keyID(keyId).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    public static OctetKeyPair ed25519(String keyId) {
        try {
            return new OctetKeyPairGenerator(Curve.Ed25519).keyID(keyId).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** The public halves as a JWK Set document. */
    public static String jwkSet(JWK... keys) {
        return new JWKSet(List.of(keys)).toString(true);
    }

    public static String allKeys() {
        return jwkSet(ES256, RS256, ED25519);
    }
}
