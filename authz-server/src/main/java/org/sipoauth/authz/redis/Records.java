package org.sipoauth.authz.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.RandomSecret;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * What administrators keep here, one Redis hash a record: changed at once or not at all, confirmed by the replicas, and
 * only by one who has seen the last change, if asked to. A record's revision is one of its fields.
 */
@Component
public final class Records {
    private static final String REVISION = "revision";

    /** What a record that was written before there were revisions is taken for. */
    private static final String FIRST_REVISION = "0";

    private static final int REVISION_BITS = 72;

    private static final String CHECK = """
            local exists = redis.call('EXISTS', KEYS[1]) == 1
            local how = string.sub(ARGV[1], 1, 1)
            if how == '-' and exists or (how == '+' or how == '=') and not exists then return -1 end
            if how == '=' and (redis.call('HGET', KEYS[1], 'revision') or '0') ~= string.sub(ARGV[1], 2) then return -1 end
            """;

    private static final RedisScript<Long> SAVE = new DefaultRedisScript<>(CHECK + """
            local set = {'revision', ARGV[2]}
            for i = 4, 3 + 2 * tonumber(ARGV[3]) do set[#set + 1] = ARGV[i] end
            redis.call('HSET', KEYS[1], unpack(set))
            for i = 4 + 2 * tonumber(ARGV[3]), #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
            return exists and 0 or 1
            """, Long.class);

    private static final RedisScript<Long> REMOVE = new DefaultRedisScript<>(CHECK + """
            return redis.call('DEL', KEYS[1])
            """, Long.class);

    private final StringRedisTemplate redis;
    private final ConfirmedWrites confirmed;

    Records(StringRedisTemplate redis, ConfirmedWrites confirmed) {
        this.redis = redis;
        this.confirmed = confirmed;
    }

    /** @throws DataAccessException if the store is away */
    public Optional<StoredRecord> find(String key) {
        return record(redis.<String, String>opsForHash().entries(key));
    }

    /**
     * Many of them in little more than the time of one.
     *
     * @return of each key, in their order
     * @throws DataAccessException if the store is away
     */
    public List<Optional<StoredRecord>> find(List<String> keys) {
        Round round = round();
        return keys.stream().map(key -> find(key, round)).toList().stream()
                .map(Supplier::get)
                .toList();
    }

    /** Asks for a record along with others. */
    public Supplier<Optional<StoredRecord>> find(String key, Round round) {
        Supplier<Map<String, String>> fields = round.hash(key);
        return () -> record(fields.get());
    }

    /** For questions that go out together. */
    public Round round() {
        return new Round(redis);
    }

    private static Optional<StoredRecord> record(Map<String, String> stored) {
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> fields = new HashMap<>(stored);
        String revision = fields.remove(REVISION);
        return Optional.of(new StoredRecord(fields, revision == null ? FIRST_REVISION : revision));
    }

    /**
     * Creates a record or changes some of its fields; when this returns, the replicas have it.
     *
     * @param fields by name; null: to be removed. Fields that are not named stay
     * @throws RecordChanged if it is not as expected
     * @throws DataAccessException if the store or its replicas did not confirm it; it may be made nevertheless
     */
    public Saved save(String key, Map<String, ? extends @Nullable String> fields, Expected expected) {
        String revision = RandomSecret.ofBits(REVISION_BITS);
        List<String> set = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        fields.forEach((name, value) -> {
            if (value == null) {
                removed.add(name);
            } else {
                set.add(name);
                set.add(value);
            }
        });
        List<String> arguments = new ArrayList<>();
        arguments.add(expected.argument());
        arguments.add(revision);
        arguments.add(Integer.toString(set.size() / 2));
        arguments.addAll(set);
        arguments.addAll(removed);
        long answer = confirmed.execute(SAVE, List.of(key), arguments.toArray(String[]::new));
        if (answer < 0) {
            throw new RecordChanged();
        }
        return new Saved(answer == 1, revision);
    }

    /** @param created whether there was none before */
    public record Saved(boolean created, String revision) {}

    /**
     * Removes a record; when this returns, the replicas know.
     *
     * @return whether there was one
     * @throws RecordChanged if it is not as expected
     * @throws DataAccessException if the store or its replicas did not confirm it; it may be gone nevertheless
     */
    public boolean remove(String key, Expected expected) {
        long answer = confirmed.execute(REMOVE, List.of(key), expected.argument());
        if (answer < 0) {
            throw new RecordChanged();
        }
        return answer == 1;
    }
}
