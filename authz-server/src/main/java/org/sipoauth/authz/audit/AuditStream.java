package org.sipoauth.authz.audit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.Limit;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.RecordId;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The trail in Redis, of all servers together: one stream whose entries are JSON records, the newest last. Holds about
 * 50,000 entries of at most 7 days.
 */
@Component
public final class AuditStream {
    private static final String STREAM = "audit";
    private static final String FIELD = "r";
    private static final int MOST_ENTRIES = 50_000;
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final int PAGE = 500;

    /** For one search: what fits nothing, or little, would have a server read them all, which takes it a second. */
    static final int MOST_READ = 5_000;

    private static final Pattern ID = Pattern.compile("\\d{1,18}-\\d{1,18}");
    private static final TypeReference<Map<String, String>> RECORD = new TypeReference<>() {};

    /** ARGV: the most entries, the oldest id to keep, when the stream ends, the name of the field; then the records. */
    private static final RedisScript<Long> APPEND = new DefaultRedisScript<>("""
            for i = 5, #ARGV do
              redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', ARGV[4], ARGV[i])
            end
            redis.call('XTRIM', KEYS[1], 'MINID', '~', ARGV[2])
            return redis.call('PEXPIREAT', KEYS[1], ARGV[3])
            """, Long.class);

    private final StringRedisTemplate redis;
    private final Clock clock;
    private final JsonMapper json = new JsonMapper();

    AuditStream(StringRedisTemplate redis, Clock clock) {
        this.redis = redis;
        this.clock = clock;
    }

    /** Appends records in their order, all or none. After a failure it may be unknown whether they were. */
    void append(List<String> records) {
        Instant now = clock.instant();
        List<String> arguments = new ArrayList<>(List.of(
                Integer.toString(MOST_ENTRIES),
                Long.toString(now.minus(LONGEST).toEpochMilli()),
                Long.toString(now.plus(LONGEST).toEpochMilli()),
                FIELD));
        arguments.addAll(records);
        redis.execute(APPEND, List.of(STREAM), arguments.toArray());
    }

    /** Records with all these values. What a request merely named agrees as well; the record says that it did. */
    public static Predicate<Map<String, String>> agreeingWith(Map<String, String> wanted) {
        return record -> wanted.entrySet().stream()
                .allMatch(filter -> filter.getValue().equals(record.get(filter.getKey()))
                        || filter.getValue().equals(record.get("named_" + filter.getKey())));
    }

    /**
     * Some records, the newest first.
     *
     * @param next where to go on for older ones; empty after the last
     */
    public record Page(List<Map<String, String>> records, Optional<String> next) {
        /** How far back all that fit are on this page or one before; empty: as far as was asked for. */
        public Optional<Instant> searchedBackTo() {
            return next.map(id -> Instant.ofEpochMilli(RecordId.of(id).getTimestamp()));
        }
    }

    /**
     * The newest records that fit, or those that follow an earlier page: fewer than wanted, or none, where those that fit
     * are far apart, with where to go on.
     *
     * @param since nothing that was written before
     * @param after where an earlier page ended; empty: from the newest
     * @throws IllegalArgumentException if {@code after} is nothing that a page said
     */
    public Page page(Predicate<Map<String, String>> fits, Instant since, Optional<String> after, int limit) {
        Range.Bound<String> oldest = Range.Bound.inclusive(Long.toString(since.toEpochMilli()));
        Range.Bound<String> newest =
                after.map(id -> Range.Bound.inclusive(before(parse(id)))).orElse(Range.Bound.unbounded());
        List<Map<String, String>> found = new ArrayList<>();
        String last = "";
        for (int read = 0; read < MOST_READ; read += PAGE) {
            List<MapRecord<String, String, String>> page = redis.<String, String>opsForStream()
                    .reverseRange(
                            STREAM, Range.of(oldest, newest), Limit.limit().count(PAGE));
            for (MapRecord<String, String, String> entry : page) {
                Map<String, String> record = json.readValue(entry.getValue().get(FIELD), RECORD);
                if (fits.test(record)) {
                    if (found.size() == limit) {
                        return new Page(found, Optional.of(last));
                    }
                    found.add(record);
                }
                last = entry.getId().getValue();
            }
            if (page.size() < PAGE) {
                return new Page(found, Optional.empty());
            }
            newest = Range.Bound.inclusive(before(RecordId.of(last)));
        }
        return new Page(found, Optional.of(last));
    }

    private static RecordId parse(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "after is to be the next of the page before, unchanged; begin without it");
        }
        return RecordId.of(id);
    }

    /** The greatest id that is smaller. */
    private static String before(RecordId id) {
        return id.getSequence() > 0
                ? id.getTimestamp() + "-" + (id.getSequence() - 1)
                : Long.toString(id.getTimestamp() - 1);
    }
}
