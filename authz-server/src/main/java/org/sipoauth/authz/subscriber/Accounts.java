package org.sipoauth.authz.subscriber;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/** The accounts, one small Redis hash each. Subscribers and administrators share one space of names. */
@Component
public final class Accounts {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
    private static final RedisScript<Long> CREATE = new DefaultRedisScript<>("""
            if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
            redis.call('HSET', KEYS[1], 'kind', ARGV[1], 'password', ARGV[2], 'change', ARGV[3])
            return 1
            """, Long.class);
    private static final RedisScript<Long> CHANGE_PASSWORD = new DefaultRedisScript<>("""
            if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
            redis.call('HSET', KEYS[1], 'password', ARGV[1], 'change', 'false')
            return 1
            """, Long.class);

    private static final RedisScript<Long> ADMIT = new DefaultRedisScript<>("""
            local known = redis.call('HMGET', KEYS[1], 'kind', 'voucher')
            if not known[1] then
              redis.call('HSET', KEYS[1], 'kind', 'subscriber', 'password', '', 'change', 'false', 'voucher', ARGV[1])
              return 1
            end
            if known[1] == 'subscriber' and known[2] == ARGV[1] then return 1 end
            return 0
            """, Long.class);

    private final StringRedisTemplate redis;
    private final Passwords passwords;

    Accounts(StringRedisTemplate redis, Passwords passwords) {
        this.redis = redis;
        this.passwords = passwords;
    }

    public Optional<Account> find(String name) {
        if (!isName(name)) {
            return Optional.empty();
        }
        Map<String, String> fields = redis.<String, String>opsForHash().entries(key(name));
        return fields.isEmpty() ? Optional.empty() : Optional.of(read(name, fields));
    }

    public boolean isSubscriber(String name) {
        return find(name).filter(account -> account.kind() == Kind.SUBSCRIBER).isPresent();
    }

    /** @return false, with nothing changed, if the name is taken */
    public boolean create(String name, Kind kind, String password, boolean mustChangePassword) {
        if (!isName(name)) {
            throw new IllegalArgumentException("an account's name is 1 to 64 letters, digits, '.', '_', '-' or '@'");
        }
        if (Boolean.TRUE.equals(redis.hasKey(key(name)))) {
            return false; // before a password is hashed for nothing, which takes longer than all else
        }
        Long created = redis.execute(
                CREATE,
                List.of(key(name)),
                kind.name().toLowerCase(Locale.ROOT),
                Objects.requireNonNull(passwords.encode(password)),
                Boolean.toString(mustChangePassword));
        return created == 1;
    }

    /**
     * The subscriber whom somebody else vouches for, made at the first time. A name belongs to whoever has had it first:
     * to a local account, an administrator's above all, or to one voucher.
     *
     * @param voucher who says so, with what they know the subscriber by for good if that is not the name itself
     * @return empty, with nothing changed, if the name is another's or is no name
     */
    public Optional<Account> admit(String name, String voucher) {
        if (!isName(name)) {
            return Optional.empty();
        }
        Long admitted = redis.execute(ADMIT, List.of(key(name)), voucher);
        return admitted == 1 ? find(name) : Optional.empty();
    }

    /** Sets a password of the account's own choosing; does nothing if the account is gone. */
    public void changePassword(String name, String password) {
        redis.execute(CHANGE_PASSWORD, List.of(key(name)), Objects.requireNonNull(passwords.encode(password)));
    }

    /** Whether an account can have this name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    private static Account read(String name, Map<String, String> fields) {
        return new Account(
                name,
                Kind.valueOf(fields.get("kind").toUpperCase(Locale.ROOT)),
                fields.get("password"),
                Boolean.parseBoolean(fields.get("change")));
    }

    private static String key(String name) {
        return "account:" + name;
    }
}
