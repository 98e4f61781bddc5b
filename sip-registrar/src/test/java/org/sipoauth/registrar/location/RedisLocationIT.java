package org.sipoauth.registrar.location;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.registrar.TestRedis;
import org.sipoauth.verifier.status.StatusReference;

/** Bindings in a real Redis: what holds in memory, and what several registrars do to one another. */
@Timeout(120)
class RedisLocationIT extends LocationContract {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static TestRedis redis;
    private static int databases;

    @BeforeAll
    static void start() throws Exception {
        redis = new TestRedis(directory, "--databases", "100");
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    private static String newDatabase() {
        return "redis://" + redis.address() + "/" + databases++;
    }

    /** Used at once, and for as long as a busy machine takes. */
    private static Location open(String uri, int limit) {
        return open(uri, Optional.empty(), limit);
    }

    private static Location open(String uri, Optional<String> password, int limit) {
        Location location = new RedisLocation(RedisAddress.of(uri, password), Optional.empty(), limit, PATIENCE);
        awaitUsable(location, true);
        return location;
    }

    /** Away or not, and with the time limit that phones see. */
    private static Location openAnyhow(String uri, Optional<String> password) {
        return new RedisLocation(RedisAddress.of(uri, password), Optional.empty(), 10);
    }

    @Override
    Location open(int limit) {
        return open(newDatabase(), limit);
    }

    private static <T> T ask(String uri, Function<RedisCommands<String, String>, T> question) {
        RedisClient client = RedisClient.create(RedisURI.create(uri));
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            return question.apply(connection.sync());
        } finally {
            client.shutdown();
        }
    }

    private static long millisLeft(String uri) {
        return ask(uri, commands -> commands.pttl("location:" + AOR));
    }

    private static long records(String uri) {
        return ask(uri, commands -> commands.exists("location:" + AOR));
    }

    private static void awaitUsable(Location location, boolean usable) {
        await().atMost(PATIENCE).until(() -> {
            location.sweep(NOW);
            return location.isUsable() == usable;
        });
    }

    private static void requireAway(Location location) {
        assertThatThrownBy(() -> find(location, NOW)).hasCauseInstanceOf(LocationAwayException.class);
    }

    @Test
    void showsAtOnceWhatAnotherRegistrarHasWritten() {
        String shared = newDatabase();
        try (Location one = open(shared, 10);
                Location other = open(shared, 10)) {
            done(one.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));
            assertThat(find(other, NOW)).isEqualTo(find(one, NOW)).hasSize(1);
            assertThat(other.size()).as("counted where it was registered").isZero();

            done(other.update(AOR, NOW, before -> List.of()));
            assertThat(find(one, NOW)).isEmpty();
            assertThat(one.size()).isZero();
        }
    }

    @Test
    void losesNoneOfWhatTwoRegistrarsChangeAtOnce() {
        String shared = newDatabase();
        try (Location one = open(shared, 100);
                Location other = open(shared, 100)) {
            List<CompletableFuture<List<Binding>>> changes = IntStream.range(0, 24)
                    .mapToObj(i -> (i % 2 == 0 ? one : other)
                            .update(AOR, NOW, adding("<sip:a@b" + i + ">", NOW.plusSeconds(60)))
                            .toCompletableFuture())
                    .toList();
            changes.forEach(CompletableFuture::join);

            assertThat(find(one, NOW)).hasSize(24).doesNotHaveDuplicates();
        }
    }

    @Test
    void leavesAKeyNoLongerThanItsLastBinding() {
        String shared = newDatabase();
        try (Location location = open(shared, 10)) {
            done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(3600))));
            done(location.update(AOR, NOW, adding("<sip:c@d>", NOW.plusSeconds(1800))));
            assertThat(millisLeft(shared)).isBetween(1_800_001L, 3_600_000L);

            done(location.update(AOR, NOW, before -> List.of(before.get(1))));
            assertThat(millisLeft(shared)).isBetween(1L, 1_800_000L);

            done(location.update(AOR, NOW, before -> List.of()));
            assertThat(records(shared)).isZero();
        }
    }

    @Test
    void removesOnlyWhatIsStillThere() {
        String shared = newDatabase();
        try (Location one = open(shared, 10);
                Location other = open(shared, 10)) {
            done(one.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));
            Binding renewed = new Binding(
                    AOR,
                    binding(AOR, "<sip:a@b>", NOW).contact(),
                    Optional.empty(),
                    "other",
                    1,
                    NOW.plusSeconds(60),
                    List.of(),
                    Optional.of(new StatusReference("https://as.example.com/lists/1", 8)),
                    Optional.empty());
            done(other.update(AOR, NOW, before -> List.of(renewed)));

            assertThat(one.remove(held -> held.status().orElseThrow().index() == 7, NOW))
                    .isEmpty();
            assertThat(find(one, NOW)).containsExactly(renewed);
            assertThat(one.all(NOW)).containsExactly(renewed);
        }
    }

    @Test
    void removesWhatItCanAndKeepsInMindWhatItCannot() {
        String shared = newDatabase();
        try (Location location = open(shared, 100)) {
            for (int user = 0; user < 70; user++) { // more than go at once
                String aor = "sip:" + user + "@example.com";
                done(location.update(aor, NOW, before -> List.of(binding(aor, "<sip:a@b>", NOW.plusSeconds(60)))));
            }
            Binding first = location.all(NOW).get(0);
            String key = "location:" + first.addressOfRecord();
            ask(shared, commands -> commands.del(key));
            ask(shared, commands -> commands.lpush(key, "not ours"));

            assertThat(location.remove(all -> true, NOW)).hasSize(69).doesNotContain(first);
            assertThat(location.all(NOW)).containsExactly(first);

            ask(shared, commands -> commands.del(key));
            assertThat(location.remove(all -> true, NOW))
                    .as("of which nothing is left")
                    .isEmpty();
            assertThat(location.all(NOW)).isEmpty();
        }
    }

    @Test
    void removesWhatComesAfterAsManyThatItCannotAsGoAtOnce() {
        String shared = newDatabase();
        try (Location location = open(shared, 100)) {
            for (int user = 0; user < 65; user++) {
                String aor = "sip:" + user + "@example.com";
                done(location.update(aor, NOW, before -> List.of(binding(aor, "<sip:a@b>", NOW.plusSeconds(60)))));
            }
            List<Binding> inOrder = location.all(NOW);
            String[] broken = inOrder.stream()
                    .limit(64)
                    .map(binding -> "location:" + binding.addressOfRecord())
                    .toArray(String[]::new);
            ask(shared, commands -> commands.del(broken));
            ask(
                    shared,
                    commands -> Stream.of(broken)
                            .mapToLong(key -> commands.lpush(key, "not ours"))
                            .sum());

            assertThat(location.remove(all -> true, NOW)).containsExactly(inOrder.get(64));
        }
    }

    @Test
    void asksPhonesToComeAgainWhoseRecordIsOfALaterRelease() {
        String shared = newDatabase();
        ask(shared, commands -> commands.set("location:" + AOR, "\u0003, and whatever follows"));
        try (Location location = open(shared, 10)) {
            assertThatThrownBy(() -> find(location, NOW))
                    .hasCauseInstanceOf(LocationAwayException.class)
                    .hasMessageContaining("format 3");
            assertThat(location.isUsable()).as("for all others").isTrue();
        }
    }

    @Test
    void beginsAnewWhereARecordIsDamaged() {
        String shared = newDatabase();
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        try (Location location = open(shared, 10)) {
            System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
            for (String damaged : List.of("of another program", "\u0002\u0000\u0000\u0000\u0001cut")) {
                ask(shared, commands -> commands.set("location:" + AOR, damaged));
                assertThat(find(location, NOW)).isEmpty();

                ask(shared, commands -> commands.set("location:" + AOR, damaged));
                done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));
                assertThat(find(location, NOW)).containsExactly(binding(AOR, "<sip:a@b>", NOW.plusSeconds(60)));
            }
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("damaged")))
                .as("a line for each that was removed")
                .hasSize(4)
                .allSatisfy(line -> assertThat(line).contains(AOR, "location:*"));
    }

    @Test
    void endsARevokedBindingWhoseRecordIsDamaged() {
        String shared = newDatabase();
        try (Location location = open(shared, 10)) {
            done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));
            ask(shared, commands -> commands.set("location:" + AOR, "of another program"));

            assertThat(location.remove(all -> true, NOW))
                    .as("of which nothing is left")
                    .isEmpty();
            assertThat(location.all(NOW)).isEmpty();
            assertThat(records(shared)).isZero();
        }
    }

    @Test
    void takesNoMoreWhenTheMemoryOfRedisIsFull() throws Exception {
        try (TestRedis small = new TestRedis(directory, "--maxmemory", "1", "--maxmemory-policy", "noeviction");
                Location location = openAnyhow("redis://" + small.address(), Optional.empty())) {
            await().atMost(PATIENCE) // a busy machine takes its time to connect
                    .untilAsserted(() -> assertThatThrownBy(
                                    () -> done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60)))))
                            .hasCauseInstanceOf(LocationFullException.class)
                            .hasMessageContaining("memory"));
            awaitUsable(location, false);
            ask("redis://" + small.address(), commands -> commands.configSet("maxmemory", "0"));
            awaitUsable(location, true);
        }
    }

    @Test
    void isAwayWhileRedisIsAndThereAgainByItself() throws Exception {
        try (TestRedis own = new TestRedis(directory);
                Location location = open("redis://" + own.address(), 10)) {
            done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));
            own.kill();
            awaitUsable(location, false);
            requireAway(location);
            assertThat(location.remove(all -> true, NOW)).isEmpty();

            own.startAgain();
            awaitUsable(location, true);
            assertThat(find(location, NOW)).as("was in memory alone").isEmpty();
            assertThat(done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60)))))
                    .hasSize(1);
        }
    }

    /** What the network says comes as it is, past Lettuce's own exceptions. */
    @Test
    void asksPhonesToComeAgainWhoseConnectionToRedisIsReset() throws Exception {
        try (ResettingRelay relay = new ResettingRelay(redis.port());
                Location location = open("redis://" + relay.address() + "/" + databases++, 10)) {
            relay.hold();
            CompletionStage<?> asked = location.update(AOR, NOW, UnaryOperator.identity());
            relay.reset();

            assertThatThrownBy(asked.toCompletableFuture()::join)
                    .hasCauseInstanceOf(LocationAwayException.class)
                    .hasMessageContaining("reset");
            awaitUsable(location, true);
            assertThat(find(location, NOW)).isEmpty();
        }
    }

    @Test
    void doesNotWaitForARedisThatHangs() throws Exception {
        try (TestRedis own = new TestRedis(directory);
                Location location = new RedisLocation(
                        RedisAddress.of("redis://" + own.address(), Optional.empty()),
                        Optional.empty(),
                        10,
                        Duration.ofMillis(900))) {
            awaitUsable(location, true);
            own.pause();
            assertThatThrownBy(() -> find(location, NOW))
                    .hasCauseInstanceOf(LocationAwayException.class)
                    .hasMessageContaining("within 900 ms");
            awaitUsable(location, false);

            own.resume();
            awaitUsable(location, true);
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> find(location, NOW).isEmpty());
        }
    }

    @Test
    void startsWithoutRedisAndUsesItWhenItComes() throws Exception {
        try (TestRedis own = new TestRedis(directory)) {
            own.kill();
            try (Location location = openAnyhow("redis://" + own.address(), Optional.empty())) {
                assertThat(location.isUsable()).isFalse();
                requireAway(location);

                own.startAgain();
                awaitUsable(location, true);
                await().atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(() -> find(location, NOW).isEmpty());
            }
        }
    }

    @Test
    void comesInWithThePasswordAlone() throws Exception {
        try (TestRedis own = new TestRedis(directory, "--requirepass", "s3cret")) {
            String uri = "redis://" + own.address();
            try (Location location = open(uri, Optional.of("s3cret"), 10)) {
                assertThat(find(location, NOW)).isEmpty();
            }
            try (Location location = openAnyhow(uri, Optional.of("s3cret too"))) {
                requireAway(location);
                assertThat(location.isUsable()).isFalse();
            }
        }
    }

    /** The commands that the manual names. */
    @Test
    void needsNoMoreOfAUserThanTheManualSays() throws Exception {
        String[] user = "on >s3cret ~location:* +get +set +del +eval +hello +client +ping".split(" ");
        List<String> options = new ArrayList<>(List.of("--user", "phones"));
        options.addAll(List.of(user));
        try (TestRedis own = new TestRedis(directory, options.toArray(String[]::new));
                Location location = open("redis://phones@" + own.address(), Optional.of("s3cret"), 10)) {
            awaitUsable(location, true);
            assertThat(done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60)))))
                    .hasSize(1);
            assertThat(done(location.update(AOR, NOW, before -> List.of()))).isEmpty();
        }
    }

    @Test
    void followsTheSentinelsToTheNewMaster() throws Exception {
        try (TestRedis master = new TestRedis(directory);
                TestRedis replica = new TestRedis(directory, "--replicaof", "127.0.0.1", "" + master.port())) {
            await().atMost(PATIENCE)
                    .until(() -> ask("redis://" + replica.address(), commands -> commands.info("replication"))
                            .contains("master_link_status:up"));
            try (TestRedis sentinel = TestRedis.sentinel(directory, "phones", master);
                    Location location =
                            openAnyhow("redis-sentinel://" + sentinel.address() + "#phones", Optional.empty())) {
                await().atMost(PATIENCE)
                        .until(() -> ask("redis://" + sentinel.address(), commands -> commands.info("sentinel"))
                                .contains("slaves=1"));
                awaitUsable(location, true);
                await().atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(() -> find(location, NOW).isEmpty());
                done(location.update(AOR, NOW, adding("<sip:a@b>", NOW.plusSeconds(60))));
                master.pause(); // its connections stay up

                await().atMost(PATIENCE).until(() -> {
                    location.sweep(NOW);
                    return location.update(AOR, NOW, adding("<sip:c@d>", NOW.plusSeconds(60)))
                            .handle((registered, away) -> away == null)
                            .toCompletableFuture()
                            .join();
                });
                assertThat(records("redis://" + replica.address())).isOne();
            }
        }
    }

    @Test
    void findsEachAddressOfRecordInACluster() throws Exception {
        List<TestRedis> nodes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                nodes.add(new TestRedis(directory, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000"));
                int from = 16_384 * i / 3;
                int to = 16_384 * (i + 1) / 3;
                ask(
                        "redis://" + nodes.get(i).address(),
                        commands -> commands.clusterAddSlots(
                                IntStream.range(from, to).toArray()));
                ask(
                        "redis://" + nodes.get(i).address(),
                        commands ->
                                commands.clusterMeet("127.0.0.1", nodes.get(0).port()));
            }
            await().atMost(PATIENCE)
                    .until(() -> nodes.stream()
                            .allMatch(node -> ask("redis://" + node.address(), commands -> commands.clusterInfo())
                                    .contains("cluster_state:ok")));
            try (Location location = open("redis-cluster://" + nodes.get(1).address(), 100)) {
                for (int user = 0; user < 30; user++) {
                    String aor = "sip:" + user + "@example.com";
                    done(location.update(aor, NOW, before -> List.of(binding(aor, "<sip:a@b>", NOW.plusSeconds(60)))));
                    assertThat(done(location.update(aor, NOW, UnaryOperator.identity())))
                            .hasSize(1);
                }
                assertThat(location.remove(all -> true, NOW)).hasSize(30);
                awaitUsable(location, true);
            }
        } finally {
            nodes.forEach(TestRedis::close);
        }
    }
}
