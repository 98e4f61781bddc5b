package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.SlotHash;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.redis.RedisNodes.Node;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisServerCommands;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.script.RedisScript;

/** Writes that replicas confirm, on a single Redis, behind Sentinel and in a cluster, each of real processes. */
class ConfirmedWritesIT {
    private static final RedisScript<Long> INCREMENT =
            RedisScript.of("return redis.call('INCRBY', KEYS[1], ARGV[1])", Long.class);

    @SuppressWarnings("rawtypes")
    private static final RedisScript<List> LIST = RedisScript.of("return {KEYS[1], 7, ARGV[1]}", List.class);

    private final RedisNodes nodes = new RedisNodes();

    @AfterEach
    void stop() {
        nodes.close();
    }

    @Test
    void asksNobodyOnASingleRedis() {
        Node single = nodes.start();
        try (RedisForTests.Running redis = RedisForTests.connect(standalone(single))) {
            assertThat(increment(redis, "a")).isEqualTo(1);
            List<?> list = redis.confirmedWrites().execute(LIST, List.of("é"), "ü");
            assertThat(list.equals(List.of("é", 7L, "ü"))).isTrue();
        }
    }

    @Test
    void failsWhenTheReplicaDoesNotConfirmAndWorksAgainWhenItDoes() {
        Node master = nodes.start();
        Node replica = nodes.startReplicaOf(master);
        try (RedisForTests.Running redis = RedisForTests.connect(with(
                standalone(master), "--sipoauth.redis.confirm-replicas=1", "--sipoauth.redis.confirm-timeout=300ms"))) {
            assertThat(increment(redis, "a")).isEqualTo(1);
            assertThat(replica.commands().get("a")).isEqualTo("1");

            replica.pause();
            try {
                assertThatThrownBy(() -> increment(redis, "a")).isInstanceOf(WriteNotConfirmed.class);
                assertThat(redis.template().opsForValue().get("a"))
                        .as("other connections go on")
                        .isEqualTo("2");
            } finally {
                replica.resume();
            }
            await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> increment(redis, "a") > 2);
        }
    }

    @Test
    void waitsLongerForReplicasThanForAnAnswer() {
        Node master = nodes.start();
        Node replica = nodes.startReplicaOf(master);
        try (RedisForTests.Running redis =
                RedisForTests.connect(with(patient(standalone(master)), "--sipoauth.redis.confirm-replicas=1"))) {
            assertSaysThatNoReplicaConfirms(redis, replica, "a");
        }
    }

    /** What refuses the script says why; that it refuses WAIT as well says less. */
    @Test
    void saysThatTheNodeIsAReplicaByNow() {
        Node master = nodes.start();
        Node replica = nodes.startReplicaOf(master);
        try (RedisForTests.Running redis =
                RedisForTests.connect(with(standalone(master), "--sipoauth.redis.confirm-replicas=1"))) {
            assertThat(increment(redis, "a")).isEqualTo(1);

            master.commands().replicaof("127.0.0.1", replica.port());

            assertThatThrownBy(() -> increment(redis, "a")).hasStackTraceContaining("READONLY");
        }
    }

    @Test
    void waitsAsLongWhereRedisDoesNotYetKnowTheScript() {
        Node master = nodes.start();
        try (RedisForTests.Running redis =
                RedisForTests.connect(with(patient(standalone(master)), "--sipoauth.redis.confirm-replicas=1"))) {
            assertThatThrownBy(() -> increment(redis, "a")).isInstanceOf(WriteNotConfirmed.class);
            assertThat(master.commands().get("a")).isEqualTo("1");
        }
    }

    @Test
    void waitsLongerForReplicasOfAClusterThanForAnAnswer() {
        List<Node> cluster = nodes.startCluster(3, 3);
        try (RedisForTests.Running redis = RedisForTests.connect(patient(cluster(cluster)))) {
            String key = IntStream.range(0, 64)
                    .mapToObj(i -> "{s" + i + "}")
                    .filter(name -> SlotHash.getSlot(name) < SlotHash.SLOT_COUNT / 3)
                    .findFirst()
                    .orElseThrow();
            assertSaysThatNoReplicaConfirms(redis, cluster.get(3), key);
        }
    }

    private static void assertSaysThatNoReplicaConfirms(RedisForTests.Running redis, Node replica, String key) {
        assertThat(increment(redis, key)).isEqualTo(1);
        replica.pause();
        try {
            assertThatThrownBy(() -> increment(redis, key)).isInstanceOf(WriteNotConfirmed.class);
        } finally {
            replica.resume();
        }
    }

    private static List<String> patient(List<String> options) {
        return with(options, "--spring.data.redis.timeout=1s", "--sipoauth.redis.confirm-timeout=2s");
    }

    @Test
    void holdsUpNoMoreThanItsOwnConnections() throws Exception {
        Node master = nodes.start();
        nodes.startReplicaOf(master).pause();
        ExecutorService many = Executors.newFixedThreadPool(20);
        try (RedisForTests.Connected redis = RedisForTests.connect(with(
                standalone(master),
                "--sipoauth.redis.confirm-replicas=1",
                "--sipoauth.redis.confirm-timeout=300ms",
                "--sipoauth.redis.confirm-connections=3"))) {
            onSharedConnection(redis, commands -> commands.setClientName("shared".getBytes(StandardCharsets.UTF_8)));
            List<Callable<Long>> writes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                writes.add(() -> increment(redis, "a"));
            }
            for (Future<Long> write : many.invokeAll(writes)) {
                assertThatThrownBy(write::get)
                        .cause()
                        .isInstanceOf(DataAccessException.class)
                        .isNotInstanceOf(QueryTimeoutException.class);
            }
            redis.gotNoAnswer();
            onSharedConnection(
                    redis,
                    commands -> assertThat(commands.getClientName())
                            .as("still the same connection for everything else")
                            .isEqualTo("shared"));
            // one that broke is opened again by the next write, and the node lists it a moment longer
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                if (connectionsThatWaited(master) == 3) {
                    return true;
                }
                many.invokeAll(writes);
                return false;
            });
        } finally {
            many.shutdownNow();
        }
    }

    @Test
    void goesToTheNodeOfTheClusterThatHoldsTheKey() {
        List<Node> cluster = nodes.startCluster(3, 3);
        try (RedisForTests.Running redis =
                RedisForTests.connect(with(cluster(cluster), "--sipoauth.redis.confirm-timeout=500ms"))) {
            for (int shard = 0; shard < 64; shard++) {
                assertThat(increment(redis, "{s" + shard + "}")).isEqualTo(1);
            }
            long held = cluster.subList(0, 3).stream()
                    .filter(node -> node.commands().dbsize() > 0)
                    .count();
            assertThat(held).isEqualTo(3);
            Records records = RecordsForTests.on(redis);
            records.save("thing:b", Map.of("on", "one node"), Expected.ABSENT);
            records.save("thing:c", Map.of("on", "another"), Expected.ABSENT);
            assertThat(records.find(List.of("thing:c", "thing:a", "thing:b")))
                    .containsExactly(records.find("thing:c"), Optional.empty(), records.find("thing:b"));

            cluster.get(3).pause();
            try {
                int refused = 0;
                for (int shard = 0; shard < 64; shard++) {
                    refused += isConfirmed(redis, "{s" + shard + "}") ? 0 : 1;
                }
                assertThat(refused).as("those of the first node alone").isBetween(1, 63);
            } finally {
                cluster.get(3).resume();
            }
        }
    }

    @Test
    void asksTheOtherNodesOfAClusterWhileOneHangs() {
        List<Node> cluster = nodes.startCluster(3, 0);
        try (RedisForTests.Connected redis =
                RedisForTests.connect(with(cluster(cluster), "--sipoauth.redis.confirm-replicas=0"))) {
            List<String> keys =
                    IntStream.range(0, 64).mapToObj(i -> "{s" + i + "}").toList();
            keys.forEach(key -> increment(redis, key));
            Node hanging = cluster.get(0);
            List<String> its = hanging.commands().keys("*");
            List<String> others =
                    keys.stream().filter(key -> !its.contains(key)).toList();
            String itsKey = its.get(0);
            get(redis, itsKey);
            hanging.pause();
            try {
                assertThatThrownBy(() -> get(redis, itsKey)).isInstanceOf(QueryTimeoutException.class);
                redis.gotNoAnswer();

                assertThat(its)
                        .allSatisfy(key -> assertThatThrownBy(() -> get(redis, key))
                                .as("refused at once")
                                .isInstanceOf(DataAccessException.class)
                                .isNotInstanceOf(QueryTimeoutException.class));
                assertThat(others).allSatisfy(key -> assertThat(get(redis, key)).isEqualTo("1"));
            } finally {
                hanging.resume();
            }
            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> "1".equals(get(redis, itsKey)));
        }
    }

    @Test
    void findsANodeToWhichSlotsHaveMoved() {
        List<Node> cluster = nodes.startCluster(3, 3);
        List<Node> masters = cluster.subList(0, 3);
        try (RedisForTests.Running redis = RedisForTests.connect(cluster(cluster))) {
            assertThat(increment(redis, "{s0}")).isEqualTo(1);
            int slot = Math.toIntExact(cluster.get(0).commands().clusterKeyslot("{s0}"));
            Node from = masters.stream()
                    .filter(node -> node.commands().dbsize() > 0)
                    .findFirst()
                    .orElseThrow();
            Node to = masters.get((masters.indexOf(from) + 1) % 3);
            String target = to.commands().clusterMyId();
            to.commands().clusterSetSlotImporting(slot, from.commands().clusterMyId());
            from.commands().clusterSetSlotMigrating(slot, target);
            from.commands().migrate("127.0.0.1", to.port(), "{s0}", 0, 5_000);
            to.commands().clusterSetSlotNode(slot, target);
            from.commands().clusterSetSlotNode(slot, target);

            assertThat(increment(redis, "{s0}")).isEqualTo(2);
            assertThat(to.commands().get("{s0}")).isEqualTo("2");
        }
    }

    @Test
    void goesOnWithTheReplicaThatHasTakenOver() {
        Node master = nodes.start();
        Node replica = nodes.startReplicaOf(master);
        Node sentinel = nodes.startSentinel("sipoauth", master);
        try (RedisForTests.Running redis = RedisForTests.connect(sentinel(sentinel))) {
            assertThat(increment(redis, "a")).isEqualTo(1);
            nodes.startReplicaOf(replica); // will confirm for the new master
            master.kill();

            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> increment(redis, "a") > 1);
            assertThat(replica.commands().role().get(0)).isEqualTo("master");
        }
    }

    @Test
    void startsOnNoReplicaThatEvicts() {
        Node master = nodes.start();
        Node replica = nodes.startReplicaOf(master);
        Node sentinel = nodes.startSentinel("sipoauth", master);
        replica.commands().configSet("maxmemory-policy", "allkeys-lru");

        assertThatThrownBy(() -> RedisForTests.connect(sentinel(sentinel)))
                .hasStackTraceContaining(StartupRefused.class.getName())
                .hasStackTraceContaining(replica + ".maxmemory_policy is allkeys-lru");
    }

    @Test
    void startsOnNoNodeOfAClusterThatEvicts() {
        List<Node> cluster = nodes.startCluster(3, 1);
        cluster.get(3).commands().configSet("maxmemory-policy", "allkeys-lru");

        assertThatThrownBy(() -> RedisForTests.connect(cluster(cluster)))
                .hasStackTraceContaining(StartupRefused.class.getName())
                .hasStackTraceContaining("maxmemory_policy is allkeys-lru");
    }

    private static @Nullable String get(RedisForTests.Running redis, String key) {
        return redis.template().opsForValue().get(key);
    }

    private static void onSharedConnection(RedisForTests.Running redis, Consumer<RedisServerCommands> use) {
        redis.template().execute((RedisCallback<Void>) connection -> {
            use.accept(connection.serverCommands());
            return null;
        });
    }

    private static long connectionsThatWaited(Node node) {
        return node.commands()
                .clientList()
                .lines()
                .filter(line -> line.contains("cmd=wait"))
                .count();
    }

    private static boolean isConfirmed(RedisForTests.Running redis, String key) {
        try {
            increment(redis, key);
            return true;
        } catch (WriteNotConfirmed e) {
            return false;
        }
    }

    private static long increment(RedisForTests.Running redis, String key) {
        return redis.confirmedWrites().execute(INCREMENT, List.of(key), "1");
    }

    private static List<String> standalone(Node node) {
        return List.of("--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + node.port());
    }

    private static List<String> sentinel(Node sentinel) {
        return List.of(
                "--spring.data.redis.sentinel.master=sipoauth", "--spring.data.redis.sentinel.nodes=" + sentinel);
    }

    private static List<String> cluster(List<Node> nodes) {
        return List.of("--spring.data.redis.cluster.nodes="
                + String.join(",", nodes.stream().map(Node::toString).toList()));
    }

    private static List<String> with(List<String> options, String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return all;
    }
}
