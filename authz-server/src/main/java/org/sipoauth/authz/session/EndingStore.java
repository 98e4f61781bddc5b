package org.sipoauth.authz.session;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The logins that are to end on devices, in Redis: the hash {@code {devices}:ending} of {@link Ending}s, and which server
 * is at work, {@code {devices}:ending-holder}: {@code holder} and, in milliseconds since 1970, {@code lease}, after which
 * another may follow.
 */
final class EndingStore {
    private static final String ENDINGS = "{devices}:ending";
    private static final String HOLDER = "{devices}:ending-holder";

    private static final RedisScript<Long> ADD = script("""
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
            return 1
            """);

    /** To another state, or away with it; only by one who has seen the last state. */
    private static final RedisScript<Long> CHANGE = script("""
            if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
            if ARGV[3] then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) else redis.call('HDEL', KEYS[1], ARGV[1]) end
            return 1
            """);

    private static final RedisScript<Long> CLAIM = script("""
            local f = redis.call('HMGET', KEYS[1], 'holder', 'lease')
            if f[1] and f[1] ~= ARGV[1] and tonumber(f[2]) > tonumber(ARGV[2]) then return 0 end
            redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'lease', ARGV[3])
            return 1
            """);

    private final StringRedisTemplate redis;
    private final ConfirmedWrites confirmed;

    EndingStore(StringRedisTemplate redis, ConfirmedWrites confirmed) {
        this.redis = redis;
        this.confirmed = confirmed;
    }

    /** When this returns, the replicas have it. */
    void add(Ending ending) {
        confirmed.execute(ADD, List.of(ENDINGS), ending.field(), ending.stored());
    }

    void remove(String field) {
        redis.opsForHash().delete(ENDINGS, field);
    }

    /** Few: they go within seconds, but for that of a profile with many devices. */
    List<Ending> all() {
        return redis.<String, String>opsForHash().entries(ENDINGS).entrySet().stream()
                .map(EndingStore::read)
                .toList();
    }

    Optional<Ending> find(String field) {
        return Optional.ofNullable(redis.<String, String>opsForHash().get(ENDINGS, field))
                .map(stored -> Ending.read(field, stored));
    }

    /** @return false if it is another by now, or gone */
    boolean advance(Ending from, Ending to) {
        return ran(redis.execute(CHANGE, List.of(ENDINGS), from.field(), from.stored(), to.stored()));
    }

    /** @return false if it is another by now, or gone */
    boolean finish(Ending done) {
        return ran(redis.execute(CHANGE, List.of(ENDINGS), done.field(), done.stored()));
    }

    /** @return false if another server is at work */
    boolean claim(String server, Instant now, Instant lease) {
        return ran(redis.execute(
                CLAIM,
                List.of(HOLDER),
                server,
                Long.toString(now.toEpochMilli()),
                Long.toString(lease.toEpochMilli())));
    }

    private static Ending read(Map.Entry<String, String> entry) {
        return Ending.read(entry.getKey(), entry.getValue());
    }

    private static boolean ran(Long answer) {
        return Objects.requireNonNull(answer) == 1;
    }

    private static RedisScript<Long> script(String lua) {
        return new DefaultRedisScript<>(lua, Long.class);
    }
}
