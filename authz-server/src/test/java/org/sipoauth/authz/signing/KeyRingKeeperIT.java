package org.sipoauth.authz.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.keys.KeyId;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.sipoauth.keys.SignatureAlgorithm;
import org.sipoauth.keys.store.KeyRingStore;
import org.sipoauth.keys.store.KeyRingStoreException;
import org.sipoauth.keys.store.MasterKey;
import org.sipoauth.keys.store.StoredRing;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Several servers on one ring in a real Redis. {@code -Dsipoauth.rotations=1000} for the recorded run. */
class KeyRingKeeperIT {
    private static final int ROTATIONS = Integer.getInteger("sipoauth.rotations", 50);
    private static final RotationPolicy POLICY =
            RotationPolicy.builder().algorithm(SignatureAlgorithm.ED25519).build();

    private static RedisForTests.Running redis;
    private static MasterKey masterKey;

    @TempDir
    private static Path folder;

    private final TestClock clock = new TestClock(Instant.now());
    private StringRedisTemplate template;

    @BeforeAll
    static void openRedis() {
        redis = RedisForTests.open();
        masterKey = MasterKey.create(folder.resolve("master.key"));
    }

    @AfterAll
    static void closeRedis() {
        redis.close();
    }

    @BeforeEach
    void forgetTheRing() {
        template = redis.template();
        template.delete(RedisKeyRingStore.KEY);
    }

    @Test
    void serversThatStartInTheSameInstantMakeOneRing() throws Exception {
        List<KeyRingKeeper> keepers = inTheSameInstant(4, this::keeper);

        assertThat(keepers).extracting(keeper -> keeper.get().toPrivateJson()).containsOnly(storedRing());
    }

    @Test
    void serversThatRotateInTheSameInstantMakeOneSuccessor() throws Exception {
        List<KeyRingKeeper> keepers = List.of(keeper(), keeper());
        for (int rotation = 1; rotation <= ROTATIONS; rotation++) {
            clock.advance(POLICY.rotateEvery());
            long before = store().load().orElseThrow().version();
            KeyRing previous = store().load().orElseThrow().ring();

            inTheSameInstant(keepers, KeyRingKeeper::turn);

            StoredRing after = store().load().orElseThrow();
            assertThat(after.version()).describedAs("rotation %d", rotation).isEqualTo(before + 1);
            for (KeyUse use : KeyUse.values()) {
                assertThat(after.ring().active(use).id())
                        .isEqualTo(previous.successor(use).orElseThrow().id());
                assertThat(after.ring().keys())
                        .filteredOn(key -> key.use() == use && key.state() == KeyState.PUBLISHED)
                        .hasSize(1);
            }
            assertThat(keepers)
                    .extracting(keeper -> keeper.get().toPrivateJson())
                    .containsOnly(storedRing());
        }
    }

    @Test
    void everyServerTakesOverWhatOneChanged() {
        KeyRingKeeper one = keeper();
        KeyRingKeeper other = keeper();
        KeyId leaked = one.get().active(KeyUse.ACCESS_TOKEN_SIGNING).id();

        one.change("test", (ring, now) -> ring.revoke(leaked, POLICY, KeyVault.inRing(), now));
        other.turn();

        assertThat(other.get().find(leaked).orElseThrow().state()).isEqualTo(KeyState.REVOKED);
    }

    @Test
    void concurrentChangesAreAllMade() throws Exception {
        List<KeyRingKeeper> keepers = List.of(keeper(), keeper(), keeper());
        long before = store().load().orElseThrow().version();

        inTheSameInstant(
                keepers,
                keeper -> keeper.change(
                        "test",
                        (ring, now) -> ring.publish(KeyUse.ACCESS_TOKEN_SIGNING, POLICY, KeyVault.inRing(), now)));

        StoredRing after = store().load().orElseThrow();
        assertThat(after.version()).isEqualTo(before + 3);
        Set<KeyId> published = new HashSet<>();
        after.ring().keys().stream()
                .filter(key -> key.use() == KeyUse.ACCESS_TOKEN_SIGNING && key.state() == KeyState.PUBLISHED)
                .forEach(key -> published.add(key.id()));
        assertThat(published).hasSize(4);
    }

    @Test
    void putsBackARingThatTheStoreHasLost() {
        KeyRingKeeper keeper = keeper();
        StoredRing old = store().load().orElseThrow();
        clock.advance(POLICY.rotateEvery());
        keeper.turn();
        String newest = keeper.get().toPrivateJson();
        template.delete(RedisKeyRingStore.KEY);
        store().replace(KeyRingStore.NONE, old);

        keeper.turn();

        assertThat(storedRing()).isEqualTo(newest);
        assertThat(keeper.get().toPrivateJson()).isEqualTo(newest);
    }

    @Test
    void putsBackARingThatIsGoneAltogether() {
        KeyRingKeeper keeper = keeper();
        String held = keeper.get().toPrivateJson();
        template.delete(RedisKeyRingStore.KEY);

        keeper.turn();

        assertThat(storedRing()).isEqualTo(held);
    }

    @Test
    void refusesARingOfAnotherMasterKey() {
        keeper();
        String before = template.<String, String>opsForHash().get(RedisKeyRingStore.KEY, "ring");
        MasterKey other = MasterKey.create(folder.resolve("other.key"));
        RedisKeyRingStore stranger = new RedisKeyRingStore(template, other, KeyVault.inRing());

        assertThatThrownBy(() -> keeper(stranger, clock))
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageContainingAll(masterKey.id(), other.id());
        assertThat(template.<String, String>opsForHash().get(RedisKeyRingStore.KEY, "ring"))
                .isEqualTo(before);
    }

    @Test
    void encryptsTheRingAnewWhenTheMasterKeyChanges() {
        keeper();
        String before = storedRing();
        MasterKey next = MasterKey.create(folder.resolve("next.key"));

        RedisKeyRingStore first = RedisKeyRingStore.open(template, next, Optional.of(masterKey), KeyVault.inRing());
        RedisKeyRingStore second = RedisKeyRingStore.open(template, next, Optional.of(masterKey), KeyVault.inRing());

        assertThat(first.load().orElseThrow().ring().toPrivateJson()).isEqualTo(before);
        assertThat(second.load().orElseThrow().version()).isEqualTo(2);
        assertThatThrownBy(() -> store().load())
                .isInstanceOf(KeyRingStoreException.class)
                .hasMessageContaining(next.id());
    }

    @Test
    void redisHoldsNoKeyInTheClear() {
        keeper();
        List<String> secrets = Pattern.compile("\"[dk]\":\"([^\"]+)\"")
                .matcher(storedRing())
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(secrets).hasSize(6);
        assertThat(template.<String, String>opsForHash()
                        .entries(RedisKeyRingStore.KEY)
                        .toString())
                .doesNotContain(secrets)
                .doesNotContain("\"d\"", "\"k\"", "\"keys\"");
    }

    @Test
    void stopsSigningWhenItHasNotReadTheRingForLongerThanThePolicySays() {
        KeyRingKeeper keeper = keeper();
        keeper.turn();
        clock.advance(POLICY.ringOutage());
        assertThat(keeper.get()).isNotNull();

        clock.advance(Duration.ofMillis(1));

        assertThatThrownBy(keeper::get)
                .isInstanceOf(DataAccessResourceFailureException.class)
                .hasMessageContaining("could not be read");
        keeper.turn();
        assertThat(keeper.get()).isNotNull();
    }

    @Test
    void aServerWithAWrongClockChangesNothing() {
        keeper();
        String before = storedRing();
        TestClock ahead = new TestClock(Instant.now().plus(POLICY.rotateEvery().multipliedBy(2)));

        KeyRingKeeper wrong = keeper(store(), ahead, new ClockCheck(template, ahead, POLICY.clockTolerance()));
        wrong.turn();

        assertThat(storedRing()).isEqualTo(before);
    }

    @Test
    void clockCheckToleratesAsMuchAsVerifiersDo() {
        Duration tolerance = Duration.ofMinutes(1);
        TestClock ahead = new TestClock(Instant.now().plus(tolerance).minusSeconds(20));
        TestClock behind = new TestClock(Instant.now().minus(tolerance).minusSeconds(20));

        assertThat(new ClockCheck(template, ahead, tolerance).isSound()).isTrue();
        assertThat(new ClockCheck(template, behind, tolerance).isSound()).isFalse();
    }

    private KeyRingKeeper keeper() {
        return keeper(store(), clock);
    }

    /** For rotations on a test clock, which Redis does not follow. */
    private KeyRingKeeper keeper(KeyRingStore store, Clock time) {
        return keeper(store, time, new ClockCheck(template, time, Duration.ofDays(400_000)));
    }

    private static KeyRingKeeper keeper(KeyRingStore store, Clock time, ClockCheck check) {
        return new KeyRingKeeper(
                store, KeyVault.inRing(), POLICY, time, check, new KeyAudit(new Audit(time, record -> {})));
    }

    private RedisKeyRingStore store() {
        return new RedisKeyRingStore(template, masterKey, KeyVault.inRing());
    }

    private String storedRing() {
        return store().load().orElseThrow().ring().toPrivateJson();
    }

    private interface Action {
        void on(KeyRingKeeper keeper);
    }

    private static void inTheSameInstant(List<KeyRingKeeper> keepers, Action action) throws Exception {
        List<Callable<KeyRingKeeper>> calls = new ArrayList<>();
        for (KeyRingKeeper keeper : keepers) {
            calls.add(() -> {
                action.on(keeper);
                return keeper;
            });
        }
        run(calls);
    }

    private static List<KeyRingKeeper> inTheSameInstant(int count, Callable<KeyRingKeeper> call) throws Exception {
        return run(java.util.Collections.nCopies(count, call));
    }

    private static List<KeyRingKeeper> run(List<Callable<KeyRingKeeper>> calls) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        try {
            List<KeyRingKeeper> results = new ArrayList<>();
            for (Future<KeyRingKeeper> result : threads.invokeAll(calls)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
