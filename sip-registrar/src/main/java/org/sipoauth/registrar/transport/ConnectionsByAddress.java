package org.sipoauth.registrar.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sipoauth.registrar.register.Arrival;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the connections of each address. Of IPv6 it counts those of a /64 together, within which a host chooses its addresses
 * by itself (RFC 4291 §2.5.1, RFC 8981). Thread-safe.
 */
final class ConnectionsByAddress {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionsByAddress.class);

    private final int most;
    private final Map<InetAddress, Count> counts = new ConcurrentHashMap<>();

    /** @param told whether the log says that there are too many; not again before there are half as many */
    private record Count(int open, boolean told) {}

    /** One connection's, until it leaves. */
    final class Place {
        private final InetAddress origin;
        private final AtomicBoolean left = new AtomicBoolean();

        private Place(InetAddress origin) {
            this.origin = origin;
        }

        /** Once, however often it is called. */
        void leave() {
            if (left.compareAndSet(false, true)) {
                counts.computeIfPresent(
                        origin,
                        (key, count) -> count.open() == 1
                                ? null
                                : new Count(count.open() - 1, count.told() && count.open() > most / 2));
            }
        }
    }

    /** @param most connections of one address */
    ConnectionsByAddress(int most) {
        this.most = most;
    }

    /** A place for one more connection; empty if its address has as many as it may. */
    Optional<Place> enter(InetAddress peer) {
        InetAddress origin = Arrival.origin(peer);
        AtomicBoolean entered = new AtomicBoolean();
        AtomicBoolean tell = new AtomicBoolean();
        counts.compute(origin, (key, count) -> {
            int open = count == null ? 0 : count.open();
            boolean told = count != null && count.told();
            if (open < most) {
                entered.set(true);
                return new Count(open + 1, told);
            }
            tell.set(!told);
            return new Count(open, true);
        });
        if (tell.get()) {
            LOG.warn(
                    "{} has {} connections: no more are taken from there; is it an attack, or do more phones sit behind it"
                            + " than max-connections-per-address?",
                    origin.getHostAddress() + (origin instanceof Inet6Address ? "/64" : ""),
                    most);
        }
        return entered.get() ? Optional.of(new Place(origin)) : Optional.empty();
    }
}
