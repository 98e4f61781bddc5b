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
 * phone. Who ends logins writes here first and reads the index then; a login reads here, is entered in the index, begins, and
 * reads here again: so one of the two sees the other. What it reads moves at each end, so that no clocks are compared.
 */
final class Cutoffs {
    private static final RedisScript<Long> MOVE = RedisScript.of("""
            local last = tonumber(redis.call('GET', KEYS[1]) or 0)
            local cutoff = math.max(tonumber(ARGV[1]), last + 1)
            redis.call('SET', KEYS[1], string.format('%.0f', cutoff), 'PX', ARGV[2])
            return 1
            """, Long.class);

    private final StringRedisTemplate redis;
    private final ConfirmedWrites confirmed;
    private final Duration longestGrant;

    /**
     * The cutoffs of a user and a device at one moment, in milliseconds since 1970.
     *
     * @param user empty if the user's logins were not ended lately
     * @param device likewise, or if there is none
     */
    record Marks(Optional<String> user, Optional<String> device) {
        /** Whether logins were ended since others were read: one that has but expired was not. */
        boolean haveMovedSince(Marks earlier) {
            return hasMoved(earlier.user, user) || hasMoved(earlier.device, device);
        }

        private static boolean hasMoved(Optional<String> earlier, Optional<String> later) {
            return later.isPresent() && !later.equals(earlier);
        }
    }

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

    Marks marks(String user, Optional<String> device) {
        return new Marks(read(ofUser(user)), device.flatMap(name -> read(ofDevice(name))));
    }

    boolean endedSince(String user, Optional<String> device, Instant granted) {
        return endedSince(ofUser(user), granted)
                || device.filter(name -> endedSince(ofDevice(name), granted)).isPresent();
    }

    private boolean endedSince(String key, Instant granted) {
        return read(key)
                .filter(cutoff -> granted.toEpochMilli() < Long.parseLong(cutoff))
                .isPresent();
    }

    private Optional<String> read(String key) {
        return Optional.ofNullable(redis.opsForValue().get(key));
    }

    private static String ofUser(String user) {
        return "ended:" + user.toLowerCase(Locale.ROOT);
    }

    private static String ofDevice(String device) {
        return "ended-device:" + device;
    }
}
