package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RingKey;
import org.sipoauth.keys.RotationPolicy;

class RefreshTokenTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final RingKey KEY = key();
    private static final FamilyId FAMILY = FamilyId.random(RANDOM);
    private static final FamilySecret SECRET = FamilySecret.random(RANDOM);
    private static final RefreshToken TOKEN = RefreshToken.make(FAMILY, 7, KEY, SECRET);

    @Test
    void saysWhatItWasMadeOf() {
        RefreshToken read = RefreshToken.parse(TOKEN.value()).orElseThrow();

        assertThat(read.family()).isEqualTo(FAMILY);
        assertThat(read.generation()).isEqualTo(7);
        assertThat(read.keyId()).isEqualTo(KEY.id());
        assertThat(read.isAuthentic(KEY, SECRET)).isTrue();
    }

    @Test
    void isTheSameTokenEachTimeItIsMade() {
        assertThat(RefreshToken.make(FAMILY, 7, KEY, SECRET).value()).isEqualTo(TOKEN.value());
    }

    @Test
    void staysUnder120Characters() {
        assertThat(TOKEN.value()).hasSizeLessThan(120).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void cannotBeMadeFromTheKeyAlone() {
        assertThat(RefreshToken.make(FAMILY, 7, KEY, FamilySecret.random(RANDOM))
                        .isAuthentic(KEY, SECRET))
                .isFalse();
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
                .filter(token -> token.family().equals(FAMILY))
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
            byte[] bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            if (bytes.length > 2) {
                bytes[0] = 1;
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

    private static RingKey key() {
        return KeyRing.create(RotationPolicy.defaults(), KeyVault.inRing(), Instant.parse("2026-01-01T00:00:00Z"))
                .active(KeyUse.REFRESH_TOKEN_AUTHENTICATION);
    }
}
