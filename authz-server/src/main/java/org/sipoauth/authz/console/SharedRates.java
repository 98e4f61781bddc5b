package org.sipoauth.authz.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.sipoauth.authz.console.Rates.Cause;
import org.sipoauth.authz.console.Rates.Sample;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * What all servers together granted and refused, minute by minute: in Redis one hash a minute, to which each adds what it
 * has counted, gone after four hours. Bounded by minutes and causes, however many servers there are.
 */
@Component
final class SharedRates {
    /** One tag: what a script looks at together has to be on one node of a cluster. */
    private static final String PREFIX = "{rates}:";

    private static final String ISSUED = "issued";
    private static final String REFUSED = "refused ";
    private static final Duration KEPT = Rates.MINUTE.multipliedBy(Rates.MINUTES + 2);

    /** ARGV: how long the minute is kept, in ms; then names and what is added to each. */
    private static final RedisScript<Long> ADD = new DefaultRedisScript<>("""
            for i = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
            return redis.call('PEXPIRE', KEYS[1], ARGV[1])
            """, Long.class);

    /** ARGV: the minute of each key. Returns minute, name and count of all there are, one after the other. */
    @SuppressWarnings("rawtypes")
    private static final RedisScript<List> READ = new DefaultRedisScript<>("""
            local all = {}
            for i, key in ipairs(KEYS) do
              local counts = redis.call('HGETALL', key)
              for j = 1, #counts, 2 do
                all[#all + 1], all[#all + 2], all[#all + 3] = ARGV[i], counts[j], counts[j + 1]
              end
            end
            return all
            """, List.class);

    private final StringRedisTemplate redis;

    SharedRates(StringRedisTemplate redis) {
        this.redis = redis;
    }

    /** @throws DataAccessException if the store is away; then it may have been added or not */
    void add(Sample sample) {
        List<String> arguments = new ArrayList<>();
        arguments.add(Long.toString(KEPT.toMillis()));
        add(ISSUED, sample.issued(), arguments);
        sample.refused().forEach((cause, count) -> add(REFUSED + cause.grant() + ' ' + cause.name(), count, arguments));
        if (arguments.size() > 1) {
            redis.execute(ADD, List.of(PREFIX + minute(sample.end())), arguments.toArray());
        }
    }

    private static void add(String name, long count, List<String> arguments) {
        if (count > 0) {
            arguments.add(name);
            arguments.add(Long.toString(count));
        }
    }

    /**
     * Of the last four hours, the oldest first; of minutes in which nothing was counted, none.
     *
     * @throws DataAccessException if the store is away
     */
    List<Sample> until(Instant now) {
        long last = minute(now);
        List<String> minutes = LongStream.rangeClosed(last - Rates.MINUTES, last)
                .mapToObj(Long::toString)
                .toList();
        List<?> counts = redis.execute(
                READ, minutes.stream().map(minute -> PREFIX + minute).toList(), minutes.toArray());
        Map<Long, Map<String, Long>> byMinute = new TreeMap<>();
        for (int i = 0; i < counts.size(); i += 3) {
            byMinute.computeIfAbsent(Long.valueOf(text(counts.get(i))), minute -> new HashMap<>())
                    .put(text(counts.get(i + 1)), Long.valueOf(text(counts.get(i + 2))));
        }
        return byMinute.entrySet().stream()
                .map(minute -> sample(minute.getKey(), minute.getValue(), now))
                .toList();
    }

    private static Sample sample(long minute, Map<String, Long> counts, Instant now) {
        Map<Cause, Long> refused = new TreeMap<>();
        counts.forEach((name, count) -> {
            if (name.startsWith(REFUSED)) {
                int end = name.lastIndexOf(' ');
                refused.put(new Cause(name.substring(REFUSED.length(), end), name.substring(end + 1)), count);
            }
        });
        Instant end = Instant.EPOCH.plus(Rates.MINUTE.multipliedBy(minute + 1));
        return new Sample(end.isAfter(now) ? now : end, counts.getOrDefault(ISSUED, 0L), refused);
    }

    private static long minute(Instant at) {
        return at.getEpochSecond() / Rates.MINUTE.toSeconds();
    }

    private static String text(Object value) {
        return String.valueOf(value);
    }
}
