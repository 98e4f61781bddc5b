package org.sipoauth.authz.signing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Compares this server's clock with that of Redis, which all servers share. One of them is wrong when they differ by
 * more than verifiers tolerate: its tokens would be refused, and keys would change at the wrong time.
 */
final class ClockCheck {
    private static final Logger LOG = LoggerFactory.getLogger(ClockCheck.class);

    private final StringRedisTemplate redis;
    private final Clock clock;
    private final Duration tolerance;
    private volatile Duration offset = Duration.ZERO;

    ClockCheck(StringRedisTemplate redis, Clock clock, Duration tolerance) {
        this.redis = redis;
        this.clock = clock;
        this.tolerance = tolerance;
    }

    /** Asks Redis for its time; without an answer, what was last found out stands. */
    boolean isSound() {
        try {
            RedisCallback<Long> time = connection -> connection.serverCommands().time(TimeUnit.MILLISECONDS);
            Long theirs = redis.execute(time);
            if (theirs != null) {
                offset = Duration.between(Instant.ofEpochMilli(theirs), clock.instant());
            }
        } catch (RuntimeException e) {
            LOG.debug("Redis does not tell its time: {}", e.getMessage());
        }
        boolean sound = offset.abs().compareTo(tolerance) <= 0;
        if (!sound) {
            LOG.error(
                    "this server's clock is {} off that of Redis, more than {}: the key ring is only read until"
                            + " one of them is set right",
                    offset,
                    tolerance);
        }
        return sound;
    }

    /** This server's time less that of Redis, as last found out. */
    Duration offset() {
        return offset;
    }

    Duration tolerance() {
        return tolerance;
    }
}
