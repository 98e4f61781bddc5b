package org.sipoauth.verifier.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.verifier.TestKeys;
import org.sipoauth.verifier.TestStatusList;
import org.sipoauth.verifier.TestTokens;
import org.sipoauth.verifier.internal.MalformedException;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;

class StatusListTokenTest {
    private static final String URI = TestTokens.STATUS_LIST;
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final KeySource KEYS = KeySource.fixed(TestKeys.allKeys());

    // ---- what is in a list

    @Test
    void readsStatusesFromTheLowestBitUp() throws Exception {
        StatusList list = verify(valid().revoked(0, 9, 1023).sign());
        List<Integer> set = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            assertThat(list.covers(i)).isTrue();
            if (list.isSet(i)) {
                set.add(i);
            }
        }
        assertThat(set).containsExactly(0, 9, 1023);
        assertThat(list.countSet()).isEqualTo(3);
        assertThat(list.covers(1024)).isFalse();
        assertThat(list.covers(Integer.MAX_VALUE)).isFalse();
    }

    @Test
    void readsTheExamplesOfTheSpecification() throws Exception {
        StatusList one = verify(withList(1, "eNrbuRgAAhcBXQ")); // §4.2
        assertThat(statuses(one, 16)).isEqualTo("1001110111000101");
        StatusList two =
                verify(withList(2, "eNo76fITAAPfAgc")); // appendix, 12 statuses of 2 bits: 1 2 0 3 0 1 0 1 1 2 3 3
        assertThat(statuses(two, 12)).isEqualTo("110101011111");
        assertThat(two.covers(12)).isFalse();
        assertThat(two.countSet()).isEqualTo(9);
    }

    private static String statuses(StatusList list, int count) {
        StringBuilder statuses = new StringBuilder();
        for (int i = 0; i < count; i++) {
            statuses.append(list.isSet(i) ? '1' : '0');
        }
        return statuses.toString();
    }

    private static String withList(int bits, String list) {
        return valid().withList("bits", bits).withList("lst", list).sign();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void readsStatusesOfEveryWidth(int bits) throws Exception {
        StatusList list = verify(
                valid().withList("bits", bits).revoked(3 * bits + bits - 1).sign());
        assertThat(list.isSet(3)).isTrue();
        assertThat(list.countSet()).isOne();
        assertThat(list.covers(1024 / bits - 1)).isTrue();
        assertThat(list.covers(1024 / bits)).isFalse();
    }

    // ---- what is refused

    @Test
    void acceptsEveryAlgorithmAndUnknownMembers() throws Exception {
        assertThat(verify(valid().with("x", 1)
                                .withHeader("x", 1)
                                .withList("aggregation_uri", "https://x/")
                                .sign())
                        .uri())
                .isEqualTo(URI);
        assertThat(verify(valid().without("iss").without("exp").without("ttl").sign())
                        .expiresAt())
                .isEqualTo(Instant.MAX);
    }

    @Test
    void refusesWhatIsNotItsList() {
        assertRefused(list -> list.with("sub", URI + "0"), "sub");
        assertRefused(list -> list.without("sub"), "sub");
        assertRefused(list -> list.with("iss", TestTokens.ISSUER + "/"), "iss");
        assertRefused(list -> list.withHeader("typ", "at+jwt"), "typ");
        assertRefused(list -> list.withHeader("typ", "JWT"), "typ");
        assertRefused(list -> list.withHeader("crit", List.of("x")), "crit");
    }

    @Test
    void refusesListOutOfItsTime() {
        long now = NOW.getEpochSecond();
        assertRefused(list -> list.without("iat"), "iat");
        assertRefused(list -> list.with("iat", now + 301), "future");
        assertRefused(list -> list.with("nbf", now + 301), "not valid yet");
        assertRefused(list -> list.with("exp", now), "expired");
        assertRefused(list -> list.with("ttl", 0), "ttl");
        assertThat(accepted(list -> list.with("iat", now + 300))).isTrue();
        assertThat(accepted(list -> list.with("nbf", now + 300))).isTrue();
        assertThat(accepted(list -> list.with("exp", now + 1))).isTrue();
    }

    @Test
    void refusesSignatureThatIsNotOfTrustedKey() throws Exception {
        String genuine = valid().sign();
        assertRefused(valid().sign(TestKeys.es256("stranger")), "not trusted");
        assertRefused(valid().withHeader("kid", "test-es256").sign(TestKeys.es256("stranger")), "not signed");
        assertRefused(valid().withHeader("alg", "RS256").sign(), "alg");
        assertRefused(valid().withHeader("alg", "none").sign(), "alg");
        assertRefused(valid().withHeader("alg", "HS256").sign(), "alg");
        assertRefused(genuine.substring(0, genuine.lastIndexOf('.') + 1), "not signed");
        KeySource none = KeySnapshot::none;
        assertThatThrownBy(() -> StatusListToken.verify(genuine, URI, TestTokens.ISSUER, none, NOW))
                .hasMessageContaining("no keys");
    }

    @Test
    void asksForKeyThatItDoesNotKnow() {
        List<String> asked = new ArrayList<>();
        KeySource keys = new KeySource() {
            @Override
            public KeySnapshot current() {
                return KEYS.current();
            }

            @Override
            public void keyUnknown(String keyId) {
                asked.add(keyId);
            }
        };
        String token = valid().sign(TestKeys.es256("new-key"));
        assertThatThrownBy(() -> StatusListToken.verify(token, URI, TestTokens.ISSUER, keys, NOW))
                .isInstanceOf(MalformedException.class);
        assertThat(asked).containsExactly("new-key");
    }

    @Test
    void refusesListThatIsNone() {
        assertRefused(list -> list.with("status_list", "x"), "no {");
        assertRefused(list -> list.with("status_list", Map.of("bits", 1)), "lst");
        assertRefused(list -> list.withList("bits", 3), "bits");
        assertRefused(list -> list.withList("bits", 16), "bits");
        assertRefused(list -> list.withList("bits", ""), "bits");
        assertRefused(list -> list.withList("lst", "eNrbuRgAAhcBXQ=="), "base64url");
        assertRefused(list -> list.withList("lst", "AAAA"), "ZLIB");
        assertRefused(list -> list.withList("lst", "eNrbuRgAAhcB"), "too early");
        assertRefused(list -> list.withList("lst", "eNrbuRgAAhcBXA"), "ZLIB"); // another checksum
        assertRefused(list -> list.withList("lst", "eNrbuRgAAhcBXQAA"), "after");
    }

    @Test
    void stopsListThatGrowsBeyondItsLimit() throws Exception {
        int limit = StatusListToken.MAX_LIST_BYTES;
        String bomb = TestStatusList.compressed(new byte[200 * 1024 * 1024]);
        assertThat(bomb.length()).isLessThan(StatusListToken.MAX_LENGTH);
        assertRefused(list -> list.withList("lst", bomb), "more than");
        String one = TestStatusList.compressed(new byte[limit + 1]);
        assertRefused(list -> list.withList("lst", one), "more than");
        assertThat(verify(valid().withList("lst", TestStatusList.compressed(new byte[limit]))
                                .sign())
                        .covers(limit * 8 - 1))
                .isTrue();
    }

    @Test
    void hasRoomForListThatDoesNotCompress() throws Exception {
        byte[] values = new byte[StatusListToken.MAX_LIST_BYTES];
        new Random(1).nextBytes(values);
        String token =
                valid().withList("lst", TestStatusList.compressed(values)).sign();
        assertThat(token.length()).isLessThan(StatusListToken.MAX_LENGTH);
        assertThat(verify(token).values()).isEqualTo(values);
        assertRefused(token + "A".repeat(StatusListToken.MAX_LENGTH), "more than 2048 KiB");
    }

    @Test
    void refusesAnyOtherBytesAndThrowsNothingElse() {
        Random random = new Random(20261124);
        String genuine = valid().revoked(5).sign();
        for (int i = 0; i < 5_000; i++) {
            String text = mutated(genuine, random);
            if (!text.equals(genuine)) {
                assertThatThrownBy(() -> verify(text)).as(text).isInstanceOf(MalformedException.class);
            }
        }
    }

    @Test
    void readsAnyGenuinelySignedContentWithoutThrowingAnythingElse() {
        Random random = new Random(20261124);
        String claims = "{\"sub\":\"" + URI + "\",\"iat\":1,\"status_list\":{\"bits\":1,\"lst\":\"eNrbuRgAAhcBXQ\"}}";
        String header = "{\"alg\":\"ES256\",\"kid\":\"test-es256\",\"typ\":\"statuslist+jwt\"}";
        int read = 0;
        for (int i = 0; i < 2_000; i++) {
            String token = TestTokens.signRaw(header, mutated(claims, random), TestKeys.ES256);
            try {
                assertThat(verify(token).uri()).isEqualTo(URI);
                read++;
            } catch (MalformedException expected) {
                assertThat(expected).hasMessageNotContaining("eNrb");
            }
        }
        assertThat(read).isBetween(1, 1_000);
    }

    private static String mutated(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int n = 1 + random.nextInt(3); n > 0 && mutated.length() > 0; n--) {
            int at = random.nextInt(mutated.length());
            switch (random.nextInt(4)) {
                case 0 -> mutated.setCharAt(at, (char) (' ' + random.nextInt(95)));
                case 1 -> mutated.deleteCharAt(at);
                case 2 -> mutated.insert(at, (char) random.nextInt(256));
                default -> mutated.setLength(at);
            }
        }
        return mutated.toString();
    }

    private static TestStatusList valid() {
        return TestStatusList.of(URI, NOW);
    }

    private static StatusList verify(String token) throws MalformedException {
        return StatusListToken.verify(token, URI, TestTokens.ISSUER, KEYS, NOW);
    }

    private static boolean accepted(UnaryOperator<TestStatusList> change) {
        try {
            return verify(change.apply(valid()).sign()).uri().equals(URI);
        } catch (MalformedException refused) {
            return false;
        }
    }

    private static void assertRefused(UnaryOperator<TestStatusList> change, String why) {
        assertRefused(change.apply(valid()).sign(), why);
    }

    private static void assertRefused(String token, String why) {
        assertThatThrownBy(() -> verify(token))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining(why);
    }
}
