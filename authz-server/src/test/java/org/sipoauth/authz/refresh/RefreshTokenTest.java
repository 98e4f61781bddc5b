package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RingKey;
import org.sipoauth.keys.RotationPolicy;

class RefreshTokenTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final RingKey KEY = key();
    private static final FamilySecret SECRET = FamilySecret.random(RANDOM);
    private static final Family FAMILY = family("alice", Optional.of("CSFALICE"), SECRET);
    private static final RefreshToken TOKEN = RefreshToken.make(FAMILY, 7, KEY);

    @Test
    void saysWhatItWasMadeOf() {
        RefreshToken read = RefreshToken.parse(TOKEN.value()).orElseThrow();

        assertThat(read.family()).isEqualTo(FAMILY.id());
        assertThat(read.generation()).isEqualTo(7);
        assertThat(read.holder()).contains(new RefreshToken.Holder("alice", Optional.of("CSFALICE")));
        assertThat(read.keyId()).isEqualTo(KEY.id());
        assertThat(read.isAuthentic(KEY, SECRET)).isTrue();
    }

    @Test
    void isTheSameTokenEachTimeItIsMade() {
        assertThat(RefreshToken.make(FAMILY, 7, KEY).value()).isEqualTo(TOKEN.value());
    }

    @Test
    void namesNoDeviceForALoginWithoutOne() {
        RefreshToken token = RefreshToken.make(family("alice", Optional.empty(), SECRET), 7, KEY);

        RefreshToken read = RefreshToken.parse(token.value()).orElseThrow();

        assertThat(read.holder()).contains(new RefreshToken.Holder("alice", Optional.empty()));
        assertThat(read.isAuthentic(KEY, SECRET)).isTrue();
    }

    @Test
    void staysUnder220CharactersWithTheLongestNames() {
        Family longest = family("a".repeat(64), Optional.of("CSF" + "A".repeat(12)), SECRET);

        assertThat(RefreshToken.make(longest, Integer.MAX_VALUE, KEY).value())
                .hasSizeLessThan(220)
                .matches("[A-Za-z0-9_-]+");
        assertThat(TOKEN.value()).hasSizeLessThan(140);
    }

    /** A name of another directory's is longer than those that are made here. */
    @Test
    void readsTheLargestTokenThatIsMade() {
        Family largest = family("a".repeat(255), Optional.of("D".repeat(255)), SECRET);
        RingKey key = keyWithTheLongestId();

        RefreshToken made = RefreshToken.make(largest, Integer.MAX_VALUE, key);

        assertThat(RefreshToken.parse(made.value()).map(read -> read.isAuthentic(key, SECRET)))
                .contains(true);
        assertThatThrownBy(() -> RefreshToken.make(family("a".repeat(256), Optional.empty(), SECRET), 1, key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 255 bytes");
    }

    @Test
    void readsATokenOfAnEarlierBuildWhichNamesNobody() {
        RefreshToken read = RefreshToken.parse(withoutHolder(FAMILY, 7, KEY)).orElseThrow();

        assertThat(read.family()).isEqualTo(FAMILY.id());
        assertThat(read.generation()).isEqualTo(7);
        assertThat(read.holder()).isEmpty();
        assertThat(read.keyId()).isEqualTo(KEY.id());
        assertThat(read.isAuthentic(KEY, SECRET)).isTrue();
        assertThat(read.isAuthentic(KEY, FamilySecret.random(RANDOM))).isFalse();
    }

    /** As builds before 0.1.0 made it. */
    static String withoutHolder(Family family, int generation, RingKey key) {
        ByteBuffer authenticated = ByteBuffer.allocate(22).put((byte) 1);
        family.id().putInto(authenticated);
        authenticated.putInt(generation);
        byte[] label = "sip-oauth refresh token".getBytes(StandardCharsets.US_ASCII);
        byte[] secret = family.secret().bytes();
        byte[] id = key.id().value().getBytes(StandardCharsets.US_ASCII);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(
                    key.mac(ByteBuffer.allocate(label.length + secret.length)
                            .put(label)
                            .put(secret)
                            .array()),
                    "HmacSHA256"));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(ByteBuffer.allocate(22 + 32 + id.length)
                            .put(authenticated.array())
                            .put(mac.doFinal(authenticated.array()))
                            .put(id)
                            .array());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void cannotBeMadeFromTheKeyAlone() {
        Family another = family("alice", Optional.of("CSFALICE"), FamilySecret.random(RANDOM));

        assertThat(RefreshToken.make(another, 7, KEY).isAuthentic(KEY, SECRET)).isFalse();
    }

    @Test
    void cannotBeMadeFromTheSecretAlone() {
        assertThat(TOKEN.isAuthentic(key(), SECRET)).isFalse();
    }

    @Test
    void isNotAuthenticWithAnyOtherCharacterAnywhere() {
        String value = TOKEN.value();
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (int place = 0; place < value.length(); place++) {
            for (char other : alphabet.toCharArray()) {
                if (other != value.charAt(place)) {
                    String changed = value.substring(0, place) + other + value.substring(place + 1);
                    assertThat(isAccepted(changed)).as(changed).isFalse();
                }
            }
        }
    }

    /** As the grant reads it: the family's secret, and the key that the token names. */
    private static boolean isAccepted(String value) {
        return RefreshToken.parse(value)
                .filter(token -> token.family().equals(FAMILY.id()))
                .filter(token -> token.keyId().equals(KEY.id()))
                .filter(token -> token.isAuthentic(KEY, SECRET))
                .isPresent();
    }

    @Test
    void readsNoTokenCutShortOrLengthened() {
        String value = TOKEN.value();
        for (int length = 0; length < value.length(); length++) {
            assertThat(isAccepted(value.substring(0, length))).isFalse();
        }
        assertThat(isAccepted(value + "A")).isFalse();
        assertThat(isAccepted(value + "=")).isFalse();
        assertThat(isAccepted(value + "AAAA".repeat(1000))).isFalse();
    }

    @Test
    void readsAnyBytesWithoutThrowing() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > 2) {
                bytes[0] = (byte) (1 + random.nextInt(2));
                bytes[1] = (byte) random.nextInt(64);
            }
            Optional<RefreshToken> token =
                    RefreshToken.parse(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
            assertThat(token.map(read -> read.isAuthentic(KEY, SECRET))).isNotEqualTo(Optional.of(true));
        }
    }

    @Test
    void hidesItselfInLogs() {
        assertThat(TOKEN.toString()).doesNotContain(TOKEN.value()).contains("generation 7");
        assertThat(SECRET.toString()).doesNotContain(SECRET.toStored());
    }

    private static Family family(String user, Optional<String> device, FamilySecret secret) {
        Instant begun = Instant.parse("2026-01-01T00:00:00Z");
        return new Family(
                FamilyId.random(RANDOM),
                user,
                device,
                "softphone",
                Set.of("sip.register"),
                Optional.empty(),
                begun,
                begun.plusSeconds(3600),
                secret);
    }

    private static RingKey key() {
        return ring().active(KeyUse.REFRESH_TOKEN_AUTHENTICATION);
    }

    /** With an id of the greatest length, which a ring may have that is read. */
    private static RingKey keyWithTheLongestId() {
        KeyRing ring = ring();
        String id = ring.active(KeyUse.REFRESH_TOKEN_AUTHENTICATION).id().value();
        return KeyRing.fromPrivateJson(ring.toPrivateJson().replace(id, "k".repeat(64)), KeyVault.inRing())
                .active(KeyUse.REFRESH_TOKEN_AUTHENTICATION);
    }

    private static KeyRing ring() {
        return KeyRing.create(RotationPolicy.defaults(), KeyVault.inRing(), Instant.parse("2026-01-01T00:00:00Z"));
    }
}
