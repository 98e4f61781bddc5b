package org.sipoauth.authz.signing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.proc.JOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTProcessor;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.jwk.JwkSet;

/** Checks the signature of tokens this server has issued: the key that {@code kid} names decides on the algorithm. */
final class OwnTokens {
    private static final byte[] ED25519_PREFIX = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0};

    private OwnTokens() {}

    static JWTProcessor<SecurityContext> processor(Supplier<KeyRing> ring) {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        JOSEObjectTypeVerifier<SecurityContext> checkedWithTheClaims = (type, context) -> {};
        processor.setJWSTypeVerifier(checkedWithTheClaims);
        processor.setJWTClaimsSetVerifier((claims, context) -> {}); // Spring's validator does
        processor.setJWSKeySelector((header, context) -> keysFor(header, ring.get()));
        processor.setJWSVerifierFactory(new VerifierFactory());
        return processor;
    }

    private static List<Key> keysFor(JWSHeader header, KeyRing ring) {
        try {
            JWK jwk = JWKSet.parse(JwkSet.toJson(ring)).getKeyByKeyId(header.getKeyID());
            if (jwk == null || !header.getAlgorithm().equals(jwk.getAlgorithm())) {
                return List.of();
            }
            return List.of(jwk instanceof OctetKeyPair pair ? ed25519(pair) : jwkToPublicKey(jwk));
        } catch (ParseException | GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException("the ring holds a key that this Java runtime cannot use", e);
        }
    }

    private static PublicKey jwkToPublicKey(JWK jwk) throws JOSEException {
        return ((com.nimbusds.jose.jwk.AsymmetricJWK) jwk).toPublicKey();
    }

    /** RFC 8410 §4: a fixed prefix and the 32 bytes of the key. */
    private static PublicKey ed25519(OctetKeyPair pair) throws GeneralSecurityException {
        byte[] raw = pair.getDecodedX();
        byte[] encoded = java.util.Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + raw.length);
        System.arraycopy(raw, 0, encoded, ED25519_PREFIX.length, raw.length);
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    }

    /** Nimbus verifies Ed25519 with an optional library only; the JDK does it as well. */
    private static final class VerifierFactory extends DefaultJWSVerifierFactory {
        @Override
        public JWSVerifier createJWSVerifier(JWSHeader header, Key key) throws JOSEException {
            return header.getAlgorithm().equals(JWSAlgorithm.Ed25519)
                    ? new Ed25519JdkVerifier((PublicKey) key)
                    : super.createJWSVerifier(header, key);
        }
    }

    private static final class Ed25519JdkVerifier extends BaseJWSProvider implements JWSVerifier {
        private final PublicKey key;

        Ed25519JdkVerifier(PublicKey key) {
            super(Set.of(JWSAlgorithm.Ed25519));
            this.key = key;
        }

        @Override
        public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature) throws JOSEException {
            try {
                Signature ed25519 = Signature.getInstance("Ed25519");
                ed25519.initVerify(key);
                ed25519.update(signingInput);
                return header.getCriticalParams() == null && ed25519.verify(signature.decode());
            } catch (GeneralSecurityException e) {
                return false;
            }
        }
    }
}
