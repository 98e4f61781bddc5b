package org.sipoauth.registrar;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.DeflaterOutputStream;

/** Mints access tokens as an authorization server would, with a key that exists for one test run. */
public final class TestTokens {
    public static final String ISSUER = "https://as.example.com";
    public static final String AUDIENCE = "sip:example.com";
    private static final ECKey KEY = newKey("test-key");

    private final Map<String, Object> claims = new LinkedHashMap<>();
    private ECKey key = KEY;

    private TestTokens(Instant now) {
        claims.put("iss", ISSUER);
        claims.put("sub", "alice");
        claims.put("aud", AUDIENCE);
        claims.put("exp", Date.from(now.plus(Duration.ofMinutes(60))));
        claims.put("iat", Date.from(now));
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("client_id", "softphone");
        claims.put("scope", "sip.register");
        claims.put("device_name", "CSFALICE");
        claims.put("aor", List.of("sip:1001@example.com"));
    }

    /** Alice's token for 1001 and CSFALICE, 60 minutes from {@code now}. */
    public static TestTokens valid(Instant now) {
        return new TestTokens(now);
    }

    public TestTokens with(String claim, Object value) {
        claims.put(claim, value instanceof Instant instant ? Date.from(instant) : value);
        return this;
    }

    public TestTokens without(String claim) {
        claims.remove(claim);
        return this;
    }

    /** Signed by a key that the registrar has not heard of. */
    public TestTokens signedByUnknownKey() {
        key = newKey("other-key");
        return this;
    }

    /** Of a login whose status stands there. */
    public TestTokens withStatus(String uri, int index) {
        return with("status", Map.of("status_list", Map.of("idx", index, "uri", uri)));
    }

    public String compact() {
        return sign("at+jwt", claims, key);
    }

    /** A status list of 1,024 logins. */
    public static String statusList(String uri, Instant now, int... revoked) {
        byte[] bits = new byte[128];
        for (int index : revoked) {
            bits[index / 8] |= (byte) (1 << index % 8);
        }
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(compressed)) {
            deflater.write(bits);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", ISSUER);
        claims.put("sub", uri);
        claims.put("iat", Date.from(now));
        claims.put("exp", Date.from(now.plus(Duration.ofHours(24))));
        claims.put(
                "status_list",
                Map.of(
                        "bits",
                        1,
                        "lst",
                        Base64URL.encode(compressed.toByteArray()).toString()));
        return sign("statuslist+jwt", claims, KEY);
    }

    private static String sign(String type, Map<String, Object> claims, ECKey key) {
        JWTClaimsSet.Builder set = new JWTClaimsSet.Builder();
        claims.forEach(set::claim);
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType(type))
                        .keyID(key.getKeyID())
                        .build(),
                set.build());
        try {
            jwt.sign(new ECDSASigner(key));
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
        return jwt.serialize();
    }

    public static String jwkSet() {
        return new JWKSet(KEY.toPublicJWK()).toString();
    }

    private static ECKey newKey(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyID(id)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .generate();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
