package org.sipoauth.verifier;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;

/** Nimbus and jose4j, set as strictly as they go: with our issuer and audience, at the instant {@link #NOW}, no tolerance. */
final class Oracles {
    static final Instant NOW = TestTokens.ISSUED.plusSeconds(60);

    private Oracles() {}

    /** With Nimbus's parts, in the order of its processor, which itself knows no EdDSA. */
    static boolean nimbusAccepts(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            NIMBUS_TYPE.verify(jwt.getHeader().getType(), null);
            JWSVerifier verifier = nimbusVerifier(jwt.getHeader());
            if (!jwt.verify(verifier)) {
                return false;
            }
            NIMBUS_CLAIMS.verify(jwt.getJWTClaimsSet(), null);
            return true;
        } catch (ParseException | BadJOSEException | JOSEException e) {
            return false;
        }
    }

    private static JWSVerifier nimbusVerifier(JWSHeader header) throws JOSEException {
        return switch (String.valueOf(header.getKeyID())) {
            case "test-es256" -> new ECDSAVerifier(TestKeys.ES256);
            case "test-rs256" -> new RSASSAVerifier(TestKeys.RS256);
            case "test-ed25519" -> new Ed25519Verifier(TestKeys.ED25519.toPublicJWK());
            default -> throw new JOSEException("unknown key");
        };
    }

    static boolean jose4jAccepts(String token) {
        try {
            JOSE4J.processToClaims(token);
            return true;
        } catch (InvalidJwtException e) {
            return false;
        }
    }

    /** A token inside a JWE of {@code dir} with {@code A256GCM} under {@link TestKeys#A256GCM}. */
    static boolean nimbusAcceptsNested(String token) {
        try {
            JWEObject jwe = JWEObject.parse(token);
            if (!EncryptionMethod.A256GCM.equals(jwe.getHeader().getEncryptionMethod())) {
                return false;
            }
            jwe.decrypt(new DirectDecrypter(TestKeys.A256GCM.toSecretKey("AES")));
            return nimbusAccepts(jwe.getPayload().toString());
        } catch (ParseException | JOSEException | NullPointerException e) { // the last where there is no enc
            return false;
        }
    }

    /** The same by jose4j. */
    static boolean jose4jAcceptsNested(String token) {
        try {
            JsonWebEncryption jwe = new JsonWebEncryption();
            jwe.setAlgorithmConstraints(new AlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "dir"));
            jwe.setContentEncryptionAlgorithmConstraints(
                    new AlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "A256GCM"));
            jwe.setCompactSerialization(token);
            jwe.setKey(TestKeys.A256GCM.toSecretKey("AES"));
            return jose4jAccepts(jwe.getPayload());
        } catch (JoseException e) {
            return false;
        }
    }

    private static final DefaultJOSEObjectTypeVerifier<SecurityContext> NIMBUS_TYPE =
            new DefaultJOSEObjectTypeVerifier<>(
                    new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt")); // RFC 9068 §4
    private static final DefaultJWTClaimsVerifier<SecurityContext> NIMBUS_CLAIMS = nimbusClaims();
    private static final JwtConsumer JOSE4J = jose4j();

    private static DefaultJWTClaimsVerifier<SecurityContext> nimbusClaims() {
        DefaultJWTClaimsVerifier<SecurityContext> claims =
                new DefaultJWTClaimsVerifier<>(
                        TestTokens.AUDIENCE,
                        new JWTClaimsSet.Builder().issuer(TestTokens.ISSUER).build(),
                        Set.of("sub", "exp", "iat", "jti", "client_id")) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(NOW);
                    }
                };
        claims.setMaxClockSkew(0);
        return claims;
    }

    private static JwtConsumer jose4j() {
        try {
            return new JwtConsumerBuilder()
                    .setVerificationKeyResolver(
                            new JwksVerificationKeyResolver(new JsonWebKeySet(TestKeys.allKeys()).getJsonWebKeys()))
                    .setJwsAlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "ES256", "RS256", "EdDSA")
                    .setExpectedType(true, "at+jwt")
                    .setExpectedIssuer(TestTokens.ISSUER)
                    .setExpectedAudience(TestTokens.AUDIENCE)
                    .setRequireSubject()
                    .setRequireJwtId()
                    .setRequireExpirationTime()
                    .setRequireIssuedAt()
                    .setEvaluationTime(NumericDate.fromSeconds(NOW.getEpochSecond()))
                    .build();
        } catch (JoseException e) {
            throw new AssertionError(e);
        }
    }
}
