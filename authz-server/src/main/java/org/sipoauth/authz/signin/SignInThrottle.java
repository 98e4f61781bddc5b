package org.sipoauth.authz.signin;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.throttle.DrainingBuckets;
import org.sipoauth.authz.throttle.DrainingBuckets.Limit;
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

    private final DrainingBuckets buckets;
    private final Map<String, Boolean> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    SignInThrottle(Clock clock) {
        this.buckets = new DrainingBuckets(clock);
    }

    /** How long to wait before another attempt; empty if it may be made now. */
    synchronized Optional<Duration> wait(@Nullable String account, String address) {
        String name = normal(account);
        Duration wait = longest(
                buckets.untilRoom("both " + name + ' ' + address, ACCOUNT_AT_ADDRESS),
                longest(
                        buckets.untilRoom("address " + address, ADDRESS),
                        known.containsKey(name + ' ' + address)
                                ? Duration.ZERO
                                : buckets.untilRoom("account " + name, ACCOUNT)));
        return wait.isZero() ? Optional.empty() : Optional.of(wait);
    }

    synchronized void failed(@Nullable String account, String address) {
        String name = normal(account);
        buckets.add("both " + name + ' ' + address, ACCOUNT_AT_ADDRESS);
        buckets.add("address " + address, ADDRESS);
        if (!known.containsKey(name + ' ' + address)) {
            buckets.add("account " + name, ACCOUNT);
        }
    }

    synchronized void succeeded(String account, String address) {
        buckets.clear("both " + normal(account) + ' ' + address);
        known.put(normal(account) + ' ' + address, true);
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static String normal(@Nullable String account) {
        String name = account == null ? "" : account.strip().toLowerCase(Locale.ROOT);
        return name.length() <= 64 ? name : name.substring(0, 64);
    }
}
