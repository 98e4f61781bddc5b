package org.sipoauth.authz.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * When all logins of a user were ended last, so that none begins by what they granted before: {@code ended:<user>} in Redis,
 * in milliseconds since 1970, for as long as a grant waits for its phone.
 */
final class UserCutoffs {
    private static final RedisScript<Long> MOVE = RedisScript.of("""
            if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then
              redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            end
            return 1
            """, Long.class);

    private final StringRedisTemplate redis;
    private final ConfirmedWrites confirmed;
    private final Duration longestGrant;

    /** @param longestGrant how long what a user has granted can wait to be redeemed */
    UserCutoffs(StringRedisTemplate redis, ConfirmedWrites confirmed, Duration longestGrant) {
        this.redis = redis;
        this.confirmed = confirmed;
        this.longestGrant = longestGrant;
    }

    /** When this returns, the replicas have it. What was granted in this very millisecond is ended, too. */
    void end(String user, Instant now) {
        confirmed.execute(
                MOVE,
                List.of(key(user)),
                Long.toString(now.toEpochMilli() + 1),
                Long.toString(longestGrant.toMillis()));
    }

    boolean endedSince(String user, Instant granted) {
        String cutoff = redis.opsForValue().get(key(user));
        return cutoff != null && granted.toEpochMilli() < Long.parseLong(cutoff);
    }

    private static String key(String user) {
        return "ended:" + user.toLowerCase(Locale.ROOT);
    }
}
