package org.sipoauth.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RingKeyTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final byte[] INPUT = "header.payload".getBytes(StandardCharsets.US_ASCII);

    @Test
    void signsEs256InTheFormOfJws() throws Exception {
        RingKey key = signingKey(SignatureAlgorithm.ES256);
        byte[] signature = key.sign(INPUT);

        assertThat(signature).hasSize(64);
        assertThat(new ECDSAVerifier((ECKey) key.publicJwk())
                        .verify(new JWSHeader(JWSAlgorithm.ES256), INPUT, Base64URL.encode(signature)))
                .isTrue();
    }

    @Test
    void goesOnWithTheProviderThatIsChosenMeanwhile() throws Exception {
        RingKey key = signingKey(SignatureAlgorithm.ES256);
        ECDSAVerifier verifier = new ECDSAVerifier((ECKey) key.publicJwk());
        byte[] before = key.sign(INPUT);
        SigningProvider.choice(SignatureAlgorithm.ES256).get();
        byte[] after = key.sign(INPUT);

        assertThat(verifier.verify(new JWSHeader(JWSAlgorithm.ES256), INPUT, Base64URL.encode(before)))
                .isTrue();
        assertThat(verifier.verify(new JWSHeader(JWSAlgorithm.ES256), INPUT, Base64URL.encode(after)))
                .isTrue();
    }

    @Test
    void signsRs256() throws Exception {
        RingKey key = signingKey(SignatureAlgorithm.RS256);

        assertThat(new RSASSAVerifier((RSAKey) key.publicJwk())
                        .verify(new JWSHeader(JWSAlgorithm.RS256), INPUT, Base64URL.encode(key.sign(INPUT))))
                .isTrue();
    }

    @RepeatedTest(20) // the point's sign bit and leading zero bytes differ from key to key
    void signsEd25519WithAKeyWhosePublicHalfIsWrittenAsInRfc8032() throws Exception {
        RingKey key = signingKey(SignatureAlgorithm.ED25519);
        byte[] x = ((OctetKeyPair) key.publicJwk()).getDecodedX();
        byte[] prefix = HexFormat.of().parseHex("302a300506032b6570032100"); // RFC 8410 §4
        byte[] encoded = HexFormat.of()
                .parseHex(HexFormat.of().formatHex(prefix) + HexFormat.of().formatHex(x));
        PublicKey publicKey = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));

        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(publicKey);
        verifier.update(INPUT);
        assertThat(verifier.verify(key.sign(INPUT))).isTrue();
    }

    @ParameterizedTest
    @EnumSource(SignatureAlgorithm.class)
    void publicHalfNamesItsUseAndAlgorithmAndNothingPrivate(SignatureAlgorithm algorithm) {
        RingKey key = signingKey(algorithm);

        assertThat(key.publicJwk().isPrivate()).isFalse();
        assertThat(key.publicJwk().toJSONObject())
                .containsEntry("kid", key.id().value())
                .containsEntry("alg", algorithm.joseName())
                .containsEntry("use", "sig")
                .doesNotContainKeys("d", "p", "q", "dp", "dq", "qi");
    }

    @ParameterizedTest
    @EnumSource(SignatureAlgorithm.class)
    void aPublishedKeySignsNothing(SignatureAlgorithm algorithm) {
        RingKey published = RingKey.generate(KeyUse.ACCESS_TOKEN_SIGNING, algorithm, KeyVault.inRing(), NOW);

        assertThatThrownBy(() -> published.sign(INPUT)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void authenticatesWithHmacSha256() throws Exception {
        RingKey key = RingKey.generate(
                        KeyUse.REFRESH_TOKEN_AUTHENTICATION, SignatureAlgorithm.ES256, KeyVault.inRing(), NOW)
                .activate(NOW);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(
                key.material().orElseThrow().toOctetSequenceKey().toByteArray(), "HmacSHA256"));

        assertThat(key.mac(INPUT)).isEqualTo(mac.doFinal(INPUT));
    }

    @Test
    void authenticatesNothingBeforeItIsActiveNorWithAKeyOfAnotherUse() {
        RingKey published =
                RingKey.generate(KeyUse.REFRESH_TOKEN_AUTHENTICATION, SignatureAlgorithm.ES256, KeyVault.inRing(), NOW);
        RingKey other = RingKey.generate(
                        KeyUse.ACCESS_TOKEN_ENCRYPTION, SignatureAlgorithm.ES256, KeyVault.inRing(), NOW)
                .activate(NOW);

        assertThatThrownBy(() -> published.mac(INPUT)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.mac(INPUT)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> published.activate(NOW).revoke(NOW).mac(INPUT))
                .isInstanceOf(IllegalStateException.class);
    }

    private static RingKey signingKey(SignatureAlgorithm algorithm) {
        return RingKey.generate(KeyUse.ACCESS_TOKEN_SIGNING, algorithm, KeyVault.inRing(), NOW)
                .activate(NOW);
    }
}
