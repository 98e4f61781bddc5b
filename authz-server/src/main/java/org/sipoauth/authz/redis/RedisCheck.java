package org.sipoauth.authz.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Loopback;
import org.sipoauth.authz.settings.StartupRefused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Refuses, at start-up, a Redis that would forget logins: one that cannot be reached, or that evicts; and one on another
 * machine that lets everybody in. Warns of one that does not write to its disk what it has acknowledged, and of one that
 * takes more memory than it needs. Looks at every node that may come to hold logins: at each of a
 * cluster, and behind Sentinel at the replicas as well.
 */
final class RedisCheck implements SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger(RedisCheck.class);

    private static final String FSYNC = "appendfsync";
    private static final String NEVER = "no";
    private static final String ALWAYS = "always";
    private static final String HASHES = "hash-max-";
    /** An index bucket of 30 million logins; deploy/redis and the embedded Redis have them. */
    static final int ENTRIES = 4096;
    /** An entry with a name of 200 characters, and a record's scopes. */
    static final int VALUE = 256;

    private static final Pattern REPLICA = Pattern.compile("slave\\d+=ip=([^,]+),port=(\\d+),state=online,.*");

    private final LettuceConnectionFactory redis;

    private final boolean insecureWithoutPassword;
    private final int confirmReplicas;

    /** @param confirmReplicas how many replicas have a login or a revocation when it is answered */
    RedisCheck(LettuceConnectionFactory redis, boolean insecureWithoutPassword, int confirmReplicas) {
        this.redis = redis;
        this.insecureWithoutPassword = insecureWithoutPassword;
        this.confirmReplicas = confirmReplicas;
    }

    @Override
    public void afterSingletonsInstantiated() {
        requireProtected(
                hosts(redis).filter(host -> !Loopback.isLoopback(host)).findFirst(),
                redis.getPassword() != null || insecureWithoutPassword,
                redis.isUseSsl());
        try (RedisConnection connection = redis.getConnection()) {
            if (connection instanceof RedisClusterConnection cluster) {
                checkNodes(cluster);
                return;
            }
            check(
                    "",
                    info(connection, "memory"),
                    info(connection, "persistence"),
                    connection.serverCommands()::getConfig);
            if (redis.isRedisSentinelAware()) {
                checkReplicas(info(connection, "replication"));
            }
        } catch (DataAccessException e) {
            throw new StartupRefused(
                    "Redis does not answer: " + e.getMostSpecificCause().getMessage(),
                    "Check spring.data.redis.* and that this Redis runs; leave them all unset for the embedded one.",
                    e);
        }
    }

    private static Stream<String> hosts(LettuceConnectionFactory redis) {
        RedisSentinelConfiguration sentinel = redis.getSentinelConfiguration();
        RedisClusterConfiguration cluster = redis.getClusterConfiguration();
        if (sentinel != null) {
            return sentinel.getSentinels().stream().map(node -> String.valueOf(node.getHost()));
        }
        return cluster != null
                ? cluster.getClusterNodes().stream().map(node -> String.valueOf(node.getHost()))
                : Stream.of(redis.getHostName());
    }

    /** @param elsewhere a node on another machine, if there is one */
    static void requireProtected(Optional<String> elsewhere, boolean password, boolean tls) {
        elsewhere.ifPresent(host -> {
            if (!password) {
                throw new StartupRefused(
                        "The Redis at " + host
                                + " is used without a password: whoever reaches it can revoke logins, and"
                                + " read what passwords and refresh tokens are made of.",
                        "Set a password there (requirepass), and spring.data.redis.password here. If nobody else can reach"
                                + " it, set sipoauth.redis.insecure-without-password=true.");
            }
            if (!tls) {
                LOG.warn(
                        "the Redis at {} is not asked over TLS: who can listen between it and this server reads its"
                                + " password; set spring.data.redis.ssl.enabled unless that network is yours alone",
                        host);
            }
        });
    }

    private void checkNodes(RedisClusterConnection cluster) {
        for (RedisClusterNode node : cluster.clusterCommands().clusterGetNodes()) {
            try {
                check(
                        node.asString() + ".",
                        cluster.serverCommands().info(node, "memory"),
                        cluster.serverCommands().info(node, "persistence"),
                        names -> cluster.serverCommands().getConfig(node, names));
            } catch (DataAccessException e) {
                LOG.warn("the node {} of the cluster does not answer: {}", node.asString(), e.getMessage());
            }
        }
    }

    private void checkReplicas(Properties replication) {
        for (RedisURI replica : replicas(replication)) {
            try (RedisClient client = RedisClient.create(replica);
                    StatefulRedisConnection<String, String> connection = client.connect()) {
                check(
                        replica.getHost() + ":" + replica.getPort() + ".",
                        properties(connection.sync().info("memory")),
                        properties(connection.sync().info("persistence")),
                        connection.sync()::configGet);
            } catch (RedisException e) {
                LOG.warn("the replica {}:{} does not answer: {}", replica.getHost(), replica.getPort(), e.getMessage());
            }
        }
    }

    /** As the master tells, with the credentials that it asks for. */
    private List<RedisURI> replicas(Properties replication) {
        List<RedisURI> replicas = new ArrayList<>();
        RedisSentinelConfiguration sentinel = Objects.requireNonNull(redis.getSentinelConfiguration());
        for (String name : replication.stringPropertyNames()) {
            Matcher replica = REPLICA.matcher(name + "=" + replication.getProperty(name));
            if (replica.matches()) {
                RedisURI.Builder uri = RedisURI.builder()
                        .withHost(replica.group(1))
                        .withPort(Integer.parseInt(replica.group(2)))
                        .withSsl(redis.getClientConfiguration().isUseSsl())
                        .withVerifyPeer(redis.getClientConfiguration().getVerifyMode())
                        .withTimeout(redis.getClientConfiguration().getCommandTimeout());
                String username = sentinel.getUsername();
                sentinel.getPassword()
                        .toOptional()
                        .ifPresent(
                                password -> uri.withAuthentication(username == null ? "default" : username, password));
                replicas.add(uri.build());
            }
        }
        return replicas;
    }

    private static Properties properties(String info) {
        Properties properties = new Properties();
        info.lines().filter(line -> line.contains(":")).forEach(line -> {
            int colon = line.indexOf(':');
            properties.setProperty(line.substring(0, colon), line.substring(colon + 1));
        });
        return properties;
    }

    /** @param node its name and a full stop, or nothing where there is one alone */
    private void check(
            String node,
            Properties memory,
            Properties persistence,
            Function<String, @Nullable Map<?, ?>> configuration) {
        requireNoEviction(node, memory);
        warnIfNotDurable(
                node,
                persistence,
                Optional.ofNullable(told(configuration, FSYNC).get(FSYNC)),
                confirmReplicas);
        warnIfNotCompact(node, told(configuration, HASHES + "*"));
    }

    /** How this node is configured; nothing where a hosted service refuses {@code CONFIG GET}. */
    private static Map<String, String> told(Function<String, @Nullable Map<?, ?>> configuration, String names) {
        Map<String, String> told = new HashMap<>();
        try {
            Map<?, ?> settings = configuration.apply(names);
            if (settings != null) {
                settings.forEach((name, value) -> told.put(String.valueOf(name), String.valueOf(value)));
            }
        } catch (DataAccessException | RedisException refused) {
            LOG.debug("this Redis does not tell its configuration: {}", refused.getMessage());
        }
        return told;
    }

    // INFO rather than CONFIG GET, which hosted Redis services refuse.
    private static Properties info(RedisConnection connection, String section) {
        Properties info = connection.serverCommands().info(section);
        return info == null ? new Properties() : info;
    }

    private static void requireNoEviction(String node, Properties memory) {
        String policy = memory.getProperty("maxmemory_policy", "noeviction");
        if (!policy.equals("noeviction")) {
            throw new StartupRefused(
                    "This Redis evicts keys when its memory is full (" + node + "maxmemory_policy is " + policy
                            + "): phones would lose their logins, and revocations with them.",
                    "Set maxmemory-policy noeviction in its configuration.");
        }
    }

    static void warnIfNotDurable(String node, Properties persistence, Optional<String> fsync, int confirmReplicas) {
        String appending = persistence.getProperty("aof_enabled", "");
        if (appending.equals("0")) {
            LOG.warn(
                    "this Redis keeps no append-only file ({}aof_enabled is 0): when it restarts, it loses the logins and"
                            + " revocations since its last snapshot; set appendonly yes",
                    node);
        } else if (fsync.filter(NEVER::equals).isPresent()) {
            LOG.warn(
                    "this Redis never asks for its append-only file to be on the disk ({}aof_enabled with {} {}): a power"
                            + " failure takes back some 30 seconds of logins and revocations; set it to {}, or to"
                            + " everysec where a replica confirms each of them",
                    node,
                    FSYNC,
                    NEVER,
                    ALWAYS);
        } else if (confirmReplicas == 0
                && fsync.filter(policy -> !policy.equals(ALWAYS)).isPresent()) {
            LOG.warn(
                    "this Redis asks once a second for its append-only file to be on the disk ({}aof_enabled with {} {}),"
                            + " and no replica confirms: a power failure takes back the last second or two of logins and"
                            + " revocations that were answered; set {} {}, or add replicas and set"
                            + " sipoauth.redis.confirm-replicas",
                    node,
                    FSYNC,
                    fsync.orElseThrow(),
                    FSYNC,
                    ALWAYS);
        }
    }

    /** Redis 7 calls them listpacks and still knows them by both names. */
    static void warnIfNotCompact(String node, Map<String, String> limits) {
        boolean tooLow = limits.entrySet().stream()
                .anyMatch(limit -> isBelow(limit, "entries", ENTRIES) || isBelow(limit, "value", VALUE));
        if (tooLow) {
            LOG.warn(
                    "this Redis keeps small hashes compact up to {}{}: with more than some four million logins, or with"
                            + " long names, a login takes a quarter more memory; set hash-max-ziplist-entries {} and"
                            + " hash-max-ziplist-value {}",
                    node,
                    new TreeMap<>(limits),
                    ENTRIES,
                    VALUE);
        }
    }

    /** What is no number, as something else than Redis may answer, is none that is too low. */
    private static boolean isBelow(Map.Entry<String, String> limit, String of, int least) {
        return limit.getKey().startsWith(HASHES)
                && limit.getKey().endsWith("-" + of)
                && limit.getValue().matches("\\d{1,18}")
                && Long.parseLong(limit.getValue()) < least;
    }
}
