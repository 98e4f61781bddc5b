package org.sipoauth.authz.edge;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The list in Redis, for all servers: a hash of {@code changed}, in milliseconds since 1970, and {@code edges}, an object
 * of certificate names by edge. Replaced whole, and only by one who has seen the last change.
 */
@Component
final class EdgeListStore {
    static final String KEY = "edges";

    private static final int TRIES = 20;
    private static final String NEVER = "0";
    private static final TypeReference<Map<String, List<String>>> EDGES = new TypeReference<>() {};

    private static final RedisScript<Long> REPLACE = new DefaultRedisScript<>("""
            local stored = redis.call('HGET', KEYS[1], 'changed') or '0'
            if stored ~= ARGV[1] then return 0 end
            redis.call('HSET', KEYS[1], 'changed', ARGV[2], 'edges', ARGV[3])
            return 1
            """, Long.class);

    private final StringRedisTemplate redis;
    private final ConfirmedWrites confirmed;
    private final Clock clock;
    private final JsonMapper json = new JsonMapper();

    EdgeListStore(StringRedisTemplate redis, ConfirmedWrites confirmed, Clock clock) {
        this.redis = redis;
        this.confirmed = confirmed;
        this.clock = clock;
    }

    EdgeList load() {
        Map<String, String> stored = redis.<String, String>opsForHash().entries(KEY);
        String changed = stored.get("changed");
        if (changed == null) {
            return EdgeList.NEVER_SET;
        }
        List<Edge> edges = new ArrayList<>();
        json.readValue(stored.get("edges"), EDGES).forEach((name, names) -> edges.add(new Edge(name, names)));
        return new EdgeList(Optional.of(Instant.ofEpochMilli(Long.parseLong(changed))), edges);
    }

    /**
     * Changes the list. When this returns, the replicas have it: an edge that was removed must not come back with a
     * failover.
     *
     * @param change makes of the list and the time the next list; empty: it stays as it is
     * @return the list before, and whether it was changed
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    Change change(BiFunction<EdgeList, Instant, Optional<EdgeList>> change) {
        for (int tries = 0; tries < TRIES; tries++) {
            EdgeList before = load();
            Optional<EdgeList> next = change.apply(before, clock.instant());
            if (next.isEmpty() || replace(before, next.get())) {
                return new Change(before, next.isPresent());
            }
        }
        throw new ConcurrencyFailureException("others keep changing the list of edges");
    }

    record Change(EdgeList before, boolean made) {}

    private boolean replace(EdgeList before, EdgeList next) {
        Map<String, List<String>> edges = new TreeMap<>();
        next.edges().forEach(edge -> edges.put(edge.name(), edge.certificateNames()));
        return confirmed.execute(REPLACE, List.of(KEY), version(before), version(next), json.writeValueAsString(edges))
                == 1;
    }

    private static String version(EdgeList list) {
        return list.changedAt().map(at -> Long.toString(at.toEpochMilli())).orElse(NEVER);
    }
}
