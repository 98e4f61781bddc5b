package org.sipoauth.authz.session;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The revocations of clients in Redis, times in milliseconds since 1970:
 *
 * <ul>
 *   <li>{@code clients:revoked}, a hash: for each client the cutoff, which only ever moves on
 *   <li>{@code clients:sweep:<client>}, a hash: {@code cutoff}, {@code reason}, {@code next} bucket, number
 *       {@code revoked}; and {@code holder}, the server at work, which another may follow after {@code lease}
 * </ul>
 *
 * All of it goes when no login from before the cutoff is left.
 */
final class ClientRevocationStore {
    static final String CUTOFFS = "clients:revoked";

    private static final RedisScript<Long> CUT_OFF = script("""
            local before = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
            if before < tonumber(ARGV[2]) then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
            if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
            return 1
            """);

    /** Begins a sweep, or begins it again when the cutoff has moved. */
    private static final RedisScript<Long> BEGIN = script("""
            if tonumber(redis.call('HGET', KEYS[1], 'cutoff') or 0) >= tonumber(ARGV[1]) then return 0 end
            redis.call('DEL', KEYS[1])
            redis.call('HSET', KEYS[1], 'cutoff', ARGV[1], 'reason', ARGV[2], 'next', 0, 'revoked', 0)
            redis.call('PEXPIRE', KEYS[1], ARGV[3])
            return 1
            """);

    private static final RedisScript<Long> CLAIM = script("""
            local f = redis.call('HMGET', KEYS[1], 'holder', 'lease')
            if f[1] and f[1] ~= ARGV[1] and tonumber(f[2]) > tonumber(ARGV[2]) then return 0 end
            redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'lease', ARGV[3])
            return 1
            """);

    /** Only while the server that did the work still holds the sweep, and for the cutoff it worked with. */
    private static final RedisScript<Long> ADVANCE = script("""
            local f = redis.call('HMGET', KEYS[1], 'holder', 'cutoff')
            if f[1] ~= ARGV[1] or f[2] ~= ARGV[2] then return 0 end
            redis.call('HSET', KEYS[1], 'next', ARGV[3], 'lease', ARGV[5])
            redis.call('HINCRBY', KEYS[1], 'revoked', ARGV[4])
            return 1
            """);

    private final StringRedisTemplate redis;
    private final ConfirmedWrites confirmed;
    private final Duration kept;

    /** @param longestLogin how long a login can last, and a revocation so matters */
    ClientRevocationStore(StringRedisTemplate redis, ConfirmedWrites confirmed, Duration longestLogin) {
        this.redis = redis;
        this.confirmed = confirmed;
        this.kept = longestLogin.plusDays(1);
    }

    Map<String, Instant> cutoffs() {
        Map<String, Instant> cutoffs = new HashMap<>();
        redis.<String, String>opsForHash().entries(CUTOFFS).forEach((client, at) -> cutoffs.put(client, instant(at)));
        return cutoffs;
    }

    /** Whether no login from before the cutoff can be left. */
    boolean isPast(Instant cutoff, Instant now) {
        return !now.isBefore(cutoff.plus(kept));
    }

    void forget(String client) {
        redis.opsForHash().delete(CUTOFFS, client);
    }

    /** When this returns, the replicas have it. */
    void cutOff(String client, Instant cutoff, Instant now) {
        confirmed.execute(CUT_OFF, List.of(CUTOFFS), client, millis(cutoff), left(cutoff, now));
    }

    /** When this returns, the replicas have it. Does nothing if there is a sweep with this cutoff or a later one. */
    void beginSweep(String client, Instant cutoff, String reason, Instant now) {
        confirmed.execute(BEGIN, List.of(sweepKey(client)), millis(cutoff), reason, left(cutoff, now));
    }

    Optional<ClientSweep> sweep(String client) {
        Map<String, String> fields = redis.<String, String>opsForHash().entries(sweepKey(client));
        String cutoff = fields.get("cutoff");
        if (cutoff == null) {
            return Optional.empty();
        }
        return Optional.of(new ClientSweep(
                instant(cutoff),
                fields.getOrDefault("reason", ""),
                Integer.parseInt(fields.getOrDefault("next", "0")),
                Long.parseLong(fields.getOrDefault("revoked", "0"))));
    }

    /** @return false if another server is at work */
    boolean claim(String client, String server, Instant now, Instant lease) {
        return ran(redis.execute(CLAIM, List.of(sweepKey(client)), server, millis(now), millis(lease)));
    }

    /** @return false if another server has taken over, or the cutoff has moved */
    boolean advance(String client, String server, ClientSweep from, int next, long revoked, Instant lease) {
        return ran(redis.execute(
                ADVANCE,
                List.of(sweepKey(client)),
                server,
                millis(from.cutoff()),
                Integer.toString(next),
                Long.toString(revoked),
                millis(lease)));
    }

    private static boolean ran(Long answer) {
        return Objects.requireNonNull(answer) == 1;
    }

    private String left(Instant cutoff, Instant now) {
        return Long.toString(Duration.between(now, cutoff.plus(kept)).toMillis());
    }

    private static String sweepKey(String client) {
        return "clients:sweep:" + client;
    }

    private static RedisScript<Long> script(String lua) {
        return new DefaultRedisScript<>(lua, Long.class);
    }

    private static String millis(Instant instant) {
        return Long.toString(instant.toEpochMilli());
    }

    private static Instant instant(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }
}
