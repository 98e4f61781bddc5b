package org.sipoauth.benchmarks.verification;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;

/** Tokens of one key, each of its own phone, and that key. */
final class Minted {
    private static final String ISSUER = "https://authz.example.com";
    private static final String AUDIENCE = "sip:registrar.example.com";

    final String[] tokens;
    final byte[][] inputs;
    final byte[][] signatures;
    final KeySource keys;

    /** @param algorithm as in the header, {@code alg} */
    Minted(String algorithm, int count) throws GeneralSecurityException, InterruptedException {
        tokens = new String[count];
        inputs = new byte[count][];
        signatures = new byte[count][];
        KeyPair pair = generate(algorithm);
        Signature signer = Signature.getInstance(jcaName(algorithm));
        for (int i = 0; i < count; i++) {
            String input = signingInput(algorithm, i);
            inputs[i] = input.getBytes(StandardCharsets.US_ASCII);
            signer.initSign(pair.getPrivate());
            signer.update(inputs[i]);
            signatures[i] = signer.sign();
            tokens[i] = input + "." + base64url(signatures[i]);
        }
        keys = KeySource.fixed("{\"keys\":[{\"kid\":\"k\"," + members(pair.getPublic()) + "}]}");
        awaitTables();
    }

    TokenVerifier verifier(int knownTokens) {
        TokenVerifier verifier = TokenVerifier.builder(new Expectations(ISSUER, AUDIENCE, Duration.ZERO), keys)
                .knownTokens(knownTokens)
                .build();
        requireAccepted(verifier.verify(tokens[0]));
        return verifier;
    }

    static Verdict requireAccepted(Verdict verdict) {
        if (!(verdict instanceof Verdict.Accepted)) {
            throw new IllegalStateException("refused: " + verdict);
        }
        return verdict;
    }

    /** The thread that builds them ends with the last one. */
    private static void awaitTables() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("sipoauth-keys-fixed")) {
                thread.join();
            }
        }
    }

    private static KeyPair generate(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(
                switch (algorithm) {
                    case "ES256" -> "EC";
                    case "RS256" -> "RSA";
                    default -> algorithm;
                });
        if (algorithm.equals("ES256")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else if (algorithm.equals("RS256")) {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    private static String jcaName(String algorithm) {
        return switch (algorithm) {
            case "ES256" -> "SHA256withECDSAinP1363Format";
            case "RS256" -> "SHA256withRSA";
            default -> algorithm;
        };
    }

    private static String signingInput(String algorithm, int i) {
        String header = "{\"alg\":\"" + algorithm + "\",\"kid\":\"k\",\"typ\":\"at+jwt\"}";
        long now = Instant.now().getEpochSecond();
        String claims = "{\"iss\":\"" + ISSUER + "\",\"sub\":\"user" + i + "@example.com\",\"aud\":\"" + AUDIENCE
                + "\",\"exp\":" + (now + 36_000) + ",\"iat\":" + now + ",\"jti\":\"" + "0123456789abcdef" + i
                + "\",\"client_id\":\"desk-phone\",\"scope\":\"sip.register\",\"device_name\":\"SEP00112233" + i
                + "\",\"aor\":[\"sip:user" + i + "@example.com\",\"sip:+4930123" + i + "@example.com\"]}";
        return base64url(header.getBytes(StandardCharsets.UTF_8)) + "."
                + base64url(claims.getBytes(StandardCharsets.UTF_8));
    }

    private static String members(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\""
                    + base64url(fixed(rsa.getModulus().toByteArray(), 256)) + "\"";
        }
        if (key instanceof ECPublicKey ec) {
            return "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
                    + base64url(fixed(ec.getW().getAffineX().toByteArray(), 32)) + "\",\"y\":\""
                    + base64url(fixed(ec.getW().getAffineY().toByteArray(), 32)) + "\"";
        }
        byte[] encoded = key.getEncoded(); // the key is the last 32 bytes of its X.509 form (RFC 8410 §4)
        byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        return "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + base64url(point) + "\"";
    }

    /** So many bytes of a positive number. */
    private static byte[] fixed(byte[] number, int size) {
        byte[] bytes = new byte[size];
        int length = Math.min(size, number.length);
        System.arraycopy(number, number.length - length, bytes, size - length, length);
        return bytes;
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
