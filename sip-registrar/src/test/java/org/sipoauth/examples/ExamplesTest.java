package org.sipoauth.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sip.SipFactory;
import javax.sip.message.Request;
import javax.sip.message.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.TestTokens;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.Reason;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.status.StatusSnapshot;
import org.sipoauth.verifier.status.StatusSource;

/** The examples of docs/embedding.md do what it says, and are what it shows. */
class ExamplesTest {
    private static final String LIST = TestTokens.ISSUER + "/oauth2/status-lists/s1.1.0";
    private static final String AOR = "sip:1001@example.com";
    private static final int INDEX = 7;

    private final Instant now = Instant.now();
    private final KeySource keys = KeySource.fixed(TestTokens.jwkSet());
    private final Lists lists = new Lists();
    private final RegisterGate gate = new RegisterGate(TestTokens.ISSUER, TestTokens.AUDIENCE, keys, lists);

    private final class Lists implements StatusSource {
        private final List<Consumer<StatusSnapshot>> listeners = new ArrayList<>();
        private StatusSnapshot current = read();

        private StatusSnapshot read(int... revoked) {
            return StatusSnapshot.verify(
                    Map.of(LIST, TestTokens.statusList(LIST, now, revoked)), TestTokens.ISSUER, keys, now);
        }

        void revoke(int index) {
            current = read(index);
            listeners.forEach(listener -> listener.accept(current));
        }

        @Override
        public StatusSnapshot current() {
            return current;
        }

        @Override
        public void onChange(Consumer<StatusSnapshot> listener) {
            listeners.add(listener);
        }
    }

    private TestTokens token() {
        return TestTokens.valid(now).withStatus(LIST, INDEX);
    }

    private RegisterGate.Answer decide(TestTokens token) {
        return gate.decide("Bearer " + token.compact(), AOR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RegisterGate", "JainSipRegistrar", "NettyRegisterHandler", "HandedOverKeys"})
    void areShownAsTheyAre(String name) throws IOException {
        Path repository = Path.of("..").toAbsolutePath().normalize();
        String source = Files.readString(
                repository.resolve("sip-registrar/src/test/java/org/sipoauth/examples/" + name + ".java"));

        assertThat(Files.readString(repository.resolve("docs/embedding.md")))
                .contains("```java\n" + source.substring(source.indexOf("import ")) + "```");
    }

    /** The README lays them out with more to a line, and that is all the difference. */
    @Test
    void areTenLinesInTheReadme() throws IOException {
        Path repository = Path.of("..").toAbsolutePath().normalize();
        String readme = Files.readString(repository.resolve("README.md"));
        String shown = readme.substring(readme.indexOf("```java\n") + "```java\n".length());
        shown = shown.substring(0, shown.indexOf("```"));

        List<String> lines =
                shown.lines().map(line -> line.replaceAll(" // .*|\\s", "")).toList();

        assertThat(lines).hasSize(10);
        assertThat(Files.readString(
                                repository.resolve("sip-registrar/src/test/java/org/sipoauth/examples/TenLines.java"))
                        .replaceAll("\\s", ""))
                .contains(String.join("", lines.subList(0, 4)))
                .contains(String.join("", lines.subList(4, 10)));
    }

    @Test
    void answerInTenLines() {
        List<Integer> answers = new ArrayList<>();
        TokenVerifier verifier =
                new TokenVerifier(new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO), keys, lists);
        TenLines lines = new TenLines(verifier, answers::add);
        lines.register(null, Optional.empty());
        lines.register("Bearer", Optional.empty());
        lines.register("Bearer " + token().with("exp", now.minusSeconds(60)).compact(), Optional.empty());
        lines.register("Bearer " + token().compact(), Optional.empty());
        lines.register("Bearer token=\"" + token().compact() + "\"", Optional.empty());
        lines.register(
                "Bearer " + token().with("aor", List.of("sip:1002@example.com")).compact(), Optional.empty());
        lines.register("Bearer " + token().with("scope", "other").compact(), Optional.empty());

        assertThat(answers).containsExactly(401, 401, 401, 200, 200, 403, 403);
    }

    @Test
    void challengesWithoutToken() {
        RegisterGate.Answer answer = gate.decide(null, AOR);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.challenge())
                .hasValue("Bearer realm=\"example.com\", authz_server=\"" + TestTokens.ISSUER + "\"");
        assertThat(gate.decide("Digest username=\"1001\"", AOR)).isEqualTo(answer);
    }

    @Test
    void registersTheTokensAddressAlone() {
        assertThat(decide(token()).status()).isEqualTo(200);
        assertThat(decide(token()).token().orElseThrow().subject()).isEqualTo("alice");
        assertThat(gate.decide("Bearer " + token().compact(), "sip:1002@example.com")
                        .status())
                .isEqualTo(403);
        assertThat(decide(token().with("scope", "other")).status()).isEqualTo(403);
        assertThat(decide(token().with("cnf", Map.of("x5t#S256", "A".repeat(43))))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void challengesForBrokenAndRevokedTokens() {
        String again =
                "Bearer realm=\"example.com\", authz_server=\"" + TestTokens.ISSUER + "\", error=\"invalid_token\"";
        assertThat(decide(token().with("exp", now.minusSeconds(60))).challenge())
                .hasValue(again);
        assertThat(gate.decide("Bearer", AOR).challenge()).hasValue(again);

        lists.revoke(INDEX);

        assertThat(decide(token()).challenge()).hasValue(again);
    }

    @Test
    void takesItsOwnTroubleUponItself() {
        lists.current = StatusSnapshot.none();

        assertThat(decide(token()).status()).isEqualTo(500);
    }

    @Test
    void answersInJainSip() throws Exception {
        SipFactory sip = SipFactory.getInstance();
        JainSipRegistrar registrar = new JainSipRegistrar(sip.createMessageFactory(), sip.createHeaderFactory(), gate);

        Response challenge = registrar.answer(register(""));
        Response accepted = registrar.answer(register("Authorization: Bearer " + token().compact() + "\r\n"));
        Response parameter =
                registrar.answer(register("Authorization: Bearer token=\"" + token().compact() + "\"\r\n"));

        Response beside = registrar.answer(register("Authorization: Digest username=\"1001\",realm=\"x\"\r\n"
                + "Authorization: Bearer " + token().compact() + "\r\n"));

        assertThat(challenge.getStatusCode()).isEqualTo(401);
        assertThat(challenge.getHeader("WWW-Authenticate").toString())
                .contains("Bearer realm=\"example.com\"")
                .contains("authz_server=\"" + TestTokens.ISSUER + "\"");
        assertThat(accepted.getStatusCode()).isEqualTo(200);
        assertThat(parameter.getStatusCode()).isEqualTo(200);
        assertThat(beside.getStatusCode()).isEqualTo(200);
    }

    @Test
    void takesTokensEncryptedWithEveryKeyThatIsHandedOverAndNoOthers() throws Exception {
        OctetSequenceKey first =
                new OctetSequenceKeyGenerator(256).keyID("first").generate();
        OctetSequenceKey second =
                new OctetSequenceKeyGenerator(256).keyID("second").generate();
        HandedOverKeys decryptionKeys = new HandedOverKeys();
        TokenVerifier verifier = decryptionKeys.verifier(
                new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO), keys, lists);

        assertThat(reason(verifier, encrypted(first))).hasValue(Reason.UNKNOWN_KEY);
        decryptionKeys.handOver(jwkSet(first));
        assertThat(reason(verifier, encrypted(first))).isEmpty();
        assertThat(reason(verifier, token().compact())).hasValue(Reason.NOT_DECRYPTED);
        decryptionKeys.handOver(jwkSet(first, second));
        assertThat(reason(verifier, encrypted(first))).isEmpty();
        assertThat(reason(verifier, encrypted(second))).isEmpty();
        decryptionKeys.handOver(jwkSet(second));
        assertThat(reason(verifier, encrypted(first))).hasValue(Reason.UNKNOWN_KEY);
        assertThatIllegalArgumentException().isThrownBy(() -> decryptionKeys.handOver("{\"keys\":[]}"));
        assertThat(reason(verifier, encrypted(second))).isEmpty();
    }

    private String encrypted(OctetSequenceKey key) throws JOSEException {
        JWEHeader header = new JWEHeader.Builder(JWEAlgorithm.DIR, EncryptionMethod.A256GCM)
                .contentType("JWT")
                .keyID(key.getKeyID())
                .build();
        JWEObject jwe = new JWEObject(header, new Payload(token().compact()));
        jwe.encrypt(new DirectEncrypter(key));
        return jwe.serialize();
    }

    private static String jwkSet(JWK... keys) {
        return new JWKSet(List.of(keys)).toString(false);
    }

    private static Optional<Reason> reason(TokenVerifier verifier, String token) {
        return verifier.verify(token) instanceof Verdict.Rejected rejected
                ? Optional.of(rejected.reason())
                : Optional.empty();
    }

    private static Request register(String authorization) throws Exception {
        String text = "REGISTER sip:example.com SIP/2.0\r\n"
                + "Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
                + "From: <sip:1001@example.com>;tag=1\r\nTo: <sip:1001@example.com>\r\n"
                + "Call-ID: 1@192.0.2.1\r\nCSeq: 1 REGISTER\r\n"
                + authorization + "Content-Length: 0\r\n\r\n";
        return (Request) new gov.nist.javax.sip.parser.StringMsgParser()
                .parseSIPMessage(text.getBytes(StandardCharsets.UTF_8), true, true, null);
    }

    @Test
    void answersInNettyAndEndsRevokedConnections() {
        NettyRegisterHandler handler = new NettyRegisterHandler(gate);
        EmbeddedChannel revoked = new EmbeddedChannel(DefaultChannelId.newInstance(), handler);
        EmbeddedChannel other = new EmbeddedChannel(DefaultChannelId.newInstance(), handler);

        revoked.writeInbound(new NettyRegisterHandler.Register(AOR, "Bearer " + token().compact()));
        other.writeInbound(new NettyRegisterHandler.Register(
                AOR,
                "Bearer " + TestTokens.valid(now).withStatus(LIST, INDEX + 1).compact()));
        RegisterGate.Answer answer = revoked.readOutbound();
        lists.revoke(INDEX);
        revoked.runPendingTasks();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(revoked.isOpen()).isFalse();
        assertThat(other.isOpen()).isTrue();
    }
}
