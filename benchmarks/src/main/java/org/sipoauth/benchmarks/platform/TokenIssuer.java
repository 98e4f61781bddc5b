package org.sipoauth.benchmarks.platform;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Signs tokens with a key of each algorithm, by native code where it loads, so that the load is not its own bottleneck. */
public final class TokenIssuer {
    public static final String NAME = "https://authz.example.com";
    public static final String AUDIENCE = "sip:registrar.example.com";

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    /** What our verifier takes; {@code kid} of each key is its name. */
    public enum Algorithm {
        ES256("EC", "SHA256withECDSAinP1363Format"),
        RS256("RSA", "SHA256withRSA"),
        Ed25519("Ed25519", "Ed25519");

        private final String keyType;
        private final String signature;

        Algorithm(String keyType, String signature) {
            this.keyType = keyType;
            this.signature = signature;
        }
    }

    private final Map<Algorithm, KeyPair> keys = new EnumMap<>(Algorithm.class);
    private final Map<Algorithm, Provider> signers = new EnumMap<>(Algorithm.class);

    public TokenIssuer() throws GeneralSecurityException {
        for (Algorithm algorithm : Algorithm.values()) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.keyType);
            if (algorithm == Algorithm.ES256) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else if (algorithm == Algorithm.RS256) {
                generator.initialize(2048);
            }
            keys.put(algorithm, generator.generateKeyPair());
            boolean isNative = AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError() == null;
            signers.put(
                    algorithm,
                    isNative
                            ? AmazonCorrettoCryptoProvider.INSTANCE
                            : Signature.getInstance(algorithm.signature).getProvider());
        }
    }

    public String jwkSet() {
        return new JWKSet(keys.keySet().stream().map(this::jwk).toList()).toString(true);
    }

    private JWK jwk(Algorithm algorithm) {
        var key = keys.get(algorithm).getPublic();
        return switch (algorithm) {
            case ES256 ->
                new ECKey.Builder(Curve.P_256, (ECPublicKey) key)
                        .keyID(algorithm.name())
                        .build();
            case RS256 ->
                new RSAKey.Builder((RSAPublicKey) key).keyID(algorithm.name()).build();
            case Ed25519 -> {
                byte[] encoded = key.getEncoded(); // RFC 8410 §4: the key is the last 32 bytes
                byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
                yield new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(point))
                        .keyID(algorithm.name())
                        .build();
            }
        };
    }

    public static String header(Algorithm algorithm) {
        return "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + algorithm + "\",\"typ\":\"at+jwt\"}";
    }

    /** Of about the size that our server's have. */
    public static String claims(String audience, String user, String tokenId, long issuedAt, long expiresAt) {
        return "{\"iss\":\"" + NAME + "\",\"sub\":\"" + user + "\",\"aud\":\"" + audience + "\",\"exp\":" + expiresAt
                + ",\"iat\":" + issuedAt + ",\"jti\":\"" + tokenId
                + "\",\"client_id\":\"desk-phone\",\"scope\":\"openid sip.register\",\"device_name\":\"SEP" + user
                + "\",\"aor\":[\"sip:" + user + "@example.com\"],\"sid\":\"" + user + "\"}";
    }

    /** A genuine signature over any text. */
    public String sign(Algorithm algorithm, String header, String claims) {
        String input = encode(header) + '.' + encode(claims);
        try {
            Signature signer = Signature.getInstance(algorithm.signature, signers.get(algorithm));
            signer.initSign(keys.get(algorithm).getPrivate());
            signer.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + '.' + BASE64URL.encodeToString(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign", e);
        }
    }

    public static String encode(String text) {
        return BASE64URL.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    public static List<Algorithm> algorithms() {
        return List.of(Algorithm.values());
    }
}
