package org.sipoauth.authz.signin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.throttle.Network;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.sipoauth.authz.throttle.SharedBuckets.Bucket;
import org.sipoauth.authz.throttle.SharedBuckets.Limit;
import org.springframework.stereotype.Component;

/**
 * Slows down guessing of passwords, for all servers together, so that it shuts the guesser out and not the owner. An
 * attempt takes room in buckets that drain with time, before the password is even looked at; a good one gives it back.
 *
 * <ul>
 *   <li>A browser on which somebody has signed in to the account has a bucket of its own, and nothing else counts for it.
 *   <li>Any other needs room in the bucket of the account at its network and in that of the network. An office sits behind
 *       one address, so a network may fail often.
 *   <li>And it needs room in the bucket of the account from anywhere, which somebody with many networks fills; or, while
 *       that is full, in one of three tries a day for each network: those of an owner on a new browser.
 * </ul>
 *
 * <p>What a network is: {@link Network}.
 */
@Component
final class SignInThrottle {
    static final Limit KNOWN_BROWSER = new Limit(5, Duration.ofMinutes(1));
    static final Limit ACCOUNT_AT_NETWORK = new Limit(5, Duration.ofMinutes(1));
    static final Limit NETWORK = new Limit(50, Duration.ofSeconds(10));
    static final Limit ACCOUNT = new Limit(20, Duration.ofMinutes(1));
    static final Limit ATTACKED_ACCOUNT_AT_NETWORK = new Limit(3, Duration.ofHours(8));

    private final SharedBuckets buckets;
    private final KnownBrowsers browsers;

    SignInThrottle(SharedBuckets buckets, KnownBrowsers browsers) {
        this.buckets = buckets;
        this.browsers = browsers;
    }

    /** An attempt that may be made, or has to wait. */
    record Attempt(Optional<Duration> delay, String account, List<Bucket> own, List<Bucket> shared) {
        private static Attempt refused(Duration wait, String account) {
            return new Attempt(Optional.of(wait), account, List.of(), List.of());
        }
    }

    /** Counts an attempt, unless it has to wait. */
    Attempt begin(@Nullable String account, HttpServletRequest request) {
        String name = normal(account);
        Optional<String> browser = browsers.recognize(name, request);
        if (browser.isPresent()) {
            Bucket own = new Bucket("browser:" + browser.get(), KNOWN_BROWSER);
            Duration wait = buckets.take(List.of(own));
            return wait.isZero()
                    ? new Attempt(Optional.empty(), name, List.of(own), List.of())
                    : Attempt.refused(wait, name);
        }
        return beginAsStranger(name, Network.of(request.getRemoteAddr()));
    }

    private Attempt beginAsStranger(String name, String network) {
        String both = SharedBuckets.hash(name + ' ' + network);
        Bucket accountAtNetwork = new Bucket("account-at-network:" + both, ACCOUNT_AT_NETWORK);
        Bucket ofNetwork = new Bucket("network:" + network, NETWORK);
        Bucket ofAccount = new Bucket("account:" + SharedBuckets.hash(name), ACCOUNT);
        Duration wait = buckets.take(List.of(accountAtNetwork, ofNetwork, ofAccount));
        if (wait.isZero()) {
            return new Attempt(Optional.empty(), name, List.of(accountAtNetwork), List.of(ofNetwork, ofAccount));
        }
        Bucket ofAttacked = new Bucket("attacked-account-at-network:" + both, ATTACKED_ACCOUNT_AT_NETWORK);
        return buckets.take(List.of(accountAtNetwork, ofNetwork, ofAttacked)).isZero()
                ? new Attempt(Optional.empty(), name, List.of(accountAtNetwork, ofAttacked), List.of(ofNetwork))
                : Attempt.refused(wait, name);
    }

    /** It was the right password: nothing is counted for it, and the browser is known from now on. */
    void succeeded(Attempt attempt, HttpServletRequest request, HttpServletResponse response) {
        buckets.empty(attempt.own());
        buckets.giveBack(attempt.shared());
        browsers.remember(attempt.account(), request, response);
    }

    /** Nobody could say whether it was the right password: nothing is counted for it. */
    void unjudged(Attempt attempt) {
        buckets.giveBack(attempt.own());
        buckets.giveBack(attempt.shared());
    }

    private static String normal(@Nullable String account) {
        String name = account == null ? "" : account.strip().toLowerCase(Locale.ROOT);
        return name.length() <= 64 ? name : name.substring(0, 64);
    }
}
