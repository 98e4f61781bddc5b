package org.sipoauth.benchmarks.failover;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.sipoauth.benchmarks.platform.ChildProcess;
import org.sipoauth.benchmarks.platform.Store;
import org.sipoauth.benchmarks.platform.Workplace;

/** A Redis master with two replicas, and three Sentinels that watch it; its last writes can be made to be lost. */
final class SentinelRedis implements Store {
    private static final String NAME = "logins";
    private static final int REPLICAS = 2;
    private static final int SENTINELS = 3;
    private static final int QUORUM = 2;
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final long LOOK_MILLIS = 20;

    private final Map<Integer, ChildProcess> redisByPort = new LinkedHashMap<>();
    private final List<Integer> sentinels = new ArrayList<>();
    private int starts;

    @Override
    public List<String> start(Workplace workplace) throws IOException, InterruptedException {
        int master = startRedis(workplace, List.of());
        for (int i = 0; i < REPLICAS; i++) {
            startRedis(workplace, List.of("--replicaof", "127.0.0.1", Integer.toString(master)));
        }
        awaitReplicas(master);
        for (int i = 0; i < SENTINELS; i++) {
            startSentinel(workplace, i + 1, master);
        }
        await("the Sentinels know one another", () -> sentinels.stream().allMatch(this::knowsTheOthers));
        return List.of(
                "--spring.data.redis.sentinel.master=" + NAME,
                "--spring.data.redis.sentinel.nodes="
                        + sentinels.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
    }

    private int startRedis(Workplace workplace, List<String> options) throws IOException, InterruptedException {
        int port = workplace.freePort();
        startRedis(workplace, port, options);
        return port;
    }

    private void startRedis(Workplace workplace, int port, List<String> options)
            throws IOException, InterruptedException {
        // a folder of its own for the port, so that who comes back finds its data
        ChildProcess redis = Store.startRedis(workplace, "redis-" + port, "redis-" + ++starts, port, options);
        redis.awaitReady();
        redisByPort.put(port, redis);
    }

    private void startSentinel(Workplace workplace, int number, int master) throws IOException, InterruptedException {
        int port = workplace.freePort();
        String name = "sentinel-" + number;
        Path configuration =
                Files.createDirectories(workplace.folder().resolve(name)).resolve("sentinel.conf");
        Files.writeString(
                configuration, """
                bind 127.0.0.1
                port %d
                dir %s
                sentinel monitor %s 127.0.0.1 %d %d
                sentinel down-after-milliseconds %s 1500
                sentinel failover-timeout %s 5000
                """.formatted(port, configuration.getParent(), NAME, master, QUORUM, NAME, NAME));
        workplace
                .start(
                        name,
                        "+monitor master",
                        List.of(workplace.redisServer().toString(), configuration.toString(), "--sentinel"))
                .awaitReady();
        sentinels.add(port);
    }

    private boolean knowsTheOthers(int sentinel) {
        try {
            List<String> master = RedisWords.say(sentinel, "SENTINEL master " + NAME);
            return value(master, "num-other-sentinels").equals(Integer.toString(SENTINELS - 1))
                    && value(master, "num-slaves").equals(Integer.toString(REPLICAS));
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String value(List<String> pairs, String name) {
        int at = pairs.indexOf(name);
        return at < 0 ? "" : pairs.get(at + 1);
    }

    /** Where most Sentinels say that the master is. */
    int master() throws IOException {
        Map<Integer, Integer> votes = new LinkedHashMap<>();
        for (int sentinel : sentinels) {
            String port = RedisWords.say(sentinel, "SENTINEL get-master-addr-by-name " + NAME)
                    .get(1);
            if (votes.merge(Integer.valueOf(port), 1, Integer::sum) >= QUORUM) {
                return Integer.parseInt(port);
            }
        }
        throw new IOException("the Sentinels do not agree");
    }

    /** From now on the master is alone with what it writes: its replicas are cut off in one instant, and stay so. */
    void stopReplication() throws IOException {
        RedisWords.say(master(), "MULTI", "ACL SETUSER default -psync -sync", "CLIENT KILL TYPE replica", "EXEC");
    }

    /**
     * Ends the master by SIGKILL, and returns when a replica has taken over.
     *
     * @return where the old master was
     */
    int killMaster() throws IOException, InterruptedException {
        int old = master();
        ChildProcess process = redisByPort.get(old);
        if (process == null) {
            throw new IOException("the master is none of ours");
        }
        process.kill();
        await("a replica takes over", () -> {
            try {
                int now = master();
                return now != old && info(now).contains("role:master");
            } catch (IOException notYet) {
                return false;
            }
        });
        return old;
    }

    /** Starts an old master again, as what it was: the Sentinels have to make a replica of it. Returns when they have. */
    void bringBack(Workplace workplace, int port) throws IOException, InterruptedException {
        startRedis(workplace, port, List.of());
        awaitReplicas(master());
    }

    private static void awaitReplicas(int master) throws IOException, InterruptedException {
        await("the replicas follow", () -> {
            try {
                return info(master).split("state=online", -1).length == REPLICAS + 1;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    private static String info(int port) throws IOException {
        return RedisWords.say(port, "INFO replication").get(0);
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(String what, Condition condition) throws IOException, InterruptedException {
        Instant giveUp = Instant.now().plus(LIMIT);
        while (!condition.holds()) {
            if (Instant.now().isAfter(giveUp)) {
                throw new IOException("waited in vain: " + what);
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
