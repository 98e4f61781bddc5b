package org.sipoauth.authz.refresh;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * When all logins of a user, or on a device, were ended last, so that none begins by what was granted before: {@code
 * ended:<user>} and {@code ended-device:<device>} in Redis, in milliseconds since 1970, for as long as a grant waits for its
 * phone. Who ends logins writes here first and reads the index then; a login is entered in the index first and is looked up
 * here when it has begun: so one of the two sees the other.
 */
final class Cutoffs {
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
    Cutoffs(StringRedisTemplate redis, ConfirmedWrites confirmed, Duration longestGrant) {
        this.redis = redis;
        this.confirmed = confirmed;
        this.longestGrant = longestGrant;
    }

    /** When this returns, the replicas have it. What was granted in this very millisecond is ended, too. */
    void endUser(String user, Instant now) {
        end(ofUser(user), now);
    }

    /** As {@link #endUser}. */
    void endDevice(String device, Instant now) {
        end(ofDevice(device), now);
    }

    private void end(String key, Instant now) {
        confirmed.execute(
                MOVE, List.of(key), Long.toString(now.toEpochMilli() + 1), Long.toString(longestGrant.toMillis()));
    }

    boolean endedSince(String user, Optional<String> device, Instant granted) {
        return endedSince(ofUser(user), granted)
                || device.filter(name -> endedSince(ofDevice(name), granted)).isPresent();
    }

    private boolean endedSince(String key, Instant granted) {
        String cutoff = redis.opsForValue().get(key);
        return cutoff != null && granted.toEpochMilli() < Long.parseLong(cutoff);
    }

    private static String ofUser(String user) {
        return "ended:" + user.toLowerCase(Locale.ROOT);
    }

    private static String ofDevice(String device) {
        return "ended-device:" + device;
    }
}
