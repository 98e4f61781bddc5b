package org.sipoauth.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sipoauth.keys.KeyState.ACTIVE;
import static org.sipoauth.keys.KeyState.PUBLISHED;
import static org.sipoauth.keys.KeyState.RETIRED;
import static org.sipoauth.keys.KeyState.REVOKED;
import static org.sipoauth.keys.KeyUse.ACCESS_TOKEN_SIGNING;
import static org.sipoauth.keys.KeyUse.REFRESH_TOKEN_AUTHENTICATION;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyRingTest {
    private static final KeyVault VAULT = KeyVault.inRing();
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final RotationPolicy POLICY = RotationPolicy.defaults();
    private static final Instant PROPAGATED = START.plus(POLICY.propagation());
    private static final Instant DUE = START.plus(POLICY.rotateEvery());

    private final KeyRing first = KeyRing.create(POLICY, VAULT, START);

    @ParameterizedTest
    @EnumSource(KeyUse.class)
    void firstRingHasAnActiveKeyAndItsSuccessor(KeyUse use) {
        assertThat(statesOf(first, use)).containsExactly(ACTIVE, PUBLISHED);
    }

    @Test
    void refusesToActivateAKeyThatVerifiersMayNotKnow() {
        Instant tooEarly = PROPAGATED.minusNanos(1);

        assertThatThrownBy(() -> first.activate(ACCESS_TOKEN_SIGNING, POLICY, tooEarly))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("propagation time of PT15M");
    }

    @Test
    void activatesASuccessorThatHasPropagated() {
        RingKey successor = first.successor(ACCESS_TOKEN_SIGNING).orElseThrow();

        KeyRing next = first.activate(ACCESS_TOKEN_SIGNING, POLICY, PROPAGATED);

        assertThat(next.active(ACCESS_TOKEN_SIGNING).id()).isEqualTo(successor.id());
        assertThat(next.active(ACCESS_TOKEN_SIGNING).activatedAt()).contains(PROPAGATED);
        assertThat(statesOf(next, ACCESS_TOKEN_SIGNING)).containsExactly(RETIRED, ACTIVE);
        assertThat(statesOf(next, REFRESH_TOKEN_AUTHENTICATION)).containsExactly(ACTIVE, PUBLISHED);
    }

    @Test
    void rotatingPublishesTheNextSuccessorAtOnce() {
        KeyRing next = first.rotate(ACCESS_TOKEN_SIGNING, POLICY, VAULT, PROPAGATED);

        assertThat(statesOf(next, ACCESS_TOKEN_SIGNING)).containsExactly(RETIRED, ACTIVE, PUBLISHED);
        assertThatThrownBy(() -> next.rotate(ACCESS_TOKEN_SIGNING, POLICY, VAULT, PROPAGATED))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("propagation time");
    }

    @Test
    void destroysThePrivateHalfOfARetiredSigningKey() {
        RingKey before = first.active(ACCESS_TOKEN_SIGNING);
        KeyRing next = first.activate(ACCESS_TOKEN_SIGNING, POLICY, PROPAGATED);
        RingKey retired = next.find(before.id()).orElseThrow();

        assertThat(retired.material().orElseThrow().isPrivate()).isFalse();
        assertThat(retired.publicJwk()).isEqualTo(before.publicJwk());
        assertThatThrownBy(() -> retired.sign(new byte[1])).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keepsARetiredRefreshKeyAtWorkToTheLongestFamilyEnd() {
        RingKey before = first.active(REFRESH_TOKEN_AUTHENTICATION);
        byte[] mac = before.mac(new byte[] {1});
        KeyRing next = first.activate(REFRESH_TOKEN_AUTHENTICATION, POLICY, PROPAGATED);
        Instant lastUse = PROPAGATED.plus(POLICY.retention(REFRESH_TOKEN_AUTHENTICATION));

        assertThat(next.find(before.id()).orElseThrow().mac(new byte[] {1})).isEqualTo(mac);
        assertThat(next.removeExpired(POLICY, lastUse.minusNanos(1)).find(before.id()))
                .isPresent();
        assertThat(next.removeExpired(POLICY, lastUse).find(before.id())).isEmpty();
        assertThat(POLICY.retention(REFRESH_TOKEN_AUTHENTICATION)).isGreaterThan(POLICY.refreshTokenLifetime());
    }

    @Test
    void removesARetiredSigningKeyWhenItsLastTokenHasExpired() {
        KeyId retired = first.active(ACCESS_TOKEN_SIGNING).id();
        KeyRing next = first.activate(ACCESS_TOKEN_SIGNING, POLICY, PROPAGATED);
        Instant end = PROPAGATED.plus(POLICY.retention());

        assertThat(next.removeExpired(POLICY, end.minusNanos(1))).isSameAs(next);
        assertThat(next.removeExpired(POLICY, end).find(retired)).isEmpty();
    }

    @Test
    void advanceChangesNothingWhileNothingIsDue() {
        assertThat(first.advance(POLICY, VAULT, DUE.minusNanos(1))).isSameAs(first);
    }

    @ParameterizedTest
    @EnumSource(KeyUse.class)
    void advanceRotatesWhenDueAndPublishesTheNextSuccessor(KeyUse use) {
        KeyId successor = first.successor(use).orElseThrow().id();

        KeyRing next = first.advance(POLICY, VAULT, DUE);

        assertThat(next.active(use).id()).isEqualTo(successor);
        assertThat(statesOf(next, use)).containsExactly(RETIRED, ACTIVE, PUBLISHED);
        assertThat(next.nextRotation(use, POLICY)).isEqualTo(DUE.plus(POLICY.rotateEvery()));
        assertThat(next.advance(POLICY, VAULT, DUE)).isSameAs(next);
    }

    @Test
    void advanceWaitsForASuccessorThatIsTooYoung() {
        KeyRing withoutSuccessor = new KeyRing(
                first.keys().stream().filter(key -> key.state() == ACTIVE).toList());

        KeyRing published = withoutSuccessor.advance(POLICY, VAULT, DUE);
        assertThat(statesOf(published, ACCESS_TOKEN_SIGNING)).containsExactly(ACTIVE, PUBLISHED);
        assertThat(published.advance(
                        POLICY, VAULT, DUE.plus(POLICY.propagation()).minusNanos(1)))
                .isSameAs(published);
        KeyRing rotated = published.advance(POLICY, VAULT, DUE.plus(POLICY.propagation()));
        assertThat(statesOf(rotated, ACCESS_TOKEN_SIGNING)).containsExactly(RETIRED, ACTIVE, PUBLISHED);
    }

    @Test
    void aClockThatGoesBackChangesNothing() {
        KeyRing rotated = first.advance(POLICY, VAULT, DUE);

        assertThat(rotated.advance(POLICY, VAULT, START.minus(Duration.ofDays(1))))
                .isSameAs(rotated);
    }

    @Test
    void changesTheAlgorithmWithTheNextPublishedKey() {
        RotationPolicy rsa =
                RotationPolicy.builder().algorithm(SignatureAlgorithm.RS256).build();

        KeyRing onceRotated = first.advance(rsa, VAULT, DUE);
        KeyRing twiceRotated = onceRotated.advance(rsa, VAULT, DUE.plus(rsa.rotateEvery()));

        assertThat(onceRotated.active(ACCESS_TOKEN_SIGNING).algorithm()).isEqualTo(SignatureAlgorithm.ES256);
        assertThat(twiceRotated.active(ACCESS_TOKEN_SIGNING).algorithm()).isEqualTo(SignatureAlgorithm.RS256);
    }

    @ParameterizedTest
    @EnumSource(KeyUse.class)
    void revokingTheActiveKeyHandsOverAtOnce(KeyUse use) {
        KeyId leaked = first.active(use).id();
        KeyId successor = first.successor(use).orElseThrow().id();

        KeyRing next = first.revoke(leaked, POLICY, VAULT, START);

        assertThat(next.active(use).id()).isEqualTo(successor);
        assertThat(statesOf(next, use)).containsExactly(REVOKED, ACTIVE, PUBLISHED);
        assertThat(next.find(leaked).orElseThrow().material().filter(jwk -> jwk.isPrivate()))
                .isEmpty();
        assertThat(next.revoke(leaked, POLICY, VAULT, START)).isSameAs(next);
    }

    @Test
    void revokingASuccessorLeavesTheActiveKeyAtWork() {
        KeyId leaked = first.successor(ACCESS_TOKEN_SIGNING).orElseThrow().id();

        KeyRing next = first.revoke(leaked, POLICY, VAULT, START).advance(POLICY, VAULT, START);

        assertThat(next.active(ACCESS_TOKEN_SIGNING).id())
                .isEqualTo(first.active(ACCESS_TOKEN_SIGNING).id());
        assertThat(statesOf(next, ACCESS_TOKEN_SIGNING)).containsExactly(ACTIVE, REVOKED, PUBLISHED);
    }

    @Test
    void revokingAKeyThatIsNotThereSaysSo() {
        assertThatThrownBy(() -> first.revoke(new KeyId("nobody"), POLICY, VAULT, START))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nobody");
    }

    @Test
    void survivesItsJsonForm() {
        KeyRing ring = first.advance(POLICY, VAULT, DUE)
                .revoke(first.active(REFRESH_TOKEN_AUTHENTICATION).id(), POLICY, VAULT, DUE);

        KeyRing read = KeyRing.fromPrivateJson(ring.toPrivateJson(), VAULT);

        assertThat(read.toPrivateJson()).isEqualTo(ring.toPrivateJson());
        assertThat(read.keys())
                .extracting(RingKey::id)
                .isEqualTo(ring.keys().stream().map(RingKey::id).toList());
    }

    @Test
    void refusesJsonThatIsNoRing() {
        String twoActive = first.toPrivateJson().replace("PUBLISHED", "ACTIVE");

        for (String json :
                List.of("", "{}", "[]", "{\"keys\":[]}", "{\"keys\":[{}]}", "{\"keys\":[null]}", twoActive)) {
            assertThatThrownBy(() -> KeyRing.fromPrivateJson(json, VAULT))
                    .describedAs(json)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void printsNoKeyMaterial() {
        String json = first.toPrivateJson();
        String printed = first + " " + first.keys();

        assertThat(json).contains("\"d\":", "\"k\":");
        for (RingKey key : first.keys()) {
            Object secret = key.material().orElseThrow().toJSONObject().getOrDefault("d", "");
            Object symmetric = key.material().orElseThrow().toJSONObject().getOrDefault("k", "");
            assertThat(printed).doesNotContain(secret + "" + symmetric);
        }
    }

    private static List<KeyState> statesOf(KeyRing ring, KeyUse use) {
        return ring.keys().stream()
                .filter(key -> key.use() == use)
                .map(RingKey::state)
                .toList();
    }
}
