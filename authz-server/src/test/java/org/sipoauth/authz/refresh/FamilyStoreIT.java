package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.springframework.data.redis.core.script.RedisScript;

/** The scripts, on a real Redis. */
class FamilyStoreIT {
    private static final Instant START = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private static final Duration LIFETIME = Duration.ofDays(60);

    private static RedisForTests.Running redis;
    private static FamilyStore store;

    @BeforeAll
    static void open() {
        redis = RedisForTests.open();
        store = new FamilyStore(redis.template());
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    @Test
    void keepsAFamilyAsItWasStarted() {
        Family family = family();
        store.start(family);

        assertThat(store.find(family.id())).get().usingRecursiveComparison().isEqualTo(family);
    }

    @Test
    void keepsALoginWithoutADevice() {
        Family family = new Family(
                FamilyId.random(new SecureRandom()),
                "alice",
                Optional.empty(),
                "softphone",
                Set.of(),
                START,
                START.plus(LIFETIME),
                FamilySecret.random(new SecureRandom()));
        store.start(family);

        assertThat(store.find(family.id()).orElseThrow().device()).isEmpty();
        assertThat(store.find(family.id()).orElseThrow().scopes()).isEmpty();
    }

    @Test
    void forgetsAFamilyAtItsAbsoluteEndAndNotBefore() {
        FamilyId id = started();
        store.present(id, 1, START);

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
        store.present(id, 1, START);
        store.present(id, 2, START.plusSeconds(1));

        Long bytes = redis.template()
                .execute(
                        RedisScript.of("return redis.call('MEMORY', 'USAGE', KEYS[1])", Long.class), List.of(id.key()));

        assertThat(bytes).isLessThanOrEqualTo(500);
    }

    @Test
    void rotatesTheCurrentGeneration() {
        assertThat(store.present(started(), 1, START)).isEqualTo(new Presentation(Outcome.ROTATED, 2));
    }

    @Test
    void repeatsTheSameSuccessorForSixtySeconds() {
        FamilyId id = started();
        store.present(id, 1, START);

        assertThat(store.present(id, 1, START.plusSeconds(60))).isEqualTo(new Presentation(Outcome.REPEATED, 2));
    }

    @Test
    void asksToComeAgainWhileALateCopyMayBeUnderWay() {
        FamilyId id = started();
        store.present(id, 1, START);

        Presentation deferred = store.present(id, 1, START.plusSeconds(63));

        assertThat(deferred.outcome()).isEqualTo(Outcome.DEFERRED);
        assertThat(store.present(id, 1, START.plusSeconds(63).plus(deferred.retryAfter())))
                .isEqualTo(new Presentation(Outcome.STRUCK_OUT, 3));
    }

    @Test
    void strikesOutALostSuccessorAsOftenAndAsLateAsItTakes() {
        FamilyId id = started();
        store.present(id, 1, START);

        for (int days = 1; days < 60; days++) {
            assertThat(store.present(id, 1, START.plus(days, ChronoUnit.DAYS)))
                    .isEqualTo(new Presentation(Outcome.STRUCK_OUT, days + 2));
        }
        assertThat(store.present(id, 61, START.plus(59, ChronoUnit.DAYS)))
                .isEqualTo(new Presentation(Outcome.ROTATED, 62));
    }

    @Test
    void repeatsAFreshSuccessorToo() {
        FamilyId id = started();
        store.present(id, 1, START);
        store.present(id, 1, START.plusSeconds(100));

        assertThat(store.present(id, 1, START.plusSeconds(160))).isEqualTo(new Presentation(Outcome.REPEATED, 3));
    }

    @Test
    void revokesTheFamilyWhenAStruckOutGenerationIsPresented() {
        FamilyId id = started();
        store.present(id, 1, START);
        store.present(id, 1, START.plusSeconds(100));

        assertThat(store.present(id, 2, START.plusSeconds(101)).outcome()).isEqualTo(Outcome.REPLAYED_STRUCK_OUT);
        assertThat(store.present(id, 3, START.plusSeconds(102)).outcome()).isEqualTo(Outcome.REVOKED);
    }

    @Test
    void answersALateCopyForTenSecondsAfterItsSuccessorWasUsed() {
        FamilyId id = started();
        store.present(id, 1, START);
        store.present(id, 2, START.plusSeconds(30));

        assertThat(store.present(id, 1, START.plusSeconds(40))).isEqualTo(new Presentation(Outcome.DUPLICATE, 2));
        assertThat(store.present(id, 3, START.plusSeconds(41))).isEqualTo(new Presentation(Outcome.ROTATED, 4));
    }

    @Test
    void revokesTheFamilyOnReplay() {
        FamilyId id = started();
        store.present(id, 1, START);
        store.present(id, 2, START.plusSeconds(30));

        assertThat(store.present(id, 1, START.plusSeconds(40).plusMillis(1)).outcome())
                .isEqualTo(Outcome.REPLAYED);
        assertThat(store.present(id, 3, START.plusSeconds(41)).outcome()).isEqualTo(Outcome.REVOKED);
    }

    @Test
    void fastForwardsAfterALostWrite() {
        FamilyId id = started();

        assertThat(store.present(id, 4, START)).isEqualTo(new Presentation(Outcome.FAST_FORWARDED, 5));
        assertThat(store.present(id, 3, START.plusSeconds(10))).isEqualTo(new Presentation(Outcome.DUPLICATE, 4));
        assertThat(store.present(id, 5, START.plusSeconds(11))).isEqualTo(new Presentation(Outcome.ROTATED, 6));
    }

    @Test
    void knowsNoGenerationOfAFamilyThatEnded() {
        FamilyId id = FamilyId.random(new SecureRandom());

        assertThat(store.present(id, 1, START).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(store.revoke(id, START, "test")).isFalse();
        assertThat(redis.template().hasKey(id.key())).isFalse();
    }

    @Test
    void revokesOnce() {
        FamilyId id = started();

        assertThat(store.revoke(id, START, "test")).isTrue();
        assertThat(store.revoke(id, START, "test")).isFalse();
        assertThat(store.present(id, 1, START).outcome()).isEqualTo(Outcome.REVOKED);
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
                        return store.present(id, presented, START);
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
                    model = models.get(to);
                    redis.template().opsForHash().delete(id.key(), "revoked", "reason");
                    redis.template().opsForHash().putAll(id.key(), new HashMap<>(stored.get(to)));
                }
                now = now.plusMillis(jump(random));
                int generation = Math.max(1, model.current() + 2 - random.nextInt(6));
                Step expected = GenerationModel.present(model, generation, now);
                history.add(now + " presents " + generation + " to " + model + ": " + expected.answer());

                Presentation actual = store.present(id, generation, now);

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

    private static FamilyId started() {
        Family family = family();
        store.start(family);
        return family.id();
    }

    private static Family family() {
        return new Family(
                FamilyId.random(new SecureRandom()),
                "alice",
                Optional.of("CSFALICE"),
                "softphone",
                Set.of("openid", "sip.register"),
                START,
                START.plus(LIFETIME),
                FamilySecret.random(new SecureRandom()));
    }
}
