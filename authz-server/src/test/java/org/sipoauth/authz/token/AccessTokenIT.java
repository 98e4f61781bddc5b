package org.sipoauth.authz.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.verifier.AccessToken;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;

/** What the server mints passes our verifier and two others, each at its strictest; what is changed passes none. */
class AccessTokenIT {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    @TempDir
    static Path folder;

    private static TestServer server;

    private final TestPhone phone = new TestPhone(server);

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void passesEveryVerifierAndFailsEachWithOneCharacterChanged() throws Exception {
        String token = phone.logIn("alice", "CSFALICE").text("access_token");
        String keys = phone.get(server.url("/oauth2/jwks")).body();

        for (Predicate<String> verifier : Set.of(ours(keys), nimbus(keys), jose4j(keys))) {
            assertThat(verifier).accepts(token);
            for (int i = 0; i < token.length(); i++) {
                assertThat(verifier).as("changed at %s", i).rejects(changedAt(token, i));
            }
        }
    }

    @Test
    void saysForWhomAndForWhat() {
        String token = phone.logIn("bob", "CSFBOB").text("access_token");

        AccessToken accepted = accept(token);

        assertThat(accepted.subject()).isEqualTo("bob");
        assertThat(accepted.isForDevice("CSFBOB")).isTrue();
        assertThat(accepted.mayRegister("sip:1002@example.com")).isTrue();
        assertThat(accepted.mayRegister("sip:1001@example.com")).isFalse();
        assertThat(accepted.hasScope("sip.register")).isTrue();
    }

    @Test
    void goesToAServiceForItsSecretWithoutADevice() {
        Answer answer = phone.token(
                Map.of("grant_type", "client_credentials", "scope", "sip.register"),
                "demo-service",
                server.secretOf("demo-service"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()).doesNotContainKey("refresh_token");
        AccessToken accepted = accept(answer.text("access_token"));
        assertThat(accepted.subject()).isEqualTo("demo-service");
        assertThat(accepted.clientId()).isEqualTo("demo-service");
        assertThat(accepted.deviceName()).isEmpty();
        assertThat(accepted.addressesOfRecord()).isEmpty();
    }

    @Test
    void refusesAServiceWithAWrongSecret() {
        Answer answer = phone.token(Map.of("grant_type", "client_credentials"), "demo-service", "wrong");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.json()).containsEntry("error", "invalid_client");
    }

    @Test
    void refusesScopesAServiceDoesNotHave() {
        Answer answer = phone.token(
                Map.of("grant_type", "client_credentials", "scope", "openid"),
                "demo-service",
                server.secretOf("demo-service"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json()).containsEntry("error", "invalid_scope");
    }

    @Test
    void refusesGrantsItDoesNotOffer() {
        Answer answer = phone.token(
                Map.of("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token", "x"),
                "demo-service",
                server.secretOf("demo-service"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json()).containsEntry("error", "unsupported_grant_type");
    }

    @Test
    void publishesItsKeysForCachesButNoPrivateOnes() throws Exception {
        HttpResponse<String> answer = phone.get(server.url("/oauth2/jwks"));

        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("max-age=300, public");
        JWKSet keys = JWKSet.parse(answer.body());
        assertThat(keys.getKeys()).hasSize(2).allSatisfy(key -> {
            assertThat(key.isPrivate()).isFalse();
            assertThat(key.getAlgorithm()).isEqualTo(JWSAlgorithm.ES256);
            assertThat(key.getKeyID()).isEqualTo(key.computeThumbprint().toString());
        });
    }

    private AccessToken accept(String token) {
        Verdict verdict = verifier(phone.get(server.url("/oauth2/jwks")).body()).verify(token);
        assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
        return ((Verdict.Accepted) verdict).token();
    }

    /** The neighbour by the highest of six bits: not one that a lenient decoder reads as the same byte. */
    private static String changedAt(String token, int index) {
        int value = ALPHABET.indexOf(token.charAt(index));
        char other = value < 0 ? 'A' : ALPHABET.charAt(value ^ 32);
        return token.substring(0, index) + other + token.substring(index + 1);
    }

    private static TokenVerifier verifier(String keys) {
        return new TokenVerifier(
                new Expectations(TestServer.ISSUER, TestServer.AUDIENCE, Duration.ofSeconds(30)),
                KeySource.fixed(keys));
    }

    private static Predicate<String> ours(String keys) {
        TokenVerifier verifier = verifier(keys);
        return token -> verifier.verify(token) instanceof Verdict.Accepted;
    }

    private static Predicate<String> nimbus(String keys) throws ParseException {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("at+jwt")));
        processor.setJWSKeySelector(
                new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, new ImmutableJWKSet<>(JWKSet.parse(keys))));
        processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(
                TestServer.AUDIENCE,
                new JWTClaimsSet.Builder().issuer(TestServer.ISSUER).build(),
                Set.of("sub", "aud", "exp", "iat", "jti", "client_id")));
        return token -> {
            try {
                processor.process(token, null);
                return true;
            } catch (ParseException | BadJOSEException | JOSEException e) {
                return false;
            }
        };
    }

    private static Predicate<String> jose4j(String keys) throws JoseException {
        JwtConsumer consumer = new JwtConsumerBuilder()
                .setVerificationKeyResolver(new JwksVerificationKeyResolver(new JsonWebKeySet(keys).getJsonWebKeys()))
                .setJwsAlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "ES256")
                .setExpectedType(true, "application/at+jwt")
                .setExpectedIssuer(TestServer.ISSUER)
                .setExpectedAudience(TestServer.AUDIENCE)
                .setRequireSubject()
                .setRequireExpirationTime()
                .setRequireIssuedAt()
                .setRequireJwtId()
                .build();
        return token -> {
            try {
                consumer.process(token);
                return true;
            } catch (InvalidJwtException e) {
                return false;
            }
        };
    }
}
