package org.sipoauth.registrar.register;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what peers bring about from filling the log: of each {@linkplain Arrival#origin origin} so many lines a minute, then one for
 * all that were left out. Metrics count each of them all the same. Thread-safe.
 */
public final class PeerLog {
    static final int LINES = 100;

    /** That have lines of their own in a minute; those beyond share. */
    static final int ORIGINS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(PeerLog.class);
    private static final String OTHERS = "other addresses";

    private final Map<String, AtomicLong> lines = new ConcurrentHashMap<>();

    /** What was left out in a minute. */
    record LeftOut(long lines, int origins, String most, long linesOfMost) {
        private LeftOut with(String origin, long more) {
            boolean isMost = more > linesOfMost;
            return new LeftOut(lines + more, origins + 1, isMost ? origin : most, isMost ? more : linesOfMost);
        }
    }

    /** Whether a line about this peer goes to the log; asking counts for one. */
    public boolean takes(InetAddress peer) {
        String origin = Arrival.origin(peer).getHostAddress();
        AtomicLong taken = lines.get(origin);
        if (taken == null) {
            taken = lines.computeIfAbsent(lines.size() < ORIGINS ? origin : OTHERS, first -> new AtomicLong());
        }
        return taken.incrementAndGet() <= LINES;
    }

    /** For every minute: says what was left out of it, and begins anew. */
    public void endMinute() {
        LeftOut left = takeLeftOut();
        if (left.lines() > 0) {
            LOG.warn(
                    "left out {} lines about {} addresses in a minute, {} of them about {}: is it an attack? The metrics have all",
                    left.lines(),
                    left.origins(),
                    left.linesOfMost(),
                    left.most());
        }
    }

    LeftOut takeLeftOut() {
        LeftOut left = new LeftOut(0, 0, "", 0);
        for (String origin : lines.keySet()) {
            AtomicLong taken = lines.remove(origin);
            if (taken != null && taken.get() > LINES) {
                left = left.with(origin, taken.get() - LINES);
            }
        }
        return left;
    }
}
