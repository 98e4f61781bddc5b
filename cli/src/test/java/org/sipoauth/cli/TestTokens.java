package org.sipoauth.cli;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Mints access tokens under a key made for one test. */
public final class TestTokens {
    public static final String ISSUER = "https://as.example.com";
    public static final String AUDIENCE = "sip:example.com";

    private final ECKey key;

    public TestTokens() {
        try {
            key = new ECKeyGenerator(Curve.P_256)
                    .keyID("test-key")
                    .algorithm(JWSAlgorithm.ES256)
                    .generate();
        } catch (JOSEException broken) {
            throw new IllegalStateException(broken);
        }
    }

    public String publicJwkSet() {
        return new JWKSet(key).toPublicJWKSet().toString();
    }

    public String token(String subject, Instant issuedAt, Duration lifetime) {
        return token(subject, AUDIENCE, issuedAt, lifetime);
    }

    public String token(String subject, String audience, Instant issuedAt, Duration lifetime) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject(subject)
                .audience(audience)
                .issueTime(Date.from(issuedAt))
                .expirationTime(Date.from(issuedAt.plus(lifetime)))
                .jwtID("j1")
                .claim("client_id", "softphone")
                .claim("scope", "sip.register")
                .claim("device_name", "CSFALICE")
                .claim("aor", List.of("sip:1001@example.com"))
                .build();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("at+jwt"))
                        .keyID(key.getKeyID())
                        .build(),
                claims);
        try {
            token.sign(new ECDSASigner(key));
        } catch (JOSEException broken) {
            throw new IllegalStateException(broken);
        }
        return token.serialize();
    }
}
