package org.sipoauth.authz.redis;

import java.time.Duration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Whether Redis takes writes. One that is full, or a replica by now, answers everything that is asked of it and yet lets
 * nobody sign in. Not asked of a Cluster: where one of its masters takes none, the logins of the others go on.
 */
final class RedisWritesHealth implements HealthIndicator {
    private static final String KEY = "health";
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final StringRedisTemplate redis;
    private final boolean asked;

    RedisWritesHealth(StringRedisTemplate redis, boolean isCluster) {
        this.redis = redis;
        this.asked = !isCluster;
    }

    @Override
    public Health health() {
        try {
            if (asked) {
                redis.opsForValue().set(KEY, "1", KEPT);
            }
            return Health.up().build();
        } catch (DataAccessException e) {
            return Health.down(e).withDetail("reason", "takes no writes").build();
        }
    }
}
