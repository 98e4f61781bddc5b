package org.sipoauth.registrar.location;

import io.lettuce.core.RedisURI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a Redis is, and how to come in: one server, one behind Sentinels, or a Cluster. Prints itself without the password.
 */
public final class RedisAddress {
    private static final Pattern URI =
            Pattern.compile("redis(s)?(-sentinel|-cluster)?://(?:([^@/]*)@)?([^@/?#]+)(?:/(\\d{1,4}))?(?:#(\\S+))?");
    private static final Pattern NODE = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+)(?::(\\d{1,5}))?");
    private static final String SENTINEL = "-sentinel";
    private static final String CLUSTER = "-cluster";
    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26379;

    private final String uri;
    private final List<RedisURI> nodes;
    private final boolean cluster;

    private RedisAddress(String uri, List<RedisURI> nodes, boolean cluster) {
        this.uri = uri;
        this.nodes = List.copyOf(nodes);
        this.cluster = cluster;
    }

    /**
     * Of {@code redis://HOST:PORT}, {@code redis-sentinel://HOST:PORT,HOST:PORT#MASTER} or
     * {@code redis-cluster://HOST:PORT,HOST:PORT}; with {@code rediss} for TLS, {@code USER@} before the first host and
     * {@code /DATABASE} behind the last.
     *
     * @param password of the servers; Sentinels are asked without one
     * @throws IllegalArgumentException if it is written otherwise; the message says how it should be, and shows no password
     */
    public static RedisAddress of(String uri, Optional<String> password) {
        Matcher parts = URI.matcher(uri);
        if (!parts.matches()) {
            throw new IllegalArgumentException("write redis://HOST:PORT, redis-sentinel://HOST:PORT,HOST:PORT#MASTER or"
                    + " redis-cluster://HOST:PORT,HOST:PORT; rediss… for TLS");
        }
        String user = Optional.ofNullable(parts.group(3)).orElse("");
        if (user.contains(":")) {
            throw new IllegalArgumentException("a password has no place in the address, where others can read it");
        }
        if (!user.isEmpty() && password.isEmpty()) {
            throw new IllegalArgumentException("user " + user + " has no password");
        }
        String kind = Optional.ofNullable(parts.group(2)).orElse("");
        String master = Optional.ofNullable(parts.group(6)).orElse("");
        if (kind.equals(SENTINEL) == master.isEmpty()) {
            throw new IllegalArgumentException("#MASTER, as the Sentinels call it, goes with redis-sentinel alone");
        }
        int database =
                Optional.ofNullable(parts.group(5)).map(Integer::parseInt).orElse(0);
        if (kind.equals(CLUSTER) && database != 0) {
            throw new IllegalArgumentException("a Cluster has no databases");
        }
        List<RedisURI> nodes = Arrays.stream(parts.group(4).split(",", -1))
                .map(node -> node(node, kind.equals(SENTINEL) ? SENTINEL_PORT : PORT))
                .toList();
        if (kind.isEmpty() && nodes.size() > 1) {
            throw new IllegalArgumentException("several hosts are redis-sentinel or redis-cluster");
        }
        if (kind.equals(SENTINEL)) {
            RedisURI behind = new RedisURI();
            behind.setSentinelMasterId(master);
            behind.getSentinels().addAll(nodes);
            nodes.forEach(sentinel -> complete(sentinel, parts));
            nodes = List.of(behind);
        }
        for (RedisURI node : nodes) {
            complete(node, parts);
            node.setDatabase(database);
            password.ifPresent(secret -> authenticate(node, user, secret));
        }
        return new RedisAddress(uri, nodes, kind.equals(CLUSTER));
    }

    private static RedisURI node(String text, int defaultPort) {
        Matcher node = NODE.matcher(text);
        int port = node.matches() && node.group(2) != null ? Integer.parseInt(node.group(2)) : defaultPort;
        if (!node.matches() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("not a host and port: " + text);
        }
        return RedisURI.create(node.group(1), port);
    }

    private static void complete(RedisURI node, Matcher parts) {
        node.setSsl(parts.group(1) != null);
        node.setTimeout(RedisLocation.TIME_LIMIT);
    }

    private static void authenticate(RedisURI node, String user, String password) {
        if (user.isEmpty()) {
            node.setAuthentication(password.toCharArray());
        } else {
            node.setAuthentication(user, password.toCharArray());
        }
    }

    /** The nodes of a Cluster to ask for the others; otherwise one. */
    List<RedisURI> nodes() {
        return nodes;
    }

    boolean isCluster() {
        return cluster;
    }

    @Override
    public String toString() {
        return uri;
    }
}
