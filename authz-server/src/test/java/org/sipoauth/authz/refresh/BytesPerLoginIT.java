package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.grant.LoginFamilies.Login;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.redis.RedisNodes;
import org.sipoauth.authz.redis.RedisNodes.Node;
import org.sipoauth.authz.status.StatusListName;
import org.sipoauth.authz.token.Confirmation;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a login takes in Redis, with its indexes and its place in a status list: of logins that began at any time of the
 * last 60 days and have been refreshed since. {@code -Dsipoauth.test.logins} says how many are made. Lists and buckets are
 * there for few logins as for many: what the first half took beyond the second is theirs, and is shared by 100,000.
 */
class BytesPerLoginIT {
    private static final Logger LOG = LoggerFactory.getLogger(BytesPerLoginIT.class);
    private static final int LOGINS = Integer.getInteger("sipoauth.test.logins", 40_000);
    private static final int SHARING = 100_000;
    private static final int THREADS = 4;
    private static final Instant NOW = Instant.ofEpochMilli(System.currentTimeMillis());
    private static final KeyRing RING = KeyRing.create(RotationPolicy.defaults(), KeyVault.inRing(), NOW);

    /** Bound ones, which take the most. */
    @Test
    void areFiveHundredAtMost() throws Exception {
        try (RedisNodes nodes = new RedisNodes()) {
            Node node = nodes.start();
            try (RedisForTests.Running redis = RedisForTests.connect(
                    List.of("--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + node.port()))) {
                logIn(redis, LOGINS, 1); // scripts, connections and buffers are there
                node.commands().flushall();
                long before = usedMemory(node);

                logIn(redis, 0, LOGINS / 2);
                long half = usedMemory(node) - before;
                logIn(redis, LOGINS / 2, LOGINS / 2);
                long all = usedMemory(node) - before;

                long own = (all - half) / (LOGINS / 2);
                long each = own + (all - LOGINS * own) / SHARING;
                LOG.info(
                        "{} logins, each bound: {} bytes each; of {} it would be {}, {} of them in the bitmaps of {}"
                                + " status lists",
                        LOGINS,
                        all / LOGINS,
                        SHARING,
                        each,
                        lists(node) * (StatusListName.SIZE / 8) / SHARING,
                        lists(node));
                assertThat(node.commands().dbsize()).isGreaterThan(LOGINS);
                assertThat(each).isBetween(400L, 500L);
            }
        }
    }

    private static void logIn(RedisForTests.Running redis, int from, int count) throws Exception {
        FamilyStore store = new FamilyStore(redis.template(), redis.confirmedWrites(), Duration.ofHours(1));
        FamilyIndex index = new FamilyIndex(redis.template(), redis.confirmedWrites());
        Cutoffs cutoffs = LoginsForTests.cutoffs(redis);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = from + thread;
                work.add(threads.submit(() -> {
                    for (int i = first; i < from + count; i += THREADS) {
                        logIn(store, index, cutoffs, i);
                    }
                }));
            }
            for (Future<?> part : work) {
                part.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void logIn(FamilyStore store, FamilyIndex index, Cutoffs cutoffs, int i) {
        Random random = new Random(i);
        Instant begun = NOW.minusSeconds(random.nextInt(60 * 24 * 3600 - 3600));
        Clock clock = Clock.fixed(begun, ZoneOffset.UTC);
        Families families = new Families(
                store,
                index,
                cutoffs,
                (client, begin) -> false,
                () -> RING,
                clock,
                new Audit(clock, record -> {}),
                new SimpleMeterRegistry());
        FamilyId id = FamilyId.parse(families.begin(new Login(
                        LoginsForTests.CLIENT,
                        String.format("firstname.name%06d", i),
                        Optional.of(String.format("SEP%012X", i)),
                        Set.of("sip.register"),
                        Optional.of(confirmation(random))))
                .familyId());
        for (int generation = 1; generation <= 2; generation++) {
            StoredFamily family = store.find(id).orElseThrow();
            store.present(
                    family,
                    generation,
                    begun.plusSeconds(1800L * generation),
                    family.family().end());
        }
    }

    private static Confirmation confirmation(Random random) {
        byte[] digest = new byte[32];
        random.nextBytes(digest);
        return Confirmation.ofKey(Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
    }

    private static long usedMemory(Node node) {
        return node.commands()
                .info("memory")
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    private static long lists(Node node) {
        long lists = 0;
        for (int shard = 0; shard < StatusListName.SHARDS; shard++) {
            lists += node.commands().hlen(StatusListName.shardKey(shard));
        }
        return lists;
    }
}
