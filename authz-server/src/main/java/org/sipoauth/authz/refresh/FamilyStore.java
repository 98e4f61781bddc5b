package org.sipoauth.authz.refresh;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The families in Redis: one hash each, gone at its absolute end. Every change is one script on one key.
 *
 * <p>Time comes from the caller, as everywhere in this server, so that expiry, audit and rotation agree on it and do not
 * move when another Redis takes over. The windows of {@code present.lua} are wide enough for clocks kept by NTP.
 */
final class FamilyStore {
    private static final RedisScript<Long> START = script("start.lua", Long.class);
    private static final RedisScript<Long> REVOKE = script("revoke.lua", Long.class);

    @SuppressWarnings("rawtypes")
    private static final RedisScript<List> PRESENT = script("present.lua", List.class);

    private final StringRedisTemplate redis;

    FamilyStore(StringRedisTemplate redis) {
        this.redis = redis;
    }

    /**
     * Stores a new family, whose generation 1 is current.
     *
     * @throws IllegalStateException if there is such a family already
     */
    void start(Family family) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("user", family.user());
        family.device().ifPresent(device -> fields.put("device", device));
        fields.put("client", family.client());
        fields.put("scopes", String.join(" ", family.scopes()));
        fields.put("start", millis(family.start()));
        fields.put("end", millis(family.end()));
        fields.put("secret", family.secret().toStored());
        fields.put("current", "1");
        fields.put("prev", "0");
        fields.put("prevPrev", "0");
        fields.put("unsure", "0");
        fields.put("presented", millis(family.start()));
        fields.put("issued", millis(family.start()));

        List<String> arguments = new ArrayList<>();
        arguments.add(millis(family.end()));
        fields.forEach((name, value) -> {
            arguments.add(name);
            arguments.add(value);
        });
        Long stored = redis.execute(START, List.of(family.id().key()), arguments.toArray());
        if (stored == null || stored != 1) {
            throw new IllegalStateException("there is a family " + family.id() + " already");
        }
    }

    /** The family, revoked or not; empty if there never was one, or it is past its end. */
    Optional<Family> find(FamilyId id) {
        Map<String, String> fields = redis.<String, String>opsForHash().entries(id.key());
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Family(
                id,
                required(fields, "user"),
                Optional.ofNullable(fields.get("device")),
                required(fields, "client"),
                scopes(required(fields, "scopes")),
                instant(required(fields, "start")),
                instant(required(fields, "end")),
                FamilySecret.fromStored(required(fields, "secret"))));
    }

    /** Presents a generation of which the caller knows that it is authentic. */
    Presentation present(FamilyId id, int generation, Instant now) {
        List<?> answer = redis.execute(PRESENT, List.of(id.key()), Integer.toString(generation), millis(now));
        if (answer == null || answer.size() != 2) {
            throw new IllegalStateException("present.lua answered " + answer);
        }
        return new Presentation(
                Presentation.Outcome.valueOf(answer.get(0).toString().toUpperCase(Locale.ROOT)), (Long) answer.get(1));
    }

    /** @return false if there is no such family, or it is revoked already */
    boolean revoke(FamilyId id, Instant now, String reason) {
        Long revoked = redis.execute(REVOKE, List.of(id.key()), millis(now), reason);
        return revoked != null && revoked == 1;
    }

    private static <T> RedisScript<T> script(String file, Class<T> result) {
        DefaultRedisScript<T> script = new DefaultRedisScript<>();
        script.setLocation(new ClassPathResource(file, FamilyStore.class));
        script.setResultType(result);
        return script;
    }

    private static Set<String> scopes(String stored) {
        return stored.isEmpty() ? Set.of() : Set.of(stored.split(" "));
    }

    private static String required(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalStateException("a family in the store has no " + name);
        }
        return value;
    }

    private static String millis(Instant instant) {
        return Long.toString(instant.toEpochMilli());
    }

    private static Instant instant(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }
}
