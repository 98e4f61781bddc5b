package org.sipoauth.verifier.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.verifier.TestKeys;

class KeySnapshotTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    // ---- the set

    @Test
    void findsEveryUsableKeyByItsId() {
        KeySnapshot keys = KeySnapshot.parse(TestKeys.allKeys(), NOW);
        assertThat(keys.keyIds()).containsExactlyInAnyOrder("test-es256", "test-rs256", "test-ed25519");
        assertThat(keys.find("test-es256").orElseThrow().isFor("ES256")).isTrue();
        assertThat(keys.find("test-rs256").orElseThrow().isFor("RS256")).isTrue();
        assertThat(keys.find("test-ed25519").orElseThrow().isFor("Ed25519")).isTrue();
        assertThat(keys.find("other")).isEmpty();
        assertThat(keys.readAt()).isEqualTo(NOW);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "null",
                "{\"keys\":[]}",
                "{\"keys\":{}}",
                "{\"keys\":null}",
                "{\"keys\":[1]}",
                "{\"keys\":[[]]}",
                "{\"keys\":[],\"keys\":[]}",
                "{\"Keys\":[]}",
                "{\"keys\":[{}]}"
            })
    void refusesDocumentWithoutUsableKeys(String document) {
        assertRefused(document);
    }

    @Test
    void refusesDocumentThatIsNotStrictJson() {
        String good = TestKeys.jwkSet(TestKeys.ES256);
        assertRefused(good + "x");
        assertRefused(good.replaceFirst("\"kty\"", "\"kty\":\"EC\",\"kty\""));
        assertRefused(good.replaceFirst("\\{\"keys\"", "{\"x\":{\"a\":1,\"a\":1},\"keys\""));
        assertRefused(good.substring(0, good.length() - 1));
        assertThatThrownBy(() -> KeySnapshot.parse(new byte[] {(byte) 0xFF}, NOW))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void acceptsDocumentOf256KibibytesAndRefusesOneLonger() {
        String good = TestKeys.jwkSet(TestKeys.ES256);
        int room = 256 * 1024 - good.length();
        assertThat(KeySnapshot.parse(good + " ".repeat(room), NOW).keyIds()).hasSize(1);
        assertRefused(good + " ".repeat(room + 1));
    }

    @Test
    void refusesTwoUsableKeysOfOneId() {
        assertRefused(TestKeys.jwkSet(TestKeys.es256("same"), TestKeys.es256("same")));
        assertRefused(TestKeys.jwkSet(TestKeys.es256("same"), TestKeys.ed25519("same")));
    }

    @Test
    void refusesPrivateKeyMaterial() {
        for (JWK key : List.of(TestKeys.ES256, TestKeys.RS256, TestKeys.ED25519)) {
            String leaked = new JWKSet(List.of(key)).toString(false);
            assertThatThrownBy(() -> KeySnapshot.parse(leaked, NOW))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("JWK Set holds private key material");
        }
        Map<String, Object> unusable = member(TestKeys.ES256.toPublicJWK(), "crv", "P-999");
        unusable.put("d", "AA");
        assertRefused(set(unusable, TestKeys.RS256.toPublicJWK().toJSONObject()));
    }

    @Test
    void passesOverOtherMembersOfTheSetAndOfKeys() {
        Map<String, Object> key = member(TestKeys.ES256.toPublicJWK(), "x5c", List.of("AA=="));
        key.put("nbf", 1);
        String document = set(key).replaceFirst("\\{", "{\"x\":[{}],");
        assertThat(KeySnapshot.parse(document, NOW).keyIds()).containsExactly("test-es256");
    }

    // ---- keys that are skipped

    @Test
    void skipsKeysOfOtherKinds() throws Exception {
        assertSkipped(new ECKeyGenerator(Curve.P_384)
                .keyID("k")
                .generate()
                .toPublicJWK()
                .toJSONObject());
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "crv", "secp256k1"));
        assertSkipped(new OctetKeyPairGenerator(Curve.X25519)
                .keyID("k")
                .generate()
                .toPublicJWK()
                .toJSONObject());
        assertSkipped(new OctetSequenceKeyGenerator(256).keyID("k").generate().toJSONObject());
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "kty", "NEW"));
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "kty", "ec"));
    }

    @Test
    void skipsKeysForOtherUses() {
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "use", "enc"));
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "use", 1));
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "key_ops", List.of("sign")));
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "key_ops", List.of()));
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "alg", "ES384"));
        assertSkipped(member(TestKeys.RS256.toPublicJWK(), "alg", "PS256"));
        assertSkipped(member(TestKeys.RS256.toPublicJWK(), "alg", "HS256"));
        assertSkipped(member(TestKeys.ED25519.toPublicJWK(), "alg", "Ed448"));
        assertSkipped(member(TestKeys.ED25519.toPublicJWK(), "alg", List.of()));
    }

    @Test
    void takesKeysThatSayTheirUse() {
        assertTaken(member(TestKeys.ES256.toPublicJWK(), "key_ops", List.of("verify")));
        assertTaken(member(TestKeys.RS256.toPublicJWK(), "alg", "RS256"));
        assertTaken(member(TestKeys.ED25519.toPublicJWK(), "alg", "Ed25519"));
        assertTaken(member(TestKeys.ED25519.toPublicJWK(), "alg", "EdDSA"));
    }

    @Test
    void skipsKeysWithoutId() {
        Map<String, Object> key = member(TestKeys.ES256.toPublicJWK(), "kid", "");
        assertSkipped(key);
        key.remove("kid");
        assertSkipped(key);
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "kid", 7));
    }

    @Test
    void skipsKeysWithBrokenMembers() {
        String x = TestKeys.ES256.getX().toString();
        for (String broken : List.of("", "AAAA", x + "A", x + "=", x.substring(1), "!" + x.substring(1))) {
            assertSkipped(member(TestKeys.ES256.toPublicJWK(), "x", broken));
            assertSkipped(member(TestKeys.ED25519.toPublicJWK(), "x", broken));
        }
        Map<String, Object> key = member(TestKeys.ES256.toPublicJWK(), "x", "");
        key.remove("x");
        assertSkipped(key);
    }

    @Test
    void skipsPointsOffTheCurve() {
        String other = TestKeys.es256("x").getX().toString();
        String zeros = "A".repeat(43);
        String ones = "_".repeat(42) + "8";
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "x", other));
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "x", zeros));
        assertSkipped(member(TestKeys.ES256.toPublicJWK(), "x", ones));
        assertSkipped(member(TestKeys.ED25519.toPublicJWK(), "x", ones));
        assertSkipped(member(TestKeys.ED25519.toPublicJWK(), "x", "AQ" + "A".repeat(41))); // the neutral element
        assertSkipped(member(TestKeys.ED25519.toPublicJWK(), "x", "Ag" + "A".repeat(41))); // y = 2: no such x
    }

    @Test
    void skipsRsaKeysOutOfRange() throws Exception {
        assertSkipped(new RSAKeyGenerator(1024, true)
                .keyID("k")
                .generate()
                .toPublicJWK()
                .toJSONObject());
        assertSkipped(member(TestKeys.RS256.toPublicJWK(), "e", "AQ")); // 1: every message is its own signature
        assertSkipped(member(TestKeys.RS256.toPublicJWK(), "e", "BA")); // even
        assertSkipped(member(TestKeys.RS256.toPublicJWK(), "e", "AQAAAAE")); // 2^32 + 1
        assertSkipped(member(TestKeys.RS256.toPublicJWK(), "e", ""));
        assertSkipped(member(TestKeys.RS256.toPublicJWK(), "n", "gA" + "A".repeat(340))); // even
        assertSkipped(member(TestKeys.RS256.toPublicJWK(), "n", "_".repeat(1400))); // more than 8192 bits
        assertTaken(
                new RSAKeyGenerator(3072).keyID("k").generate().toPublicJWK().toJSONObject());
    }

    // ---- age

    @Test
    void isNeverTooOldUnlessToldSo() {
        assertThat(KeySnapshot.parse(TestKeys.allKeys(), NOW).isTooOld(Instant.MAX.minusSeconds(1)))
                .isFalse();
    }

    @Test
    void isTooOldFromItsLimitOn() {
        KeySnapshot keys = KeySnapshot.parse(TestKeys.allKeys(), NOW).tooOldAfter(Duration.ofHours(1));
        assertThat(keys.isTooOld(NOW.plusSeconds(3600).minusNanos(1))).isFalse();
        assertThat(keys.isTooOld(NOW.plusSeconds(3600))).isTrue();
    }

    @Test
    void isTooOldAtAnyTimeBeforeTheFirstKeys() {
        assertThat(KeySnapshot.none().isTooOld(Instant.EPOCH)).isTrue();
        assertThat(KeySnapshot.none().keyIds()).isEmpty();
    }

    private static void assertRefused(String document) {
        assertThatThrownBy(() -> KeySnapshot.parse(document, NOW)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Beside a usable key, which stays. */
    private static void assertSkipped(Map<String, Object> key) {
        String document = set(key, TestKeys.es256("good").toPublicJWK().toJSONObject());
        assertThat(KeySnapshot.parse(document, NOW).keyIds()).containsExactly("good");
    }

    private static void assertTaken(Map<String, Object> key) {
        assertThat(KeySnapshot.parse(set(key), NOW).keyIds()).hasSize(1);
    }

    private static Map<String, Object> member(JWK key, String name, Object value) {
        Map<String, Object> members = key.toJSONObject();
        members.put(name, value);
        return members;
    }

    private static String set(Map<?, ?>... keys) {
        return JSONObjectUtils.toJSONString(Map.of("keys", List.of(keys)));
    }
}
