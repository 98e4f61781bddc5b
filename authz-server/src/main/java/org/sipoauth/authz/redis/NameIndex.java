package org.sipoauth.authz.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.Limit;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * The names of all records of one kind in order, a page at a time without a scan: 16 sorted sets under
 * {@code names:<kind>:<shard>}, chosen by the name's CRC-32, so that no node of a cluster holds them all.
 *
 * <p>A name is entered before its record is made and removed after it, so that no record is missing here. One may thus
 * stand for no record: who reads it leaves it out.
 */
public final class NameIndex {
    private static final int SHARDS = 16;

    /** As the store orders them: by their bytes in UTF-8, which is by code point. */
    private static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private final StringRedisTemplate redis;
    private final String prefix;

    /** @param kind of the records, such as {@code devices} */
    public NameIndex(StringRedisTemplate redis, String kind) {
        this.redis = redis;
        this.prefix = "names:" + kind + ":";
    }

    public void enter(String name) {
        redis.opsForZSet().add(key(name), name, 0);
    }

    public void remove(String name) {
        redis.opsForZSet().remove(key(name), name);
    }

    /**
     * @param after the last name of the page before; empty: from the beginning
     * @return so many names that follow it, in order; fewer at the end
     */
    public List<String> page(Optional<String> after, int limit) {
        Range<String> range = after.map(name -> Range.rightUnbounded(Range.Bound.exclusive(name)))
                .orElseGet(Range::unbounded);
        List<String> names = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            Set<String> found = redis.opsForZSet()
                    .rangeByLex(prefix + shard, range, Limit.limit().count(limit));
            if (found != null) {
                names.addAll(found);
            }
        }
        names.sort(BY_BYTES);
        return List.copyOf(names.subList(0, Math.min(limit, names.size())));
    }

    private String key(String name) {
        CRC32 checksum = new CRC32();
        checksum.update(name.getBytes(StandardCharsets.UTF_8));
        return prefix + checksum.getValue() % SHARDS;
    }
}
