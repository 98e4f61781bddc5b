package org.sipoauth.authz.throttle;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sipoauth.authz.throttle.SharedBuckets.Limit;

/**
 * Buckets as {@link SharedBuckets} are, of one server alone: for what comes too often to be counted in the store. Kept in
 * memory, bounded: who floods the table pushes out the oldest.
 */
public final class DrainingBuckets {
    private static final int REMEMBERED = 50_000;

    private final Clock clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > REMEMBERED;
        }
    };

    public DrainingBuckets(Clock clock) {
        this.clock = clock;
    }

    private record Bucket(double level, Instant at) {
        double levelAt(Instant now, Limit limit) {
            double drained =
                    (double) Duration.between(at, now).toNanos() / limit.drain().toNanos();
            return Math.max(0, level - drained);
        }
    }

    /** How long until there is room for one more; zero if there is. */
    public synchronized Duration untilRoom(String key, Limit limit) {
        double excess = level(key, limit) - (limit.capacity() - 1);
        return excess <= 0
                ? Duration.ZERO
                : Duration.ofNanos((long) Math.ceil(excess * limit.drain().toNanos()));
    }

    public synchronized void add(String key, Limit limit) {
        buckets.put(key, new Bucket(Math.min(limit.capacity(), level(key, limit) + 1), clock.instant()));
    }

    private double level(String key, Limit limit) {
        Bucket bucket = buckets.get(key);
        return bucket == null ? 0 : bucket.levelAt(clock.instant(), limit);
    }
}
