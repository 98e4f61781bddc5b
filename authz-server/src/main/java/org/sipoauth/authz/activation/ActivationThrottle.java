package org.sipoauth.authz.activation;

import java.time.Clock;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.sipoauth.authz.throttle.DrainingBuckets;
import org.sipoauth.authz.throttle.DrainingBuckets.Limit;

/**
 * Slows down guessing of activation codes. A wrong code fills three buckets that drain with time: of the device at this
 * address, of the device, and of the address. A device's or an address's full bucket shuts out those alone who have
 * entered a wrong code themselves: not a phone in the same office, nor a phone whose code somebody guesses at from
 * elsewhere.
 *
 * <p>Even who guesses from the phone's own address cannot shut it out: of the tries that come too often one in
 * {@value #LOT} is looked at, by lot. So an honest phone that goes on trying gets through within minutes, whatever
 * somebody else does, and guessing stays hopeless: sixteen digits bear it.
 */
final class ActivationThrottle {
    static final int LOT = 32;

    private static final Limit DEVICE_AT_ADDRESS = new Limit(10, Duration.ofMinutes(1));
    private static final Limit DEVICE = new Limit(20, Duration.ofMinutes(1));
    private static final Limit ADDRESS = new Limit(100, Duration.ofSeconds(5));

    private final DrainingBuckets buckets;
    private final RandomGenerator random;

    ActivationThrottle(Clock clock, RandomGenerator random) {
        this.buckets = new DrainingBuckets(clock);
        this.random = random;
    }

    /**
     * Whether a code may be looked at now. It counts as a wrong one at once, so that no burst of requests gets ahead of the
     * count, until {@link #right} says otherwise.
     *
     * @param device that the request names, whether there is one or not
     */
    synchronized boolean admits(String device, String address) {
        String both = both(device, address);
        boolean hasFailed = !buckets.isEmpty(both, DEVICE_AT_ADDRESS);
        boolean full = isFull(both, DEVICE_AT_ADDRESS)
                || hasFailed && (isFull(device(device), DEVICE) || isFull(address(address), ADDRESS));
        boolean admitted = !full || random.nextInt(LOT) == 0;
        if (admitted) {
            buckets.add(both, DEVICE_AT_ADDRESS);
        }
        return admitted;
    }

    /** To be told of a code that was admitted and is the device's, whatever became of it. */
    void right(String device, String address) {
        buckets.clear(both(device, address));
    }

    /** To be told of a code that was admitted and is wrong. */
    void wrong(String device, String address) {
        buckets.add(device(device), DEVICE);
        buckets.add(address(address), ADDRESS);
    }

    private boolean isFull(String key, Limit limit) {
        return !buckets.untilRoom(key, limit).isZero();
    }

    private static String both(String device, String address) {
        return "both " + device + ' ' + address;
    }

    private static String device(String name) {
        return "device " + name;
    }

    private static String address(String address) {
        return "address " + address;
    }
}
