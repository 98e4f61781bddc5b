package org.sipoauth.authz.dpop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.token.Confirmation;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;

/** What makes a proof right (RFC 9449 §4.3), and that it is good once, with a real store. */
class DpopProofsIT {
    private static final String TOKEN = "https://as.example.com/oauth2/token";
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private static final ECKey KEY = TestProof.key();

    private static RedisForTests.Running redis;

    private final DpopProofs proofs = server();

    @BeforeAll
    static void open() {
        redis = RedisForTests.open();
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    @Test
    void knowsTheKeyByItsThumbprint() throws JOSEException {
        assertThat(verify(proof()))
                .isEqualTo(Confirmation.ofKey(KEY.computeThumbprint().toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://as.example.com:443/oauth2/token",
                "HTTPS://AS.example.COM/oauth2/token",
                "https://as.example.com/oauth2/token?x=1#y",
                "https://as.example.com/x/../oauth2/token",
            })
    void acceptsOtherSpellingsOfTheAddress(String address) {
        assertThat(verify(TestProof.at(KEY, address, NOW))).isNotNull();
    }

    @Test
    void acceptsAClockThatIsAlmostTwoMinutesOff() {
        Duration almost = DpopProofs.WINDOW.minusSeconds(1);
        assertThat(verify(TestProof.at(KEY, TOKEN, NOW.plus(almost)))).isNotNull();
        assertThat(verify(TestProof.at(KEY, TOKEN, NOW.minus(almost)))).isNotNull();
    }

    static Stream<Arguments> wrongProofs() throws JOSEException {
        OctetSequenceKey secret = new OctetSequenceKeyGenerator(256).generate();
        return Stream.of(
                arguments("another method", proof().with("htm", "GET").sign()),
                arguments("no method", proof().with("htm", null).sign()),
                arguments("a method that is no text", proof().with("htm", 1).sign()),
                arguments("another endpoint", other("https://as.example.com/oauth2/par")),
                arguments("another host", other("https://evil.example.com/oauth2/token")),
                arguments("another port", other("https://as.example.com:444/oauth2/token")),
                arguments("no TLS", other("http://as.example.com/oauth2/token")),
                arguments("a user in the address", other("https://as.example.com@evil.example/oauth2/token")),
                arguments("no address", proof().with("htu", null).sign()),
                arguments("an address that is none", other("::")),
                arguments("an address without a host", other("mailto:as.example.com")),
                arguments(
                        "made two minutes ago",
                        TestProof.at(KEY, TOKEN, NOW.minus(DpopProofs.WINDOW)).sign()),
                arguments(
                        "made in two minutes",
                        TestProof.at(KEY, TOKEN, NOW.plus(DpopProofs.WINDOW)).sign()),
                arguments("no time", proof().with("iat", null).sign()),
                arguments(
                        "an end and no time",
                        proof().with("iat", null)
                                .with("exp", Date.from(NOW.plusSeconds(1)))
                                .sign()),
                arguments("no id", proof().with("jti", null).sign()),
                arguments("an empty id", proof().with("jti", "").sign()),
                arguments(
                        "an id without end",
                        proof().with("jti", "x".repeat(257)).sign()),
                arguments("another type", proof().type("JWT").sign()),
                arguments("no key", proof().showing(null).sign()),
                arguments(
                        "another key",
                        proof().showing(TestProof.key().toPublicJWK()).sign()),
                arguments("a private key", proof().showing(KEY).sign()),
                arguments(
                        "a secret",
                        proof().algorithm(JWSAlgorithm.HS256).showing(secret).sign(new MACSigner(secret))),
                arguments("no signature", proof().sign().replaceAll("[^.]+$", "")),
                arguments("nothing of a token", "x"),
                arguments("unsigned", "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6Im5vbmUifQ.e30."),
                arguments("very long", "x.".repeat(8_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongProofs")
    void refuses(String why, String proof) {
        assertThatThrownBy(() -> proofs.verify(proof, "/oauth2/token"))
                .as(why)
                .isInstanceOf(OAuth2AuthenticationException.class)
                .satisfies(refusal -> assertThat(((OAuth2AuthenticationException) refusal)
                                .getError()
                                .getErrorCode())
                        .isEqualTo("invalid_dpop_proof"));
    }

    @Test
    void takesAProofOnceHoweverManyServersAreAskedAtTheSameTime() throws Exception {
        String proof = proof().sign();
        ExecutorService many = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> answers = IntStream.range(0, 16)
                    .mapToObj(i -> many.submit(() -> isTaken(server(), proof)))
                    .toList();
            int taken = 0;
            for (Future<Boolean> answer : answers) {
                taken += answer.get() ? 1 : 0;
            }
            assertThat(taken).isOne();
        } finally {
            many.shutdownNow();
        }
    }

    @Test
    void takesTheSameIdOfAnotherKey() {
        verify(proof().with("jti", "the same"));

        assertThat(verify(TestProof.at(TestProof.key(), TOKEN, NOW).with("jti", "the same")))
                .isNotNull();
    }

    private static DpopProofs server() {
        return new DpopProofs(URI.create("https://as.example.com"), redis.template(), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static boolean isTaken(DpopProofs server, String proof) {
        try {
            server.verify(proof, "/oauth2/token");
            return true;
        } catch (OAuth2AuthenticationException used) {
            return false;
        }
    }

    private static TestProof proof() {
        return TestProof.at(KEY, TOKEN, NOW);
    }

    private static String other(String address) {
        return TestProof.at(KEY, address, NOW).sign();
    }

    private Confirmation verify(TestProof proof) {
        return proofs.verify(proof.sign(), "/oauth2/token");
    }
}
