package org.sipoauth.authz.activation;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.sipoauth.authz.redis.Lua;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.settings.RandomSecret;
import org.sipoauth.authz.signing.KeyedHashes;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The codes in Redis, one of a device at most. What is kept of one is a hash under a key of the ring: sixteen digits are
 * soon found from a plain one. What its fields are, and every rule, is in {@code redeem.lua}. Every change is confirmed by
 * the replicas, so that a used code stays used, and one that was ended or replaced stays so.
 */
final class ActivationCodes {
    private static final String PURPOSE = "activation code";
    /** How long a record is remembered beyond its code's life, so that what comes late is told why. */
    private static final Duration MEMORY = Duration.ofMinutes(10);

    private static final int CLAIM_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final RedisScript<Long> CREATE = script("create.lua", Long.class);
    private static final RedisScript<Long> REMOVE = script("remove.lua", Long.class);
    private static final RedisScript<Long> BIND = script("bind.lua", Long.class);

    @SuppressWarnings("rawtypes")
    private static final RedisScript<List> REDEEM = script("redeem.lua", List.class);

    private final StringRedisTemplate redis;
    private final ConfirmedWrites confirmed;
    private final KeyedHashes hashes;
    private final Duration life;

    ActivationCodes(StringRedisTemplate redis, ConfirmedWrites confirmed, KeyedHashes hashes, Duration life) {
        this.redis = redis;
        this.confirmed = confirmed;
        this.hashes = hashes;
        this.life = life;
    }

    /** A code that nobody will be shown again. */
    record Created(String device, ActivationCode code, Instant expiresAt) {}

    /** What tells the code that a device has from others before and after it, and tells nothing of it; empty: it has none. */
    String revision(String device) {
        return Objects.requireNonNullElse(redis.<String, String>opsForHash().get(key(device), "e"), "");
    }

    /**
     * Makes a code for a device, in place of the one that it has.
     *
     * @param owner the device's, for whom the code is to be good
     * @param replaced the {@link #revision} of the code that it is to have; empty: any, or none
     * @throws RecordChanged if it has another
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    Created create(String device, String owner, Optional<String> replaced, Instant now) {
        ActivationCode code = ActivationCode.random(RANDOM);
        Instant expiresAt = now.plus(life);
        KeyedHashes.Hash hash = hashes.hash(PURPOSE, text(device, code));
        long made = confirmed.execute(
                CREATE,
                List.of(key(device)),
                millis(expiresAt.plus(MEMORY)),
                replaced.orElse("*"),
                "h",
                encode(hash.bytes()),
                "k",
                hash.keyId(),
                "o",
                owner,
                "e",
                millis(expiresAt));
        if (made == 0) {
            throw new RecordChanged();
        }
        return new Created(device, code, expiresAt);
    }

    /**
     * Ends the code of a device.
     *
     * @return false if it has none that can still be used
     * @throws DataAccessException as {@link #create}
     */
    boolean remove(String device, Instant now) {
        return confirmed.execute(REMOVE, List.of(key(device)), millis(now)) == 1;
    }

    /**
     * Uses the code of a device up, atomically: of any number of attempts one is {@code Claimed}. Nothing is written for a
     * wrong code.
     *
     * @param owner the device's now; absent: it may not be signed in
     */
    Redemption redeem(String device, Optional<String> owner, ActivationCode code, String client, Instant now) {
        String hash = hashOf(device, code).orElse("");
        if (hash.isEmpty()) {
            return new Redemption.Wrong();
        }
        String claim = RandomSecret.ofBits(CLAIM_BITS);
        List<?> answer =
                confirmed.execute(REDEEM, List.of(key(device)), millis(now), hash, owner.orElse(""), client, claim);
        return switch ((String) answer.get(0)) {
            case "wrong" -> new Redemption.Wrong();
            case "expired" -> new Redemption.Expired();
            case "other_owner" -> new Redemption.OtherOwner();
            case "busy" -> new Redemption.Busy();
            case "claimed" -> new Redemption.Claimed(claim);
            case "again" -> new Redemption.Again((String) answer.get(1));
            case "replayed" -> new Redemption.Replayed((String) answer.get(1));
            default -> throw new IllegalStateException("redeem.lua answered " + answer.get(0));
        };
    }

    /**
     * Notes the login that a claim led to.
     *
     * @return false if the claim has lapsed or the code was replaced: then the login must end
     * @throws DataAccessException if that is not certain; the same request is to come again, and gets the login if it was
     *     noted
     */
    boolean bind(String device, String claim, String familyId, Instant now) {
        return confirmed.execute(BIND, List.of(key(device)), claim, familyId, millis(now)) == 1;
    }

    /** The stored hash, if this is the code that it was made of. As long in coming whether there is one or not. */
    private Optional<String> hashOf(String device, ActivationCode code) {
        List<String> stored = redis.<String, String>opsForHash().multiGet(key(device), List.of("h", "k"));
        String text = text(device, code);
        if (stored.get(0) == null) {
            hashes.hash(PURPOSE, text);
            return Optional.empty();
        }
        return hashes.hashUnder(stored.get(1), PURPOSE, text)
                .filter(presented ->
                        MessageDigest.isEqual(presented, Base64.getUrlDecoder().decode(stored.get(0))))
                .map(presented -> stored.get(0));
    }

    private static String text(String device, ActivationCode code) {
        return device + '\0' + code.digits();
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String key(String device) {
        return "activation-code:" + device;
    }

    private static <T> RedisScript<T> script(String file, Class<T> result) {
        return Lua.script(ActivationCodes.class, result, file);
    }

    private static String millis(Instant instant) {
        return Long.toString(instant.toEpochMilli());
    }
}
