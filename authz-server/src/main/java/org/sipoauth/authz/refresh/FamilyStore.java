package org.sipoauth.authz.refresh;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.sipoauth.authz.redis.Lua;
import org.sipoauth.authz.redis.Round;
import org.sipoauth.authz.redis.WriteNotConfirmed;
import org.sipoauth.authz.status.StatusListName;
import org.sipoauth.authz.status.StatusReference;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The families in Redis: one hash each, gone at its end, and their bits in the status lists. {@code family.lua} tells how
 * they are kept. Every change is one script on the keys of one shard.
 *
 * <p>Time comes from the caller, as everywhere in this server, so that expiry, audit and rotation agree on it and do not
 * move when another Redis takes over. The windows of {@code present.lua} are wide enough for clocks kept by NTP.
 */
final class FamilyStore {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int CANDIDATES = 16;
    private static final int ATTEMPTS = 100;
    /** Questions that go out together: more would fill buffers, and gain nothing. */
    private static final int AT_ONCE = 100;

    private static final RedisScript<Long> REVOKE = script("revoke.lua", Long.class);

    @SuppressWarnings("rawtypes")
    private static final RedisScript<List> START = script("start.lua", List.class);

    @SuppressWarnings("rawtypes")
    private static final RedisScript<List> MOVE = script("move.lua", List.class);

    @SuppressWarnings("rawtypes")
    private static final RedisScript<List> PRESENT = script("present.lua", List.class);

    private final StringRedisTemplate redis;
    private final ConfirmedWrites confirmed;
    private final Duration longestAccessToken;
    /** Where to look for a free index first, by a list with the number 0; others may have filled it since. */
    private final Map<StatusListName, StatusListName> fillingLists = new ConcurrentHashMap<>();

    /** @param longestAccessToken how long a status list outlives the families that are in it */
    FamilyStore(StringRedisTemplate redis, ConfirmedWrites confirmed, Duration longestAccessToken) {
        this.redis = redis;
        this.confirmed = confirmed;
        this.longestAccessToken = longestAccessToken;
    }

    /**
     * Stores a new family, whose generation 1 is current, and draws its bit at random from those that nobody has had.
     * Confirmed by the replicas.
     *
     * @throws IllegalStateException if there is such a family already
     */
    StatusReference start(Family family) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("u", family.user());
        family.device().ifPresent(device -> fields.put("d", device));
        fields.put("c", family.client());
        fields.put("s", String.join(" ", family.scopes()));
        family.binding().ifPresent(binding -> fields.put("f", binding));
        fields.put("b", millis(family.begun()));
        fields.put("e", millis(family.end()));
        fields.put("k", family.secret().toStored());
        fields.put("g", "1");
        fields.put("p", "0");
        fields.put("q", "0");
        fields.put("t", millis(family.begun()));
        List<String> flat = new ArrayList<>();
        fields.forEach((name, value) -> {
            flat.add(name);
            flat.add(value);
        });
        return allocate(START, family.id(), family.begun(), family.end(), millis(family.end()), flat)
                .orElseThrow(() -> new IllegalStateException("there is a family " + family.id() + " already"));
    }

    /**
     * The family with a bit in a list of the period in which it ends from now on. Confirmed by the replicas, for nobody
     * else may be given that bit.
     */
    Optional<StoredFamily> move(StoredFamily stored, Instant now, Instant end) {
        FamilyId id = stored.family().id();
        allocate(MOVE, id, now, end, stored.status().list().field(), List.of());
        return find(id); // moved by this request or, meanwhile, by another
    }

    /**
     * Runs a script that gives out an index, again and again until there is a list with a free one.
     *
     * @param special the arguments between the time and the list: the script's own
     * @param more arguments at the end
     * @return empty if the script has found something that makes an index pointless
     */
    private Optional<StatusReference> allocate(
            @SuppressWarnings("rawtypes") RedisScript<List> script,
            FamilyId id,
            Instant now,
            Instant end,
            String special,
            List<String> more) {
        StatusListName first = StatusListName.forEnd(id.shard(), end, 0);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            StatusListName list = fillingLists.getOrDefault(first, first);
            List<String> arguments = new ArrayList<>(List.of(
                    millis(now),
                    special,
                    list.field(),
                    goneAt(list),
                    Long.toString(StatusListName.oldestPeriod(now, longestAccessToken)),
                    candidates()));
            arguments.addAll(more);
            List<?> answer = answer(confirmed.execute(
                    script,
                    List.of(id.key(), StatusListName.shardKey(list.shard()), list.takenKey()),
                    arguments.toArray(String[]::new)));
            switch (String.valueOf(answer.get(0))) {
                case "started", "moved" -> {
                    return Optional.of(new StatusReference(list, Math.toIntExact((Long) answer.get(1))));
                }
                case "full" ->
                    fillingLists.put(first, new StatusListName(list.shard(), list.period(), list.number() + 1));
                case "again" -> {} // with other candidates
                default -> {
                    return Optional.empty();
                }
            }
        }
        throw new IllegalStateException("no free index in " + fillingLists.get(first));
    }

    /** The family, revoked or not; empty if there never was one, or it is past its end. */
    Optional<StoredFamily> find(FamilyId id) {
        return read(id, redis.<String, String>opsForHash().entries(id.key()));
    }

    /** Asks for the family along with others. */
    Supplier<Optional<StoredFamily>> find(FamilyId id, Round round) {
        Supplier<Map<String, String>> fields = round.hash(id.key());
        return () -> read(id, fields.get());
    }

    /** Those of many families that there are, in their order. */
    List<StoredFamily> find(List<FamilyId> ids) {
        List<StoredFamily> found = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += AT_ONCE) {
            Round round = round();
            ids.subList(from, Math.min(from + AT_ONCE, ids.size())).stream()
                    .map(id -> find(id, round))
                    .toList()
                    .forEach(family -> family.get().ifPresent(found::add));
        }
        return found;
    }

    /** For questions that go out together. */
    Round round() {
        return new Round(redis);
    }

    private static Optional<StoredFamily> read(FamilyId id, Map<String, String> fields) {
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        Family family = new Family(
                id,
                required(fields, "u"),
                Optional.ofNullable(fields.get("d")),
                required(fields, "c"),
                scopes(required(fields, "s")),
                Optional.ofNullable(fields.get("f")),
                instant(required(fields, "b")),
                instant(required(fields, "e")),
                FamilySecret.fromStored(required(fields, "k")));
        return Optional.of(new StoredFamily(
                family,
                reference(id, required(fields, "l"), required(fields, "x")),
                Optional.ofNullable(fields.get("L")).map(list -> reference(id, list, required(fields, "X"))),
                Integer.parseInt(required(fields, "g")),
                Integer.parseInt(required(fields, "p")),
                instant(fields.getOrDefault("i", required(fields, "t"))),
                Optional.ofNullable(fields.get("r"))
                        .map(at -> new Session.Revocation(instant(at), required(fields, "y")))));
    }

    /**
     * Presents a generation of which the caller knows that it is authentic.
     *
     * @param found what {@link #find} told about the family
     * @param end of the family from now on, if that is later than the one it has and the generation is a new one
     */
    Presentation present(StoredFamily found, int generation, Instant now, Instant end) {
        FamilyId id = found.family().id();
        Optional<StoredFamily> family = Optional.of(found);
        while (family.isPresent()) {
            List<?> answer = answer(redis.execute(PRESENT, keys(family.get()), (Object[])
                    arguments(family.get(), now, Integer.toString(generation), mark(), millis(end))));
            if (!answer.get(0).equals("moved")) {
                return new Presentation(
                        Presentation.Outcome.valueOf(answer.get(0).toString().toUpperCase(Locale.ROOT)),
                        (Long) answer.get(1));
            }
            family = find(id);
        }
        return new Presentation(Presentation.Outcome.UNKNOWN, 0);
    }

    /** Whether a bit is set: the truth even where a failover has lost the record's part of a revocation. */
    boolean isRevoked(StatusReference status) {
        return Boolean.TRUE.equals(redis.opsForValue().getBit(status.list().revokedKey(), status.index()));
    }

    /**
     * Revokes a family for good, confirmed by the replicas. Writes again what was revoked before.
     *
     * @return false if there is no such family, or it is revoked already
     */
    boolean revoke(FamilyId id, Instant now, String reason) {
        for (Optional<StoredFamily> family = find(id); family.isPresent(); family = find(id)) {
            Long revoked = confirmed.execute(REVOKE, keys(family.get()), arguments(family.get(), now, reason, mark()));
            if (revoked >= 0) {
                return revoked == 1;
            }
        }
        return false;
    }

    /** Whether a revocation that the replicas have not confirmed was the first of its family. */
    static boolean wasTheFirst(WriteNotConfirmed revocation) {
        return Long.valueOf(1).equals(revocation.answer());
    }

    /** Takes a family back of which no token was ever made. Its bit stays taken. */
    void remove(FamilyId id) {
        redis.delete(id.key());
    }

    private static List<String> keys(StoredFamily family) {
        List<String> keys = new ArrayList<>();
        keys.add(family.family().id().key());
        keys.add(StatusListName.shardKey(family.family().id().shard()));
        keys.add(family.status().list().revokedKey());
        family.formerStatus().ifPresent(former -> keys.add(former.list().revokedKey()));
        return keys;
    }

    private String[] arguments(StoredFamily family, Instant now, String... own) {
        List<String> arguments = new ArrayList<>();
        arguments.add(millis(now));
        arguments.addAll(List.of(own));
        arguments.add(family.status().list().field());
        arguments.add(goneAt(family.status().list()));
        family.formerStatus().ifPresent(former -> {
            arguments.add(former.list().field());
            arguments.add(goneAt(former.list()));
        });
        return arguments.toArray(String[]::new);
    }

    private static String mark() {
        return Long.toString(RANDOM.nextLong(), Character.MAX_RADIX);
    }

    private static String candidates() {
        return RANDOM.ints(CANDIDATES, 0, StatusListName.SIZE)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" "));
    }

    private String goneAt(StatusListName list) {
        return millis(list.goneAt(longestAccessToken));
    }

    /** A script of this package, behind the part that all of them share. */
    private static <T> RedisScript<T> script(String file, Class<T> result) {
        return Lua.script(FamilyStore.class, result, "family.lua", file);
    }

    private static List<?> answer(List<?> answer) {
        if (answer == null || answer.size() != 2) {
            throw new IllegalStateException("a script answered " + answer);
        }
        return answer;
    }

    private static StatusReference reference(FamilyId id, String list, String index) {
        return new StatusReference(StatusListName.ofField(id.shard(), list), Integer.parseInt(index));
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
