package org.sipoauth.keys;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;

/** The signature algorithms a signing key can have, under their JOSE names. */
public enum SignatureAlgorithm {
    /** ECDSA on P-256 with SHA-256 (RFC 7518 §3.4); the default. */
    ES256("ES256", "EC", new ECGenParameterSpec("secp256r1"), "SHA256withECDSAinP1363Format"),
    /** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3), 2048 bits. */
    RS256("RS256", "RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4), "SHA256withRSA"),
    /** Ed25519 (RFC 8032), written {@code Ed25519} in a header (RFC 9864). */
    ED25519("Ed25519", "EdDSA", NamedParameterSpec.ED25519, "Ed25519");

    private final String joseName;
    private final String keyType;
    private final AlgorithmParameterSpec parameters;
    private final String signatureName;

    SignatureAlgorithm(String joseName, String keyType, AlgorithmParameterSpec parameters, String signatureName) {
        this.joseName = joseName;
        this.keyType = keyType;
        this.parameters = parameters;
        this.signatureName = signatureName;
    }

    /** The value of the {@code alg} header parameter (RFC 7515 §4.1.1). */
    public String joseName() {
        return joseName;
    }

    static SignatureAlgorithm of(JWK jwk) {
        return ofJoseName(String.valueOf(jwk.getAlgorithm()));
    }

    /** @throws IllegalArgumentException if no algorithm has this name */
    public static SignatureAlgorithm ofJoseName(String joseName) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.joseName.equals(joseName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no signature algorithm is called " + joseName));
    }

    KeyPair generateKeyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(keyType);
        generator.initialize(parameters);
        return generator.generateKeyPair();
    }

    /** Makes a key pair whose {@code kid} is its thumbprint (RFC 7638). */
    JWK generate() {
        try {
            KeyPair pair = generateKeyPair();
            JWSAlgorithm algorithm = JWSAlgorithm.parse(joseName);
            return switch (this) {
                case ES256 ->
                    new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
                            .privateKey(pair.getPrivate())
                            .keyUse(KeyUse.SIGNATURE)
                            .algorithm(algorithm)
                            .keyIDFromThumbprint()
                            .build();
                case RS256 ->
                    new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                            .privateKey(pair.getPrivate())
                            .keyUse(KeyUse.SIGNATURE)
                            .algorithm(algorithm)
                            .keyIDFromThumbprint()
                            .build();
                case ED25519 ->
                    new OctetKeyPair.Builder(Curve.Ed25519, encodePoint((EdECPublicKey) pair.getPublic()))
                            .d(Base64URL.encode(((EdECPrivateKey) pair.getPrivate())
                                    .getBytes()
                                    .orElseThrow()))
                            .keyUse(KeyUse.SIGNATURE)
                            .algorithm(algorithm)
                            .keyIDFromThumbprint()
                            .build();
            };
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException("this Java runtime cannot make a key for " + joseName, e);
        }
    }

    PrivateKey privateKey(JWK jwk) {
        try {
            if (jwk instanceof OctetKeyPair pair) {
                return KeyFactory.getInstance("Ed25519")
                        .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, pair.getDecodedD()));
            }
            return ((AsymmetricJWK) jwk).toPrivateKey();
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException("the private half of key " + jwk.getKeyID() + " cannot be used", e);
        }
    }

    /** The opposite of {@link #privateKey}: the key as a JWK with both halves. */
    JWK withPrivateHalf(JWK publicJwk, PrivateKey key) {
        return switch (this) {
            case ES256 -> new ECKey.Builder(publicJwk.toECKey()).privateKey(key).build();
            case RS256 ->
                new RSAKey.Builder(publicJwk.toRSAKey()).privateKey(key).build();
            case ED25519 ->
                new OctetKeyPair.Builder(publicJwk.toOctetKeyPair())
                        .d(Base64URL.encode(((EdECPrivateKey) key).getBytes().orElseThrow()))
                        .build();
        };
    }

    /** The name of {@link java.security.Signature} whose output is in JWS form (RFC 7518 §3.4). */
    public String signatureName() {
        return signatureName;
    }

    /** The name of {@link KeyPairGenerator} and {@link KeyFactory}. */
    String keyType() {
        return keyType;
    }

    /** RFC 8032 §5.1.2: y as 32 bytes, little-endian, the sign of x in the top bit. */
    private static Base64URL encodePoint(EdECPublicKey key) {
        byte[] encoded = new byte[32];
        BigInteger y = key.getPoint().getY();
        byte[] bigEndian = y.toByteArray();
        for (int i = 0; i < Math.min(32, bigEndian.length); i++) {
            encoded[i] = bigEndian[bigEndian.length - 1 - i];
        }
        if (key.getPoint().isXOdd()) {
            encoded[31] |= (byte) 0x80;
        }
        return Base64URL.encode(encoded);
    }
}
