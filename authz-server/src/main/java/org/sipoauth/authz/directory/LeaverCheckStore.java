package org.sipoauth.authz.directory;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Which server is at {@link LeaverCheck}, and when the next one is due, in the Redis hash {@code directory:check}:
 * {@code holder} and, in milliseconds since 1970, {@code lease}, after which another may follow, and {@code due}.
 */
final class LeaverCheckStore {
    static final String KEY = "directory:check";

    private static final RedisScript<Long> CLAIM = script("""
            local f = redis.call('HMGET', KEYS[1], 'holder', 'lease', 'due')
            if f[3] and tonumber(f[3]) > tonumber(ARGV[2]) then return 0 end
            if f[1] and f[1] ~= ARGV[1] and tonumber(f[2]) > tonumber(ARGV[2]) then return 0 end
            redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'lease', ARGV[3])
            return 1
            """);

    private static final RedisScript<Long> FINISH = script("""
            if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
            redis.call('HDEL', KEYS[1], 'holder', 'lease')
            redis.call('HSET', KEYS[1], 'due', ARGV[2])
            return 1
            """);

    private final StringRedisTemplate redis;

    LeaverCheckStore(StringRedisTemplate redis) {
        this.redis = redis;
    }

    /**
     * Begins a check, or goes on with it.
     *
     * @return false if none is due, or another server is at it
     */
    boolean claim(String server, Instant now, Instant lease) {
        return ran(redis.execute(CLAIM, List.of(KEY), server, millis(now), millis(lease)));
    }

    /** @return false if another server has taken over */
    boolean finish(String server, Instant nextDue) {
        return ran(redis.execute(FINISH, List.of(KEY), server, millis(nextDue)));
    }

    private static boolean ran(Long answer) {
        return Objects.requireNonNull(answer) == 1;
    }

    private static String millis(Instant instant) {
        return Long.toString(instant.toEpochMilli());
    }

    private static RedisScript<Long> script(String lua) {
        return new DefaultRedisScript<>(lua, Long.class);
    }
}
