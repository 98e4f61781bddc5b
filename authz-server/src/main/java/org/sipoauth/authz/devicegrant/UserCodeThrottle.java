package org.sipoauth.authz.devicegrant;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.sipoauth.authz.throttle.DrainingBuckets;
import org.sipoauth.authz.throttle.DrainingBuckets.Limit;

/**
 * Slows down guessing of user codes (RFC 8628 §5.1). Only somebody who has signed in can guess, so a wrong code fills the
 * bucket of the account, and that of the address, from which somebody with many accounts may guess. A full address shuts
 * out those alone who have failed themselves: a colleague at the same address is not one of them.
 *
 * <p>Phones are never slowed down: they poll with 256 random bits.
 */
final class UserCodeThrottle {
    private static final Limit ACCOUNT = new Limit(10, Duration.ofMinutes(1));
    private static final Limit ADDRESS = new Limit(50, Duration.ofSeconds(10));

    private final DrainingBuckets buckets;

    UserCodeThrottle(Clock clock) {
        this.buckets = new DrainingBuckets(clock);
    }

    /** How long to wait before another code; empty if it may be entered now. */
    Optional<Duration> wait(String account, String address) {
        Duration ofAccount = buckets.untilRoom(account(account), ACCOUNT);
        Duration ofAddress = buckets.isEmpty(account(account), ACCOUNT)
                ? Duration.ZERO
                : buckets.untilRoom(address(address), ADDRESS);
        Duration longer = ofAccount.compareTo(ofAddress) >= 0 ? ofAccount : ofAddress;
        return longer.isZero() ? Optional.empty() : Optional.of(longer);
    }

    void failed(String account, String address) {
        buckets.add(account(account), ACCOUNT);
        buckets.add(address(address), ADDRESS);
    }

    private static String account(String name) {
        return "account " + name;
    }

    private static String address(String address) {
        return "address " + address;
    }
}
