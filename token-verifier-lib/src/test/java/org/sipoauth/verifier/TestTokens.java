package org.sipoauth.verifier;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/** Mints tokens: a valid one, and any departure from it. */
public final class TestTokens {
    public static final String ISSUER = "https://authz.example.com";
    public static final String AUDIENCE = "sip:example.com";
    public static final String STATUS_LIST = ISSUER + "/oauth2/status-lists/s17.685.0";
    public static final Instant ISSUED = Instant.parse("2026-11-23T12:00:00Z");
    public static final Instant EXPIRES = ISSUED.plusSeconds(3600);

    private final Map<String, Object> header = new LinkedHashMap<>();
    private final Map<String, Object> claims = new LinkedHashMap<>();

    private TestTokens() {
        header.put("typ", "at+jwt");
        claims.put("iss", ISSUER);
        claims.put("sub", "alice");
        claims.put("aud", AUDIENCE);
        claims.put("exp", EXPIRES.getEpochSecond());
        claims.put("iat", ISSUED.getEpochSecond());
        claims.put("jti", "test-token-1");
        claims.put("client_id", "softphone");
        claims.put("scope", "openid sip.register");
        claims.put("device_name", "CSFALICE");
        claims.put("aor", List.of("sip:1001@example.com"));
    }

    public static TestTokens valid() {
        return new TestTokens();
    }

    public TestTokens with(String claim, Object value) {
        claims.put(claim, value);
        return this;
    }

    /** Of a login whose status stands there. */
    public TestTokens withStatus(String uri, int index) {
        return with("status", Map.of("status_list", Map.of("idx", index, "uri", uri)));
    }

    public TestTokens without(String claim) {
        claims.remove(claim);
        return this;
    }

    /** Sets a header parameter, also one that signing would set. */
    public TestTokens withHeader(String name, Object value) {
        header.put(name, value);
        return this;
    }

    public TestTokens withoutHeader(String name) {
        header.put(name, REMOVED);
        return this;
    }

    private static final Object REMOVED = new Object();

    public String header(String algorithm, String keyId) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("alg", algorithm);
        whole.put("kid", keyId);
        whole.putAll(header);
        whole.values().removeIf(value -> value == REMOVED);
        return JSONObjectUtils.toJSONString(whole);
    }

    public String claims() {
        return JSONObjectUtils.toJSONString(claims);
    }

    /** Signed with {@link TestKeys#ES256}. */
    public String sign() {
        return sign(TestKeys.ES256);
    }

    public String sign(ECKey key) {
        return signRaw(header("ES256", key.getKeyID()), claims(), key);
    }

    public String sign(RSAKey key) {
        return signInput(signingInput(header("RS256", key.getKeyID()), claims()), key);
    }

    public String sign(OctetKeyPair key, String algorithm) {
        String input = signingInput(header(algorithm, key.getKeyID()), claims());
        try {
            return input + "." + new Ed25519Signer(key).sign(new JWSHeader(JWSAlgorithm.EdDSA), ascii(input));
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** A genuine signature over any text as header and payload, well-formed or not. */
    public static String signRaw(String header, String payload, ECKey key) {
        return signInput(signingInput(header, payload), key);
    }

    public static String signInput(String input, ECKey key) {
        try {
            return input + "." + new ECDSASigner(key).sign(new JWSHeader(JWSAlgorithm.ES256), ascii(input));
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    static String signInput(String input, RSAKey key) {
        try {
            return input + "." + new RSASSASigner(key).sign(new JWSHeader(JWSAlgorithm.RS256), ascii(input));
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    /** Encrypted to those who share {@code key}, as RFC 7519 §5.2 nests a token. */
    public static String encrypt(String jws, OctetSequenceKey key) {
        return encryptRaw(encryptionHeader(key.getKeyID()), jws, key, 12, 16);
    }

    public static String encryptionHeader(String keyId) {
        return "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"cty\":\"JWT\",\"kid\":\"" + keyId + "\"}";
    }

    /** Genuine encryption of any text under any header, well-formed or not. */
    public static String encryptRaw(String header, String plaintext, OctetSequenceKey key, int ivBytes, int tagBytes) {
        return encryptRaw(header.getBytes(StandardCharsets.UTF_8), plaintext, key, ivBytes, tagBytes);
    }

    static String encryptRaw(byte[] header, String plaintext, OctetSequenceKey key, int ivBytes, int tagBytes) {
        byte[] iv = new byte[ivBytes];
        Arrays.fill(iv, (byte) ivBytes); // the same for all: a test needs no secrecy
        String encodedHeader = base64Url(header);
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key.toSecretKey("AES"), new GCMParameterSpec(8 * tagBytes, iv));
            cipher.updateAAD(ascii(encodedHeader));
            byte[] sealed = cipher.doFinal(plaintext.getBytes(StandardCharsets.ISO_8859_1));
            int tag = sealed.length - tagBytes;
            return encodedHeader + ".." + base64Url(iv) + "." + base64Url(Arrays.copyOf(sealed, tag)) + "."
                    + base64Url(Arrays.copyOfRange(sealed, tag, sealed.length));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public static String signingInput(String header, String payload) {
        return base64Url(header.getBytes(StandardCharsets.UTF_8)) + "."
                + base64Url(payload.getBytes(StandardCharsets.UTF_8));
    }

    public static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
