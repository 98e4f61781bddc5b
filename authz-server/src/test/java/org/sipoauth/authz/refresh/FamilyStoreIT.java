package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.refresh.GenerationModel.State;
import org.sipoauth.authz.refresh.GenerationModel.Step;
import org.sipoauth.authz.refresh.Presentation.Outcome;
import org.sipoauth.authz.status.StatusListName;
import org.sipoauth.authz.status.StatusReference;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.script.RedisScript;

/** The scripts, on a real Redis. */
class FamilyStoreIT {
    private static final Instant START = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private static final Duration LIFETIME = Duration.ofDays(60);
    private static final Duration LONGEST_ACCESS_TOKEN = Duration.ofHours(1);

    private static RedisForTests.Running redis;
    private static FamilyStore store;

    @BeforeAll
    static void open() {
        redis = RedisForTests.open();
        store = new FamilyStore(redis.template(), redis.confirmedWrites(), LONGEST_ACCESS_TOKEN);
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    @Test
    void keepsAFamilyAsItWasStarted() {
        Family family = family();
        store.start(family);

        assertThat(find(family.id()).family()).usingRecursiveComparison().isEqualTo(family);
    }

    @Test
    void keepsALoginWithoutADevice() {
        Family family = new Family(
                FamilyId.random(new SecureRandom()),
                "alice",
                Optional.empty(),
                "softphone",
                Set.of(),
                Optional.empty(),
                START,
                START.plus(LIFETIME),
                FamilySecret.random(new SecureRandom()));
        store.start(family);

        assertThat(find(family.id()).family().device()).isEmpty();
        assertThat(find(family.id()).family().scopes()).isEmpty();
    }

    @Test
    void forgetsAFamilyAtItsAbsoluteEndAndNotBefore() {
        FamilyId id = started();
        present(id, 1, START);

        Long left = redis.template().getExpire(id.key(), TimeUnit.SECONDS);

        assertThat(left).isBetween(LIFETIME.minusHours(1).toSeconds(), LIFETIME.toSeconds());
    }

    @Test
    void refusesToStartAFamilyTwice() {
        Family family = family();
        store.start(family);

        assertThatThrownBy(() -> store.start(family)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void needsAtMost500BytesForAFamily() {
        FamilyId id = started();
        present(id, 1, START);
        present(id, 2, START.plusSeconds(1));

        Long bytes = redis.template()
                .execute(
                        RedisScript.of("return redis.call('MEMORY', 'USAGE', KEYS[1])", Long.class), List.of(id.key()));

        assertThat(bytes).isLessThanOrEqualTo(500);
    }

    @Test
    void rotatesTheCurrentGeneration() {
        assertThat(present(started(), 1, START)).isEqualTo(new Presentation(Outcome.ROTATED, 2));
    }

    @Test
    void repeatsTheSameSuccessorForSixtySeconds() {
        FamilyId id = started();
        present(id, 1, START);

        assertThat(present(id, 1, START.plusSeconds(60))).isEqualTo(new Presentation(Outcome.REPEATED, 2));
    }

    @Test
    void asksToComeAgainWhileALateCopyMayBeUnderWay() {
        FamilyId id = started();
        present(id, 1, START);

        Presentation deferred = present(id, 1, START.plusSeconds(63));

        assertThat(deferred.outcome()).isEqualTo(Outcome.DEFERRED);
        assertThat(present(id, 1, START.plusSeconds(63).plus(deferred.retryAfter())))
                .isEqualTo(new Presentation(Outcome.STRUCK_OUT, 3));
    }

    @Test
    void strikesOutALostSuccessorAsOftenAndAsLateAsItTakes() {
        FamilyId id = started();
        present(id, 1, START);

        for (int days = 1; days < 60; days++) {
            assertThat(present(id, 1, START.plus(days, ChronoUnit.DAYS)))
                    .isEqualTo(new Presentation(Outcome.STRUCK_OUT, days + 2));
        }
        assertThat(present(id, 61, START.plus(59, ChronoUnit.DAYS))).isEqualTo(new Presentation(Outcome.ROTATED, 62));
    }

    @Test
    void repeatsAFreshSuccessorToo() {
        FamilyId id = started();
        present(id, 1, START);
        present(id, 1, START.plusSeconds(100));

        assertThat(present(id, 1, START.plusSeconds(160))).isEqualTo(new Presentation(Outcome.REPEATED, 3));
    }

    @Test
    void revokesTheFamilyWhenAStruckOutGenerationIsPresented() {
        FamilyId id = started();
        present(id, 1, START);
        present(id, 1, START.plusSeconds(100));

        assertThat(present(id, 2, START.plusSeconds(101)).outcome()).isEqualTo(Outcome.REPLAYED_STRUCK_OUT);
        assertThat(present(id, 3, START.plusSeconds(102)).outcome()).isEqualTo(Outcome.REVOKED);
    }

    @Test
    void answersALateCopyForTenSecondsAfterItsSuccessorWasUsed() {
        FamilyId id = started();
        present(id, 1, START);
        present(id, 2, START.plusSeconds(30));

        assertThat(present(id, 1, START.plusSeconds(40))).isEqualTo(new Presentation(Outcome.DUPLICATE, 2));
        assertThat(present(id, 3, START.plusSeconds(41))).isEqualTo(new Presentation(Outcome.ROTATED, 4));
    }

    @Test
    void revokesTheFamilyOnReplay() {
        FamilyId id = started();
        present(id, 1, START);
        present(id, 2, START.plusSeconds(30));

        assertThat(present(id, 1, START.plusSeconds(40).plusMillis(1)).outcome())
                .isEqualTo(Outcome.REPLAYED);
        assertThat(present(id, 3, START.plusSeconds(41)).outcome()).isEqualTo(Outcome.REVOKED);
    }

    @Test
    void fastForwardsAfterALostWrite() {
        FamilyId id = started();

        assertThat(present(id, 4, START)).isEqualTo(new Presentation(Outcome.FAST_FORWARDED, 5));
        assertThat(present(id, 3, START.plusSeconds(10))).isEqualTo(new Presentation(Outcome.DUPLICATE, 4));
        assertThat(present(id, 5, START.plusSeconds(11))).isEqualTo(new Presentation(Outcome.ROTATED, 6));
    }

    @Test
    void knowsNoGenerationOfAFamilyThatEnded() {
        FamilyId id = FamilyId.random(new SecureRandom());

        assertThat(store.find(id)).isEmpty();
        assertThat(store.revoke(id, START, "test")).isFalse();
        assertThat(redis.template().hasKey(id.key())).isFalse();
    }

    @Test
    void revokesOnce() {
        FamilyId id = started();

        assertThat(store.revoke(id, START, "test")).isTrue();
        assertThat(store.revoke(id, START, "test")).isFalse();
        assertThat(present(id, 1, START).outcome()).isEqualTo(Outcome.REVOKED);
    }

    @Test
    void revokesInTheRecordAndInTheStatusListAtOnce() {
        FamilyId id = started();
        StatusReference status = find(id).status();
        Object before = status(id, StatusListName.CHANGED);

        assertThat(store.revoke(id, START.plusSeconds(1), "stolen")).isTrue();

        assertThat(find(id).revoked()).hasValue(new Session.Revocation(START.plusSeconds(1), "stolen"));
        assertThat(bit(status.list().revokedKey(), status.index())).isTrue();
        assertThat(status(id, StatusListName.CHANGED)).isNotNull().isNotEqualTo(before);
    }

    @Test
    void revokesOnReplayInTheStatusListToo() {
        FamilyId id = started();
        StatusReference status = find(id).status();
        present(id, 1, START);
        present(id, 2, START.plusSeconds(30));
        assertThat(bit(status.list().revokedKey(), status.index())).isFalse();

        present(id, 1, START.plusSeconds(600));

        assertThat(find(id).revoked().orElseThrow().reason()).isEqualTo("replay");
        assertThat(bit(status.list().revokedKey(), status.index())).isTrue();
        assertThat(status(id, StatusListName.CHANGED)).isNotNull();
    }

    /** A failover or a restored backup may have kept the family alone: its revocation makes nothing that stays for ever. */
    @Test
    void revokesWhereTheStoreHasLostTheList() {
        FamilyId id = started();
        StatusReference status = find(id).status();
        String shard = StatusListName.shardKey(id.shard());
        redis.template()
                .delete(List.of(shard, status.list().takenKey(), status.list().revokedKey()));

        assertThat(store.revoke(id, START, "test")).isTrue();

        assertThat(bit(status.list().revokedKey(), status.index())).isTrue();
        assertThat(redis.template().getExpire(shard)).isPositive();
        assertThat(redis.template().getExpire(status.list().revokedKey())).isPositive();
        assertThat(status(id, status.list().field())).as("indexes given out").isEqualTo("49152");
        assertThat(status(id, StatusListName.CHANGED)).isNotNull();
    }

    /** So that the replicas confirm it the second time, if they did not the first. */
    @Test
    void writesARevocationAgainWithoutChangingItsReason() {
        FamilyId id = started();
        StatusReference status = find(id).status();
        store.revoke(id, START, "first");
        redis.template().opsForValue().setBit(status.list().revokedKey(), status.index(), false);

        assertThat(store.revoke(id, START.plusSeconds(5), "second")).isFalse();

        assertThat(bit(status.list().revokedKey(), status.index())).isTrue();
        assertThat(find(id).revoked()).hasValue(new Session.Revocation(START, "first"));
    }

    /** A failover took the record back, a server put back the list that it had served. */
    @Test
    void refusesAFamilyWhoseBitIsSetThoughItsRecordKnowsOfNothing() {
        FamilyId id = started();
        StatusReference status = find(id).status();
        redis.template().opsForValue().setBit(status.list().revokedKey(), status.index(), true);

        assertThat(present(id, 1, START).outcome()).isEqualTo(Outcome.REVOKED);

        assertThat(find(id).revoked().orElseThrow().reason()).isEqualTo("status list");
    }

    @Test
    void revokesTheFormerBitToo() {
        FamilyId id = started();
        StatusReference present = find(id).status();
        StatusReference former = new StatusReference(
                new StatusListName(id.shard(), present.list().period() - 1, 0), 4711);
        redis.template().opsForHash().putAll(id.key(), Map.of("L", former.list().field(), "X", "4711"));

        store.revoke(id, START, "test");

        assertThat(bit(present.list().revokedKey(), present.index())).isTrue();
        assertThat(bit(former.list().revokedKey(), former.index())).isTrue();
    }

    /** Another request has moved the family to another list meanwhile. */
    @Test
    void looksAgainWhenTheListsAreOthersByNow() {
        FamilyId id = started();
        StoredFamily seen = find(id);
        StatusReference now = new StatusReference(
                new StatusListName(id.shard(), seen.status().list().period() + 1, 0), 4711);
        redis.template()
                .opsForHash()
                .putAll(
                        id.key(),
                        Map.of(
                                "l", now.list().field(),
                                "x", "4711",
                                "L", seen.status().list().field(),
                                "X", Integer.toString(seen.status().index())));

        assertThat(store.present(seen, 1, START, seen.family().end())).isEqualTo(new Presentation(Outcome.ROTATED, 2));
    }

    @Test
    void keepsEveryStatusKeyUntilItsListMayGo() {
        FamilyId id = started();
        StatusListName list = find(id).status().list();
        store.revoke(id, START, "test");

        for (String key : List.of(StatusListName.shardKey(id.shard()), list.takenKey(), list.revokedKey())) {
            assertThat(Instant.now().plusMillis(redis.template().getExpire(key, TimeUnit.MILLISECONDS)))
                    .as(key)
                    .isBetween(
                            list.goneAt(LONGEST_ACCESS_TOKEN).minusSeconds(60),
                            list.goneAt(LONGEST_ACCESS_TOKEN).plusSeconds(60));
        }
    }

    @Test
    void givesNoIndexTwiceAndGoesOnInTheNextListWhenOneIsFull() {
        int shard = 63;
        Instant end = START.plus(Duration.ofDays(400)); // a period of its own
        StatusListName list = StatusListName.forEnd(shard, end, 0);
        redis.template()
                .opsForHash()
                .put(StatusListName.shardKey(shard), list.field(), Integer.toString(StatusListName.CAPACITY - 20));

        Set<StatusReference> given = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            given.add(store.start(family(idIn(shard), end)));
        }

        assertThat(given).hasSize(50);
        assertThat(given)
                .filteredOn(reference -> reference.list().number() == 0)
                .hasSize(20);
        assertThat(given)
                .filteredOn(reference -> reference.list().number() == 1)
                .hasSize(30);
        assertThat(given)
                .allSatisfy(reference -> assertThat(bit(reference.list().takenKey(), reference.index()))
                        .isTrue());
        assertThat(redis.template().opsForHash().get(StatusListName.shardKey(shard), list.field()))
                .isEqualTo(Integer.toString(StatusListName.CAPACITY));
    }

    @Test
    void drawsAnotherIndexWhenOneIsTaken() {
        int shard = 62;
        Instant end = START.plus(Duration.ofDays(400));
        StatusListName list = StatusListName.forEnd(shard, end, 0);
        byte[] almostAllTaken = new byte[StatusListName.SIZE / 8];
        Arrays.fill(almostAllTaken, (byte) 0xff);
        Arrays.fill(almostAllTaken, 4096, 8192, (byte) 0);
        redis.template().execute((RedisCallback<Boolean>) connection ->
                connection.stringCommands().set(list.takenKey().getBytes(StandardCharsets.UTF_8), almostAllTaken));

        for (int i = 0; i < 100; i++) {
            assertThat(store.start(family(idIn(shard), end)).index()).isGreaterThanOrEqualTo(32_768);
        }
    }

    @Test
    void forgetsTheCountsOfListsThatAreGone() {
        int shard = 61;
        long past = StatusListName.oldestPeriod(START, LONGEST_ACCESS_TOKEN) - 1;
        redis.template().opsForHash().put(StatusListName.shardKey(shard), past + ".0", "17");

        FamilyId id = idIn(shard);
        store.start(family(id, START.plus(Duration.ofDays(800))));

        assertThat(status(id, past + ".0")).isNull();
    }

    @Test
    void handsOneSuccessorToTwentyParallelRequests() throws Exception {
        ExecutorService phones = Executors.newFixedThreadPool(20);
        try {
            FamilyId id = started();
            for (int round = 1; round <= 50; round++) {
                int presented = round;
                CyclicBarrier together = new CyclicBarrier(20);
                List<Callable<Presentation>> requests = new ArrayList<>();
                for (int request = 0; request < 20; request++) {
                    requests.add(() -> {
                        together.await();
                        return present(id, presented, START);
                    });
                }
                List<Outcome> outcomes = new ArrayList<>();
                for (Future<Presentation> answer : phones.invokeAll(requests)) {
                    assertThat(answer.get().generation()).isEqualTo(presented + 1);
                    outcomes.add(answer.get().outcome());
                }
                assertThat(outcomes).containsOnlyOnce(Outcome.ROTATED);
            }
        } finally {
            phones.shutdownNow();
        }
    }

    /** Any order of generations, times (the clock may jump either way) and lost writes: the script is the model. */
    @Test
    void doesWhatTheModelDoes() {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            FamilyId id = started();
            StatusReference status = find(id).status();
            State model = State.start(START);
            Instant now = START;
            List<Map<Object, Object>> stored = new ArrayList<>();
            List<State> models = new ArrayList<>();
            List<String> history = new ArrayList<>();
            for (int step = 0; step < 30; step++) {
                stored.add(redis.template().opsForHash().entries(id.key()));
                models.add(model);
                if (random.nextInt(12) == 0) { // the store falls back
                    int to = random.nextInt(models.size());
                    boolean listPutBack = random.nextBoolean();
                    model = listPutBack ? models.get(to).withListOf(model) : models.get(to);
                    redis.template().opsForHash().delete(id.key(), "r", "y", "n", "i");
                    redis.template().opsForHash().putAll(id.key(), new HashMap<>(stored.get(to)));
                    redis.template().opsForValue().setBit(status.list().revokedKey(), status.index(), model.listed());
                }
                now = now.plusMillis(jump(random));
                int generation = Math.max(1, model.current() + 2 - random.nextInt(6));
                Step expected = GenerationModel.present(model, generation, now);
                history.add(now + " presents " + generation + " to " + model + ": " + expected.answer());

                Presentation actual = present(id, generation, now);

                assertThat(actual)
                        .as("history %d:%n%s", seed, String.join("\n", history))
                        .isEqualTo(expected.answer());
                model = expected.next();
            }
        }
    }

    private static long jump(Random random) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> random.nextInt(2_000);
            case 2 -> 10_000 + random.nextInt(3) - 1;
            case 3 -> 60_000 + random.nextInt(3) - 1;
            case 4 -> 70_000 + random.nextInt(3) - 1;
            case 5 -> -random.nextInt(100_000);
            default -> random.nextInt(100_000_000);
        };
    }

    private static StoredFamily find(FamilyId id) {
        return store.find(id).orElseThrow();
    }

    private static Presentation present(FamilyId id, int generation, Instant now) {
        StoredFamily family = find(id);
        return store.present(family, generation, now, family.family().end());
    }

    private static boolean bit(String key, int index) {
        return Boolean.TRUE.equals(redis.template().opsForValue().getBit(key, index));
    }

    private static Object status(FamilyId id, String field) {
        return redis.template().opsForHash().get(StatusListName.shardKey(id.shard()), field);
    }

    private static FamilyId started() {
        Family family = family();
        store.start(family);
        return family.id();
    }

    private static FamilyId idIn(int shard) {
        return new FamilyId(shard, FamilyId.random(new SecureRandom()).value());
    }

    private static Family family() {
        return family(FamilyId.random(new SecureRandom()), START.plus(LIFETIME));
    }

    private static Family family(FamilyId id, Instant end) {
        return new Family(
                id,
                "alice",
                Optional.of("CSFALICE"),
                "softphone",
                Set.of("openid", "sip.register"),
                Optional.of("jkt:0ZcOCORZNYy-DWpqq30jZy"),
                START,
                end,
                FamilySecret.random(new SecureRandom()));
    }
}
