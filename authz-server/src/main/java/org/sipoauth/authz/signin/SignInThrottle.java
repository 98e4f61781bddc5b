package org.sipoauth.authz.signin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Slows down guessing. Failures fill three buckets that drain with time: of the account at this address, of the address,
 * and of the account from anywhere. A full bucket means to wait before the password is even looked at.
 *
 * <p>An office sits behind one address, so an address may fail often. An account is attacked from many addresses, so its
 * bucket over all of them shuts strangers out, but not an address from which its owner has signed in: failures cost the
 * attacker, not the phone. Kept in memory, bounded: who floods the table pushes out the oldest.
 */
@Component
final class SignInThrottle {
    private static final Limit ACCOUNT_AT_ADDRESS = new Limit(5, Duration.ofMinutes(1));
    private static final Limit ADDRESS = new Limit(50, Duration.ofSeconds(10));
    private static final Limit ACCOUNT = new Limit(20, Duration.ofMinutes(1));
    private static final int REMEMBERED = 50_000;

    private final Clock clock;
    private final Map<String, Bucket> buckets = bounded();
    private final Map<String, Boolean> known = bounded();

    SignInThrottle(Clock clock) {
        this.clock = clock;
    }

    /** @param capacity failures at once; one drains every {@code drain} */
    private record Limit(int capacity, Duration drain) {}

    private record Bucket(double level, Instant at) {
        double levelAt(Instant now, Limit limit) {
            double drained = (double) Duration.between(at, now).toMillis()
                    / limit.drain().toMillis();
            return Math.max(0, level - drained);
        }
    }

    /** How long to wait before another attempt; empty if it may be made now. */
    synchronized Optional<Duration> wait(@Nullable String account, String address) {
        Instant now = clock.instant();
        String name = normal(account);
        Duration wait = longest(
                fullFor("both " + name + ' ' + address, ACCOUNT_AT_ADDRESS, now),
                longest(
                        fullFor("address " + address, ADDRESS, now),
                        known.containsKey(name + ' ' + address)
                                ? Duration.ZERO
                                : fullFor("account " + name, ACCOUNT, now)));
        return wait.isZero() ? Optional.empty() : Optional.of(wait);
    }

    synchronized void failed(@Nullable String account, String address) {
        Instant now = clock.instant();
        String name = normal(account);
        fill("both " + name + ' ' + address, ACCOUNT_AT_ADDRESS, now);
        fill("address " + address, ADDRESS, now);
        if (!known.containsKey(name + ' ' + address)) {
            fill("account " + name, ACCOUNT, now);
        }
    }

    synchronized void succeeded(String account, String address) {
        buckets.remove("both " + normal(account) + ' ' + address);
        known.put(normal(account) + ' ' + address, true);
    }

    private Duration fullFor(String key, Limit limit, Instant now) {
        Bucket bucket = buckets.get(key);
        double excess = bucket == null ? 0 : bucket.levelAt(now, limit) - (limit.capacity() - 1);
        return excess <= 0
                ? Duration.ZERO
                : Duration.ofMillis((long) Math.ceil(excess * limit.drain().toMillis()));
    }

    private void fill(String key, Limit limit, Instant now) {
        Bucket bucket = buckets.get(key);
        double level = bucket == null ? 0 : bucket.levelAt(now, limit);
        buckets.put(key, new Bucket(Math.min(limit.capacity(), level + 1), now));
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static String normal(@Nullable String account) {
        String name = account == null ? "" : account.strip().toLowerCase(Locale.ROOT);
        return name.length() <= 64 ? name : name.substring(0, 64);
    }

    private static <V> Map<String, V> bounded() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }
}
