package org.sipoauth.authz.throttle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * Counts by buckets that drain with time: what is to be seldom takes room in one, and a full one means to wait. They are in
 * Redis, so that a bound holds for all servers together and through their restarts. Of each bucket the store has one number,
 * the instant at which it will be empty, and forgets it then: a table that can grow no faster than attempts are let through.
 *
 * <p>Room is taken before an attempt is looked at, and given back if it was a good one: attempts side by side are no way
 * around a limit.
 */
@Component
public final class SharedBuckets {
    /** One tag: what a script looks at together has to be on one node of a cluster. */
    private static final String PREFIX = "{throttle}:";

    private static final RedisScript<Long> TAKE = new DefaultRedisScript<>("""
            local now, wait, empty = tonumber(ARGV[1]), 0, {}
            for i, key in ipairs(KEYS) do
              local capacity, drain = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
              local at = math.max(now, tonumber(redis.call('GET', key) or '0'))
              empty[i] = math.min(at, now + capacity * drain)
              wait = math.max(wait, empty[i] - now - (capacity - 1) * drain)
            end
            if wait > 0 then return wait end
            for i, key in ipairs(KEYS) do
              local at = empty[i] + tonumber(ARGV[2 * i + 1])
              redis.call('SET', key, string.format('%.0f', at), 'PX', string.format('%.0f', at - now))
            end
            return 0
            """, Long.class);

    private static final RedisScript<Long> GIVE_BACK = new DefaultRedisScript<>("""
            local now = tonumber(ARGV[1])
            for i, key in ipairs(KEYS) do
              local at = tonumber(redis.call('GET', key) or '0') - tonumber(ARGV[2 * i + 1])
              if at > now then
                redis.call('SET', key, string.format('%.0f', at), 'PX', string.format('%.0f', at - now))
              else
                redis.call('DEL', key)
              end
            end
            return 0
            """, Long.class);

    private final StringRedisTemplate redis;
    private final Clock clock;

    public SharedBuckets(StringRedisTemplate redis, Clock clock) {
        this.redis = redis;
        this.clock = clock;
    }

    /** @param capacity so many at once; one drains every {@code drain} */
    public record Limit(int capacity, Duration drain) {}

    /** @param name without anything that people type: what they take for a field's may be a secret */
    public record Bucket(String name, Limit limit) {
        /** The same for who may take room in it only while it is empty. */
        public Bucket ifEmpty() {
            return new Bucket(name, new Limit(1, limit.drain()));
        }
    }

    /**
     * Takes room for one in each of these, or in none.
     *
     * @return how long until there is room in all; zero if it is taken
     * @throws DataAccessException if the store is away
     */
    public Duration take(List<Bucket> buckets) {
        return Duration.ofMillis(run(TAKE, buckets));
    }

    /** Undoes one {@link #take}. */
    public void giveBack(List<Bucket> buckets) {
        if (!buckets.isEmpty()) {
            run(GIVE_BACK, buckets);
        }
    }

    public void empty(List<Bucket> buckets) {
        redis.delete(keys(buckets));
    }

    /** What the store has of a text that came from outside: 132 bits of its SHA-256, in base64url. */
    public static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(digest)
                    .substring(0, 22);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    private long run(RedisScript<Long> script, List<Bucket> buckets) {
        List<String> arguments = new ArrayList<>();
        arguments.add(Long.toString(clock.millis()));
        for (Bucket bucket : buckets) {
            arguments.add(Integer.toString(bucket.limit().capacity()));
            arguments.add(Long.toString(bucket.limit().drain().toMillis()));
        }
        return redis.execute(script, keys(buckets), arguments.toArray());
    }

    private static List<String> keys(List<Bucket> buckets) {
        return buckets.stream().map(bucket -> PREFIX + bucket.name()).toList();
    }
}
