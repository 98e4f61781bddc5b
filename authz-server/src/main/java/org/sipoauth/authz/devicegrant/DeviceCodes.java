package org.sipoauth.authz.devicegrant;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.sipoauth.authz.redis.Lua;
import org.sipoauth.authz.settings.RandomSecret;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Requests of phones between their beginning and their tokens: one Redis hash each, found by the user code and by the
 * device code. What its fields are, and every rule, is in {@code poll.lua}. The store holds the device code's hash alone.
 */
final class DeviceCodes {
    /** How long a record is remembered beyond its codes' life, so that what comes late is told why. */
    private static final Duration MEMORY = Duration.ofMinutes(10);

    private static final int CLAIM_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final RedisScript<Long> START = script("start.lua", Long.class);

    @SuppressWarnings("rawtypes")
    private static final RedisScript<List> POLL = script("poll.lua", List.class);

    private static final RedisScript<String> DECIDE = script("decide.lua", String.class);
    private static final RedisScript<Long> BIND = script("bind.lua", Long.class);

    private final StringRedisTemplate redis;
    private final Duration life;
    private final Duration interval;

    /**
     * @param life of both codes
     * @param interval how long a phone is to wait between two polls
     */
    DeviceCodes(StringRedisTemplate redis, Duration life, Duration interval) {
        this.redis = redis;
        this.life = life;
        this.interval = interval;
    }

    /** The codes for one request. */
    record Issued(DeviceCode deviceCode, UserCode userCode) {}

    enum Decision {
        APPROVED,
        DENIED
    }

    /** What became of a decision. */
    enum Outcome {
        DONE,
        UNKNOWN,
        EXPIRED,
        /** It was made before. */
        DECIDED
    }

    Issued start(Authorization asked) {
        while (true) { // once more if the user code, one of 25,600,000,000, is in use
            UserCode userCode = UserCode.random(RANDOM);
            DeviceCode deviceCode = DeviceCode.randomFor(userCode);
            Long started = redis.execute(
                    START,
                    List.of(key(deviceCode.id())),
                    Long.toString(life.plus(MEMORY).toMillis()),
                    "h",
                    deviceCode.secretHash(),
                    "c",
                    asked.client(),
                    "n",
                    asked.device(),
                    "a",
                    asked.address(),
                    "b",
                    millis(asked.begun()),
                    "e",
                    millis(asked.begun().plus(life)));
            if (started == 1) {
                return new Issued(deviceCode, userCode);
            }
        }
    }

    /** The request behind a code that can still be decided on. */
    Optional<Authorization> findUndecided(UserCode userCode, Instant now) {
        List<String> fields = redis.<String, String>opsForHash()
                .multiGet(key(DeviceCode.idOf(userCode)), List.of("c", "n", "a", "b", "e", "d"));
        if (fields.get(0) == null || fields.get(5) != null || !now.isBefore(instant(fields.get(4)))) {
            return Optional.empty();
        }
        return Optional.of(new Authorization(fields.get(0), fields.get(1), fields.get(2), instant(fields.get(3))));
    }

    /** Decides once and for all. */
    Outcome decide(UserCode userCode, Decision decision, String subscriber, Instant now) {
        String outcome = redis.execute(
                DECIDE, List.of(key(DeviceCode.idOf(userCode))), millis(now), decision.name(), subscriber);
        return Outcome.valueOf(outcome);
    }

    Poll poll(DeviceCode deviceCode, String client, Instant now) {
        String claim = RandomSecret.ofBits(CLAIM_BITS);
        List<?> answer = redis.execute(
                POLL,
                List.of(key(deviceCode.id())),
                millis(now),
                deviceCode.secretHash(),
                client,
                claim,
                Long.toString(interval.toMillis()));
        return switch ((String) answer.get(0)) {
            case "unknown" -> new Poll.Unknown();
            case "wrong_client" -> new Poll.WrongClient();
            case "pending" -> new Poll.Pending();
            case "too_early" -> new Poll.TooEarly();
            case "denied" -> new Poll.Denied();
            case "expired" -> new Poll.Expired();
            case "claimed" ->
                new Poll.Claimed(
                        claim, (String) answer.get(1), (String) answer.get(2), instant((String) answer.get(3)));
            case "again" -> new Poll.Again((String) answer.get(3), (String) answer.get(1), (String) answer.get(2));
            case "replayed" ->
                new Poll.Replayed((String) answer.get(3), (String) answer.get(1), (String) answer.get(2));
            default -> throw new IllegalStateException("poll.lua answered " + answer.get(0));
        };
    }

    /**
     * Notes the login that a claim led to.
     *
     * @return false if the claim has lapsed: then the login must end, for another poll may begin one
     */
    boolean bind(DeviceCode deviceCode, String claim, String familyId, Instant now) {
        return redis.execute(BIND, List.of(key(deviceCode.id())), claim, familyId, millis(now)) == 1;
    }

    private static String key(String id) {
        return "device-code:" + id;
    }

    private static <T> RedisScript<T> script(String file, Class<T> result) {
        return Lua.script(DeviceCodes.class, result, file);
    }

    private static String millis(Instant instant) {
        return Long.toString(instant.toEpochMilli());
    }

    private static Instant instant(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }
}
