package org.sipoauth.benchmarks.verification;

import com.auth0.jwt.JWT;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.fusionauth.jwt.JWTDecoder;
import io.fusionauth.jwt.Verifier;
import io.fusionauth.jwt.ec.ECVerifier;
import io.fusionauth.jwt.ed.EdDSAVerifier;
import io.fusionauth.jwt.rsa.RSAVerifier;
import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Jws;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.Jwts;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTCallerPrincipalFactory;
import io.smallrye.jwt.auth.principal.DefaultJWTParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * Who verifies: this project, the least that one can do, and other libraries as their own documents say. Each with its key
 * prepared once, no tolerance for clocks, and every one of these checks that it offers: signature, {@code iss}, {@code aud},
 * {@code exp}, {@code nbf}, {@code iat}, {@code typ}. What a library leaves to its caller and takes one line is that line here.
 */
public enum Library {
    SIP_OAUTH("sip-oauth") {
        @Override
        Check prepare(Issuer issuer) throws InterruptedException {
            return accepting(verifier(keys(issuer), 0));
        }
    },
    /** As a registrar has it: the same again, with a table of known tokens of five times as many places as the most phones here. */
    SIP_OAUTH_KNOWING("sip-oauth, known tokens") {
        @Override
        Check prepare(Issuer issuer) throws InterruptedException {
            return accepting(verifier(keys(issuer), 262_144));
        }
    },
    FLOOR("floor: signature and least parse") {
        @Override
        Check prepare(Issuer issuer) {
            return new Floor(issuer);
        }
    },
    NIMBUS("Nimbus") {
        @Override
        Check prepare(Issuer issuer) throws Exception {
            return nimbus(issuer);
        }
    },
    SPRING("Spring") {
        @Override
        Check prepare(Issuer issuer) {
            JWKSource<SecurityContext> jwks = new ImmutableJWKSet<>(new JWKSet(issuer.jwk()));
            NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSource(jwks)
                    .jwsAlgorithm(org.springframework.security.oauth2.jose.jws.SignatureAlgorithm.from(
                            issuer.algorithm().name()))
                    .jwtProcessorCustomizer(processor ->
                            processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(nimbusType())))
                    .build();
            decoder.setJwtValidator(JwtValidators.createAtJwtValidator()
                    .issuer(Issuer.ISSUER)
                    .audience(Issuer.AUDIENCE)
                    .clientId(Issuer.CLIENT)
                    .build());
            return decoder::decode;
        }

        @Override
        boolean knows(Algorithm algorithm) {
            return algorithm != Algorithm.EdDSA;
        }
    },
    JOSE4J("jose4j") {
        @Override
        Check prepare(Issuer issuer) {
            JwtConsumer consumer = new JwtConsumerBuilder()
                    .setVerificationKey(issuer.key())
                    .setJwsAlgorithmConstraints(
                            ConstraintType.PERMIT, issuer.algorithm().name())
                    .setExpectedType(true, Issuer.TYPE)
                    .setExpectedIssuer(Issuer.ISSUER)
                    .setExpectedAudience(Issuer.AUDIENCE)
                    .setRequireSubject()
                    .setRequireExpirationTime()
                    .setRequireIssuedAt()
                    .build();
            return consumer::process;
        }
    },
    JAVA_JWT("java-jwt") {
        @Override
        Check prepare(Issuer issuer) {
            PublicKey key = issuer.key();
            com.auth0.jwt.algorithms.Algorithm algorithm = issuer.algorithm() == Algorithm.RS256
                    ? com.auth0.jwt.algorithms.Algorithm.RSA256((RSAPublicKey) key)
                    : com.auth0.jwt.algorithms.Algorithm.ECDSA256((ECPublicKey) key);
            com.auth0.jwt.interfaces.JWTVerifier verifier = JWT.require(algorithm)
                    .withIssuer(Issuer.ISSUER)
                    .withAudience(Issuer.AUDIENCE)
                    .build();
            return token -> {
                com.auth0.jwt.interfaces.DecodedJWT decoded = verifier.verify(token);
                require(Issuer.TYPE.equals(decoded.getType()));
                return decoded;
            };
        }

        @Override
        boolean knows(Algorithm algorithm) {
            return algorithm != Algorithm.EdDSA;
        }
    },
    JJWT("jjwt") {
        @Override
        Check prepare(Issuer issuer) {
            JwtParser parser = Jwts.parser()
                    .verifyWith(issuer.key())
                    .requireIssuer(Issuer.ISSUER)
                    .requireAudience(Issuer.AUDIENCE)
                    .build();
            return token -> {
                Jws<Claims> jws = parser.parseSignedClaims(token);
                require(Issuer.TYPE.equals(jws.getHeader().getType()));
                return jws;
            };
        }
    },
    FUSIONAUTH("fusionauth-jwt") {
        @Override
        Check prepare(Issuer issuer) {
            Verifier verifier = switch (issuer.algorithm()) {
                case RS256 -> RSAVerifier.newVerifier(issuer.key());
                case ES256 -> ECVerifier.newVerifier(issuer.key());
                case EdDSA -> EdDSAVerifier.newVerifier(issuer.key());
            };
            JWTDecoder decoder = io.fusionauth.jwt.domain.JWT.getDecoder();
            return token -> {
                io.fusionauth.jwt.domain.JWT jwt = decoder.decode(token, verifier);
                require(Issuer.ISSUER.equals(jwt.issuer) && Issuer.AUDIENCE.equals(jwt.audience));
                require(Issuer.TYPE.equals(jwt.header.type));
                return jwt;
            };
        }

        @Override
        boolean knows(Algorithm algorithm) {
            return algorithm != Algorithm.EdDSA; // only under its full name, Ed25519 (RFC 9864)
        }
    },
    /** Does not look at {@code typ}. */
    VERTX("vert.x, no typ") {
        @Override
        Check prepare(Issuer issuer) {
            JWTAuth auth = JWTAuth.create(
                    Vertx.vertx(new VertxOptions().setUseDaemonThread(true)),
                    new JWTAuthOptions()
                            .addJwk(new JsonObject(issuer.jwk().toJSONString())
                                    .put("alg", issuer.algorithm().name()))
                            .setJWTOptions(
                                    new JWTOptions().setIssuer(Issuer.ISSUER).addAudience(Issuer.AUDIENCE)));
            return token -> {
                Future<User> user = auth.authenticate(new TokenCredentials(token));
                require(user.succeeded());
                return user.result();
            };
        }
    },
    /** Does not look at {@code typ}. */
    SMALLRYE("smallrye-jwt, no typ") {
        @Override
        Check prepare(Issuer issuer) {
            JWTAuthContextInfo expected = new JWTAuthContextInfo(issuer.key(), Issuer.ISSUER);
            expected.setExpectedAudience(Set.of(Issuer.AUDIENCE));
            expected.setSignatureAlgorithm(
                    Set.of(SignatureAlgorithm.fromAlgorithm(issuer.algorithm().name())));
            DefaultJWTParser parser = new DefaultJWTParser(expected, new DefaultJWTCallerPrincipalFactory());
            return parser::parse;
        }
    };

    private final String title;

    Library(String title) {
        this.title = title;
    }

    abstract Check prepare(Issuer issuer) throws Exception;

    boolean knows(Algorithm algorithm) {
        return true;
    }

    boolean isPeer() {
        return compareTo(FLOOR) > 0;
    }

    String title() {
        return title;
    }

    /** Prepared, and seen to take one token and to refuse all that nobody may take. */
    Check prepareAndTry(Issuer issuer) throws Exception {
        Check check = prepare(issuer);
        check.verify(issuer.tokens().get(0));
        for (Issuer.Refused refused : issuer.refused()) {
            if (accepts(check, refused.token())) {
                throw new IllegalStateException(this + " accepts a token: " + refused.why());
            }
        }
        return check;
    }

    private static boolean accepts(Check check, String token) {
        try {
            check.verify(token);
            return true;
        } catch (Exception refusal) {
            return false;
        }
    }

    private static void require(boolean condition) throws GeneralSecurityException {
        if (!condition) {
            throw new GeneralSecurityException("refused");
        }
    }

    private static Check accepting(TokenVerifier verifier) {
        return token -> {
            Verdict verdict = verifier.verify(token);
            require(verdict instanceof Verdict.Accepted);
            return verdict;
        };
    }

    /** With their tables, where these are on. */
    static KeySource keys(Issuer issuer) throws InterruptedException {
        KeySource keys = KeySource.fixed(issuer.jwkSet());
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("sipoauth-keys-fixed")) {
                thread.join(); // it builds them, and ends with the last
            }
        }
        return keys;
    }

    static TokenVerifier verifier(KeySource keys, int knownTokens) {
        return TokenVerifier.builder(new Expectations(Issuer.ISSUER, Issuer.AUDIENCE, Duration.ZERO), keys)
                .knownTokens(knownTokens)
                .build();
    }

    private static JOSEObjectType nimbusType() {
        return new JOSEObjectType(Issuer.TYPE);
    }

    private static Check nimbus(Issuer issuer) throws Exception {
        DefaultJOSEObjectTypeVerifier<SecurityContext> type = new DefaultJOSEObjectTypeVerifier<>(nimbusType());
        DefaultJWTClaimsVerifier<SecurityContext> claims = new DefaultJWTClaimsVerifier<>(
                Issuer.AUDIENCE,
                new JWTClaimsSet.Builder().issuer(Issuer.ISSUER).build(),
                Set.of("sub", "iat", "exp", "jti", "client_id"));
        claims.setMaxClockSkew(0);
        JWK key = issuer.jwk();
        if (issuer.algorithm() == Algorithm.EdDSA) { // the processor has no keys for it
            Ed25519Verifier signature = new Ed25519Verifier(key.toOctetKeyPair());
            return token -> {
                SignedJWT jwt = SignedJWT.parse(token);
                type.verify(jwt.getHeader().getType(), null);
                require(jwt.verify(signature));
                JWTClaimsSet read = jwt.getJWTClaimsSet();
                claims.verify(read, null);
                return read;
            };
        }
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(type);
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                JWSAlgorithm.parse(issuer.algorithm().name()), new ImmutableJWKSet<>(new JWKSet(key))));
        processor.setJWTClaimsSetVerifier(claims);
        return token -> processor.process(token, null);
    }

    /** Decodes what it must, has the provider check the signature, and looks for the claims as text. */
    private static final class Floor implements Check {
        private final Algorithm algorithm;
        private final PublicKey key;

        Floor(Issuer issuer) {
            this.algorithm = issuer.algorithm();
            this.key = issuer.key();
        }

        @Override
        public Object verify(String token) throws GeneralSecurityException {
            int payload = token.indexOf('.') + 1;
            int signature = token.lastIndexOf('.') + 1;
            Signature verifier = algorithm.signature();
            verifier.initVerify(key);
            verifier.update(token.substring(0, signature - 1).getBytes(StandardCharsets.ISO_8859_1));
            require(verifier.verify(Base64.getUrlDecoder().decode(token.substring(signature))));
            require(text(token.substring(0, payload - 1)).contains("\"typ\":\"" + Issuer.TYPE + "\""));
            String claims = text(token.substring(payload, signature - 1));
            long now = System.currentTimeMillis() / 1000;
            require(claims.contains("\"iss\":\"" + Issuer.ISSUER + "\"")
                    && claims.contains("\"aud\":\"" + Issuer.AUDIENCE + "\"")
                    && now < number(claims, "\"exp\":")
                    && now >= number(claims, "\"nbf\":")
                    && now >= number(claims, "\"iat\":"));
            return claims;
        }

        private static String text(String base64url) {
            return new String(Base64.getUrlDecoder().decode(base64url), StandardCharsets.ISO_8859_1);
        }

        private static long number(String json, String name) {
            int start = json.indexOf(name) + name.length();
            return Long.parseLong(json, start, json.indexOf(',', start), 10);
        }
    }
}
