package org.sipoauth.authz.activation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.sipoauth.authz.throttle.Network;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.sipoauth.authz.throttle.SharedBuckets.Bucket;
import org.sipoauth.authz.throttle.SharedBuckets.Limit;

/**
 * Slows down guessing of activation codes, for all servers together. A code takes room in three buckets that drain with time,
 * before it is looked at: of the device at this network, of the device, and of the network; a right one gives it back. A
 * device's or a network's full bucket shuts out those alone who have entered a wrong code themselves: not a phone in the same
 * office, nor a phone whose code somebody guesses at from elsewhere.
 *
 * <p>Even who guesses from the phone's own network cannot shut it out: of the tries that come too often one in
 * {@value #LOT} is looked at, by lot. So an honest phone that goes on trying gets through within minutes, whatever
 * somebody else does, and guessing stays hopeless: sixteen digits bear it.
 *
 * <p>Anybody may name any device, whether there is one or not: devices share buckets by their hash, 262,144 of them, so that
 * no flood of names fills the store.
 */
final class ActivationThrottle {
    static final int LOT = 32;

    private static final int CHARACTERS_OF_A_HASH = 3;

    private static final Limit DEVICE_AT_NETWORK = new Limit(10, Duration.ofMinutes(1));
    private static final Limit DEVICE = new Limit(20, Duration.ofMinutes(1));
    private static final Limit NETWORK = new Limit(100, Duration.ofSeconds(5));

    private final SharedBuckets buckets;
    private final RandomGenerator random;

    ActivationThrottle(SharedBuckets buckets, RandomGenerator random) {
        this.buckets = buckets;
        this.random = random;
    }

    /**
     * A code that may be looked at, or has to wait.
     *
     * @param own the bucket of the device at its network
     * @param shared the others in which it has taken room
     */
    record Attempt(boolean admitted, Bucket own, List<Bucket> shared) {}

    /**
     * Counts a code as a wrong one, until {@link #right} says otherwise, unless it has to wait.
     *
     * @param device that the request names, whether there is one or not
     */
    Attempt begin(String device, String address) {
        String network = Network.of(address);
        String hash = SharedBuckets.hash(device).substring(0, CHARACTERS_OF_A_HASH);
        Bucket own = new Bucket("activation-codes-of-device-at-network:" + hash + ' ' + network, DEVICE_AT_NETWORK);
        Bucket ofDevice = new Bucket("activation-codes-of-device:" + hash, DEVICE);
        Bucket ofNetwork = new Bucket("activation-codes-of-network:" + network, NETWORK);
        if (hasRoom(own, ofDevice, ofNetwork)) {
            return new Attempt(true, own, List.of(ofDevice, ofNetwork));
        }
        boolean admitted = hasRoom(own.ifEmpty());
        if (!admitted && random.nextInt(LOT) == 0) {
            hasRoom(own); // if there is none, the bucket is as full as it can be
            admitted = true;
        }
        List<Bucket> shared = new ArrayList<>();
        if (admitted) {
            for (Bucket other : List.of(ofDevice, ofNetwork)) {
                if (hasRoom(other)) {
                    shared.add(other);
                }
            }
        }
        return new Attempt(admitted, own, shared);
    }

    /** It was the device's code, whatever became of it: typing errors before it are forgiven. */
    void right(Attempt attempt) {
        buckets.empty(List.of(attempt.own()));
        buckets.giveBack(attempt.shared());
    }

    private boolean hasRoom(Bucket... taken) {
        return buckets.take(List.of(taken)).isZero();
    }
}
