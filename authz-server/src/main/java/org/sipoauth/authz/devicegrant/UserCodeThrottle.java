package org.sipoauth.authz.devicegrant;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.sipoauth.authz.throttle.Network;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.sipoauth.authz.throttle.SharedBuckets.Bucket;
import org.sipoauth.authz.throttle.SharedBuckets.Limit;
import org.springframework.stereotype.Component;

/**
 * Slows down guessing of user codes (RFC 8628 §5.1), for all servers together. Only somebody who has signed in can guess, so
 * a code takes room in the bucket of the account, and in that of the network, from which somebody with many accounts may
 * guess, before it is looked at; a good one gives it back. A full network shuts out those alone who have failed themselves: a
 * colleague at the same address is not one of them.
 *
 * <p>Phones are never slowed down: they poll with 256 random bits.
 */
@Component
final class UserCodeThrottle {
    private static final Limit ACCOUNT = new Limit(10, Duration.ofMinutes(1));
    private static final Limit NETWORK = new Limit(50, Duration.ofSeconds(10));

    private final SharedBuckets buckets;

    UserCodeThrottle(SharedBuckets buckets) {
        this.buckets = buckets;
    }

    /**
     * A code that may be looked at, or has to wait.
     *
     * @param delay how long to wait before another; empty: it may be looked at now
     */
    record Attempt(Optional<Duration> delay, List<Bucket> taken) {}

    /**
     * Counts a code that came in an address, apart from those that somebody typed: a page of another site can have a
     * browser open as many addresses as it likes.
     */
    Attempt beginByLink(String account, String address) {
        List<Bucket> taken = List.of(
                new Bucket("linked-user-codes-of-account:" + SharedBuckets.hash(account), ACCOUNT),
                new Bucket("linked-user-codes-of-network:" + Network.of(address), NETWORK));
        Duration wait = buckets.take(taken);
        return wait.isZero() ? new Attempt(Optional.empty(), taken) : new Attempt(Optional.of(wait), List.of());
    }

    /** Counts a code that somebody typed, unless it has to wait. */
    Attempt begin(String account, String address) {
        Bucket ofAccount = new Bucket("user-codes-of-account:" + SharedBuckets.hash(account), ACCOUNT);
        Bucket ofNetwork = new Bucket("user-codes-of-network:" + Network.of(address), NETWORK);
        Duration wait = buckets.take(List.of(ofAccount, ofNetwork));
        if (wait.isZero()) {
            return new Attempt(Optional.empty(), List.of(ofAccount, ofNetwork));
        }
        return buckets.take(List.of(ofAccount.ifEmpty())).isZero()
                ? new Attempt(Optional.empty(), List.of(ofAccount))
                : new Attempt(Optional.of(wait), List.of());
    }

    /** It was a code that a phone of theirs shows: nothing is counted for it. */
    void right(Attempt attempt) {
        buckets.giveBack(attempt.taken());
    }
}
