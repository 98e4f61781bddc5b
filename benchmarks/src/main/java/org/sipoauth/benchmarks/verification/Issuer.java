package org.sipoauth.benchmarks.verification;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A key, tokens that it signed, and some that nobody may take. Kept in a folder, so that every measurement is of the same
 * tokens.
 *
 * @param tokens distinct, in no order that a processor could foresee
 * @param refused each with one thing wrong
 */
record Issuer(Algorithm algorithm, PublicKey key, List<String> tokens, List<Refused> refused) {
    static final String ISSUER = "https://authz.example.com";
    static final String AUDIENCE = "sip:registrar.example.com";
    static final String CLIENT = "desk-phone";
    static final String KEY_ID = "k";
    static final String TYPE = "at+jwt";

    private static final int LIFETIME_SECONDS = 24 * 3600; // none ends while it is measured

    record Refused(String why, String token) {}

    static Issuer mint(Algorithm algorithm, int tokens) throws GeneralSecurityException {
        KeyPair pair = algorithm.newKey();
        long now = Instant.now().getEpochSecond();
        Claims valid = new Claims(ISSUER, AUDIENCE, now, now + LIFETIME_SECONDS);
        String genuine = sign(algorithm, pair, valid, 0);
        List<Refused> refused = List.of(
                new Refused("broken signature", broken(genuine)),
                new Refused("expired", sign(algorithm, pair, new Claims(ISSUER, AUDIENCE, now - 7200, now - 3600), 0)),
                new Refused("another audience", sign(algorithm, pair, valid.of(ISSUER, "sip:other.example.com"), 0)),
                new Refused(
                        "another issuer", sign(algorithm, pair, valid.of("https://other.example.com", AUDIENCE), 0)));
        List<String> minted = IntStream.range(0, tokens)
                .parallel()
                .mapToObj(i -> sign(algorithm, pair, valid, i))
                .toList();
        return new Issuer(algorithm, pair.getPublic(), shuffled(minted), refused);
    }

    private record Claims(String issuer, String audience, long issuedAt, long expiresAt) {
        Claims of(String otherIssuer, String otherAudience) {
            return new Claims(otherIssuer, otherAudience, issuedAt, expiresAt);
        }

        String json(int i) {
            return "{\"iss\":\"" + issuer + "\",\"sub\":\"user" + i + "@example.com\",\"aud\":\"" + audience
                    + "\",\"exp\":" + expiresAt + ",\"nbf\":" + issuedAt + ",\"iat\":" + issuedAt
                    + ",\"jti\":\"0123456789abcdef" + i + "\",\"client_id\":\"" + CLIENT
                    + "\",\"scope\":\"sip.register\",\"device_name\":\"SEP00112233" + i
                    + "\",\"aor\":[\"sip:user" + i + "@example.com\",\"sip:+4930123" + i + "@example.com\"]}";
        }
    }

    private static String sign(Algorithm algorithm, KeyPair pair, Claims claims, int i) {
        String header = "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + KEY_ID + "\",\"typ\":\"" + TYPE + "\"}";
        String input = base64url(header) + "." + base64url(claims.json(i));
        try {
            Signature signer = algorithm.signature();
            signer.initSign(pair.getPrivate());
            signer.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + Base64URL.encode(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64url(String json) {
        return Base64URL.encode(json).toString();
    }

    /** Another character at the start of the signature, so that it decodes all the same. */
    private static String broken(String token) {
        int signature = token.lastIndexOf('.') + 1;
        char other = token.charAt(signature) == 'A' ? 'B' : 'A';
        return token.substring(0, signature) + other + token.substring(signature + 1);
    }

    private static List<String> shuffled(List<String> tokens) {
        List<String> shuffled = new ArrayList<>(tokens);
        Collections.shuffle(shuffled, new Random(5));
        return shuffled;
    }

    void keepIn(Path folder) throws IOException {
        Files.writeString(file(folder, algorithm, "key"), Base64.getEncoder().encodeToString(key.getEncoded()));
        Files.write(file(folder, algorithm, "tokens"), tokens);
        Files.write(
                file(folder, algorithm, "refused"),
                refused.stream().map(one -> one.why() + ": " + one.token()).toList());
    }

    /** @param limit how many of the tokens that are kept there */
    static Issuer keptIn(Path folder, Algorithm algorithm, int limit) throws IOException, GeneralSecurityException {
        byte[] key = Base64.getDecoder().decode(Files.readString(file(folder, algorithm, "key")));
        List<Refused> refused = Files.readAllLines(file(folder, algorithm, "refused")).stream()
                .map(line -> line.split(": ", 2))
                .map(parts -> new Refused(parts[0], parts[1]))
                .toList();
        try (Stream<String> tokens = Files.lines(file(folder, algorithm, "tokens"))) {
            return new Issuer(
                    algorithm,
                    KeyFactory.getInstance(algorithm.keyAlgorithm()).generatePublic(new X509EncodedKeySpec(key)),
                    tokens.limit(limit).toList(),
                    refused);
        }
    }

    private static Path file(Path folder, Algorithm algorithm, String ending) {
        return folder.resolve(algorithm + "." + ending);
    }

    JWK jwk() {
        return switch (algorithm) {
            case RS256 -> new RSAKey.Builder((RSAPublicKey) key).keyID(KEY_ID).build();
            case ES256 ->
                new ECKey.Builder(Curve.P_256, (ECPublicKey) key).keyID(KEY_ID).build();
            case EdDSA ->
                new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(rawKey()))
                        .keyID(KEY_ID)
                        .build();
        };
    }

    /** An Ed25519 key is the last 32 bytes of its X.509 form (RFC 8410 §4). */
    private byte[] rawKey() {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    }

    String jwkSet() {
        return new JWKSet(jwk()).toString();
    }
}
