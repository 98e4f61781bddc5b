package org.sipoauth.authz.status;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.redis.Lua;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/** The status lists in Redis. Each call is one command or script on the keys of one shard, so that it runs on a cluster. */
final class StatusListStore {
    private static final RedisScript<Long> RESTORE = Lua.script(StatusListStore.class, Long.class, "restore.lua");
    /** What Redis takes in one script without keeping others waiting: well under a millisecond. */
    private static final int BITS_AT_ONCE = 1_000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final StringRedisTemplate redis;
    private final Duration longestAccessToken;

    StatusListStore(StringRedisTemplate redis, Duration longestAccessToken) {
        this.redis = redis;
        this.longestAccessToken = longestAccessToken;
    }

    /**
     * What a shard tells about its lists.
     *
     * @param mark another one after each revocation; empty if there was none
     */
    record Shard(String mark, Set<StatusListName> lists) {}

    Shard shard(int shard) {
        Map<String, String> fields = redis.<String, String>opsForHash().entries(StatusListName.shardKey(shard));
        Set<StatusListName> lists = fields.keySet().stream()
                .filter(field -> !field.equals(StatusListName.CHANGED))
                .map(field -> StatusListName.ofField(shard, field))
                .collect(Collectors.toSet());
        return new Shard(fields.getOrDefault(StatusListName.CHANGED, ""), lists);
    }

    StatusList list(StatusListName name) {
        byte[] key = name.revokedKey().getBytes(StandardCharsets.UTF_8);
        RedisCallback<byte @Nullable []> get =
                connection -> connection.stringCommands().get(key);
        byte[] bitmap = redis.execute(get);
        return bitmap == null ? StatusList.empty(name) : StatusList.fromBitmap(name, bitmap);
    }

    /**
     * Sets bits that the store should have, and makes the list known there again.
     *
     * @return how many were not set: another server may have been quicker
     */
    long restore(StatusListName name, int[] indexes, Instant now) {
        String left = Long.toString(
                Duration.between(now, name.goneAt(longestAccessToken)).toMillis());
        List<String> keys = List.of(StatusListName.shardKey(name.shard()), name.takenKey(), name.revokedKey());
        long restored = 0;
        int from = 0;
        do {
            int to = Math.min(indexes.length, from + BITS_AT_ONCE);
            List<String> arguments = new ArrayList<>(List.of(
                    name.field(),
                    Integer.toString(StatusListName.CAPACITY),
                    left,
                    Long.toString(RANDOM.nextLong(), Character.MAX_RADIX)));
            Arrays.stream(indexes, from, to).mapToObj(Integer::toString).forEach(arguments::add);
            Long set = redis.execute(RESTORE, keys, arguments.toArray());
            restored += set == null ? 0 : set;
            from = to;
        } while (from < indexes.length);
        return restored;
    }
}
