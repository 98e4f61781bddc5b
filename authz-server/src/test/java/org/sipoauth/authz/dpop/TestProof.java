package org.sipoauth.authz.dpop;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A DPoP proof (RFC 9449 §4.2) that is right unless it is changed. */
public final class TestProof {
    private final ECKey key;
    private final JWTClaimsSet.Builder claims;
    private String type = "dpop+jwt";
    private JWSAlgorithm algorithm = JWSAlgorithm.ES256;
    private @Nullable JWK shown;

    private TestProof(ECKey key, String address, Instant now) {
        this.key = key;
        this.shown = key.toPublicJWK();
        this.claims = new JWTClaimsSet.Builder()
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(now))
                .claim("htm", "POST")
                .claim("htu", address);
    }

    public static ECKey key() {
        try {
            return new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For a request to the address, made now. */
    public static String of(ECKey key, String address) {
        return at(key, address, Instant.now()).sign();
    }

    /** RFC 9449 §4.2, {@code ath}. */
    static String hash(String token) {
        try {
            return Base64URL.encode(
                            MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)))
                    .toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static TestProof at(ECKey key, String address, Instant now) {
        return new TestProof(key, address, now);
    }

    TestProof with(String claim, @Nullable Object value) {
        claims.claim(claim, value);
        return this;
    }

    TestProof type(String other) {
        type = other;
        return this;
    }

    TestProof algorithm(JWSAlgorithm other) {
        algorithm = other;
        return this;
    }

    /** Puts another key, or none, into the header than the one that signs. */
    TestProof showing(@Nullable JWK other) {
        shown = other;
        return this;
    }

    String sign() {
        try {
            return sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** By hand: the library would put no private key into a header. */
    String sign(JWSSigner signer) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("typ", type);
        header.put("alg", algorithm.getName());
        if (shown != null) {
            header.put("jwk", shown.toJSONObject());
        }
        String input = Base64URL.encode(JSONObjectUtils.toJSONString(header)) + "."
                + claims.build().toPayload().toBase64URL();
        try {
            return input + "." + signer.sign(new JWSHeader(algorithm), input.getBytes(StandardCharsets.US_ASCII));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
