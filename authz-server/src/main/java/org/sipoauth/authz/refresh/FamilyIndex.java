package org.sipoauth.authz.refresh;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.sipoauth.authz.redis.Lua;
import org.sipoauth.authz.refresh.Sessions.Entry;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Which logins a user has, and which there are on a device: 8,192 buckets each, a hash under {@code users:<bucket>} and
 * {@code devices:<bucket>}, chosen by the first 13 bits of the name's SHA-256. Small hashes take little memory, and
 * nothing ever has to be scanned. What has ended is thrown out when another login enters the bucket (where there are many
 * of them, not by each), and a bucket without logins goes by itself.
 *
 * <p>A login is entered before its family begins, so that there is never a family that cannot be found; and again at its
 * first refresh and now and then, in case the store lost the entry. An entry may thus stand for no family.
 */
final class FamilyIndex implements UserIndex {
    private static final RedisScript<Long> ENTER = Lua.script(FamilyIndex.class, Long.class, "index.lua");

    private final StringRedisTemplate redis;
    private final ConfirmedWrites confirmed;

    FamilyIndex(StringRedisTemplate redis, ConfirmedWrites confirmed) {
        this.redis = redis;
        this.confirmed = confirmed;
    }

    /** Enters a new login under its user and its device, confirmed by the replicas. */
    void enter(Family family, Instant now) {
        enter(confirmed::execute, family, now, family.end());
    }

    /** Enters a login once more, in case the store has lost it, or with the end that it has by now. */
    void renew(Family family, Instant now, Instant end) {
        enter((script, keys, arguments) -> redis.execute(script, keys, (Object[]) arguments), family, now, end);
    }

    private static void enter(Execution execution, Family family, Instant now, Instant end) {
        enter(execution, "users:", family.user(), family, now, end);
        family.device().ifPresent(device -> enter(execution, "devices:", device, family, now, end));
    }

    private static void enter(Execution execution, String index, String name, Family family, Instant now, Instant end) {
        execution.run(
                ENTER,
                List.of(index + bucket(name)),
                Long.toString(now.getEpochSecond()),
                name + " " + family.id(),
                Long.toString(end.getEpochSecond()),
                random());
    }

    @FunctionalInterface
    private interface Execution {
        @Nullable
        Object run(RedisScript<Long> script, List<String> keys, String... arguments);
    }

    /** The families that are entered for a user, in whatever case; some may be gone. */
    List<FamilyId> ofUser(String user) {
        return of("users:", user.toLowerCase(Locale.ROOT));
    }

    @Override
    public void keepInLowerCase(String former, Instant now) {
        String name = former.toLowerCase(Locale.ROOT);
        for (Entry entry : entries("users:" + bucket(former))) {
            if (entry.name().equals(former)) {
                confirmed.execute(
                        ENTER,
                        List.of("users:" + bucket(name)),
                        Long.toString(now.getEpochSecond()),
                        name + " " + entry.id(),
                        Long.toString(entry.end().getEpochSecond()),
                        random());
            }
        }
    }

    /** The families that are entered for a device; some may be gone. */
    List<FamilyId> ofDevice(String device) {
        return of("devices:", device);
    }

    private List<FamilyId> of(String index, String name) {
        return entries(index + bucket(name)).stream()
                .filter(entry -> entry.name().equals(name))
                .map(Entry::id)
                .toList();
    }

    /** All of one bucket of users. */
    List<Entry> users(int bucket) {
        return entries("users:" + bucket);
    }

    private List<Entry> entries(String key) {
        List<Entry> entries = new ArrayList<>();
        Map<String, String> stored = redis.<String, String>opsForHash().entries(key);
        stored.forEach((entry, end) -> {
            int space = entry.lastIndexOf(' '); // a name may have spaces, an id has none
            entries.add(new Entry(
                    entry.substring(0, space),
                    FamilyId.parse(entry.substring(space + 1)),
                    Instant.ofEpochSecond(Long.parseLong(end))));
        });
        return entries;
    }

    private static String random() {
        return Integer.toString(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
    }

    static int bucket(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return (digest[0] & 0xff) << 5 | (digest[1] & 0xff) >> 3;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
