package org.sipoauth.authz.redis;

import java.time.Duration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Whether Redis takes writes. One that is full, or a replica by now, answers everything that is asked of it and yet lets
 * nobody sign in. Of a Cluster it is one master that is asked.
 */
final class RedisWritesHealth implements HealthIndicator {
    private static final String KEY = "health";
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final StringRedisTemplate redis;

    RedisWritesHealth(StringRedisTemplate redis) {
        this.redis = redis;
    }

    @Override
    public Health health() {
        try {
            redis.opsForValue().set(KEY, "1", KEPT);
            return Health.up().build();
        } catch (DataAccessException e) {
            return Health.down(e).build();
        }
    }
}
