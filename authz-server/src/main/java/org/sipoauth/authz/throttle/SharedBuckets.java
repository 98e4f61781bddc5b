package org.sipoauth.authz.throttle;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.sipoauth.authz.throttle.DrainingBuckets.Limit;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * {@link DrainingBuckets} in Redis, so that a bound holds for all servers together and through their restarts. Of each
 * bucket the store has one number, the instant at which it will be empty, and forgets it then: a table that can grow no
 * faster than attempts are let through.
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

    /** @param name without anything that people type: what they take for a field's may be a secret */
    public record Bucket(String name, Limit limit) {}

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
