package org.sipoauth.keys.jwk;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sipoauth.keys.KeyId;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;

class JwkSetTest {
    private static final KeyVault VAULT = KeyVault.inRing();
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final RotationPolicy POLICY = RotationPolicy.defaults();

    private final KeyRing first = KeyRing.create(POLICY, VAULT, START);

    @Test
    void listsPublishedActiveAndRetiredSigningKeysAndNothingPrivate() throws Exception {
        KeyRing rotated = first.advance(POLICY, VAULT, START.plus(POLICY.rotateEvery()));

        JWKSet set = JWKSet.parse(JwkSet.toJson(rotated));

        assertThat(idsOf(set)).isEqualTo(signingKeysOf(rotated)).hasSize(3);
        assertThat(set.getKeys()).noneMatch(JWK::isPrivate);
    }

    @Test
    void leavesOutARevokedKey() throws Exception {
        KeyId leaked = first.active(KeyUse.ACCESS_TOKEN_SIGNING).id();

        JWKSet set = JWKSet.parse(JwkSet.toJson(first.revoke(leaked, POLICY, VAULT, START)));

        assertThat(idsOf(set)).hasSize(2).doesNotContain(leaked.value());
    }

    private static List<String> idsOf(JWKSet set) {
        return set.getKeys().stream().map(JWK::getKeyID).toList();
    }

    private static List<String> signingKeysOf(KeyRing ring) {
        return ring.keys().stream()
                .filter(key -> key.use() == KeyUse.ACCESS_TOKEN_SIGNING)
                .map(key -> key.id().value())
                .toList();
    }
}
