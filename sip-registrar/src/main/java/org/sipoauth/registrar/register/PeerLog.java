package org.sipoauth.registrar.register;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what peers bring about from filling the log: of each {@linkplain Arrival#origin origin} so many lines a minute, then one for
 * all that were left out. Behind an edge, whose address is that of many, each address-of-record that is asked for has as many, and
 * all of them together more. Metrics count each of them all the same. Thread-safe.
 */
public final class PeerLog {
    static final int LINES = 100;

    /** Of all that comes through one edge. */
    static final int LINES_OF_EDGE = 1_000;

    /** That have lines of their own in a minute; those beyond share. */
    static final int ORIGINS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(PeerLog.class);
    private static final String OTHERS = "other addresses";

    private final Map<String, Share> shares = new ConcurrentHashMap<>();

    private record Share(int lines, AtomicLong asked) {
        private Share(int lines) {
            this(lines, new AtomicLong());
        }

        boolean take() {
            return asked.incrementAndGet() <= lines;
        }

        boolean isUsedUp() {
            return asked.get() >= lines;
        }
    }

    /** What was left out in a minute. */
    record LeftOut(long lines, int peers, String most, long linesOfMost) {
        private LeftOut with(String peer, long more) {
            boolean isMost = more > linesOfMost;
            return new LeftOut(lines + more, peers + 1, isMost ? peer : most, isMost ? more : linesOfMost);
        }
    }

    /** Whether a line about this peer goes to the log; asking counts for one. */
    public boolean takes(InetAddress peer) {
        return share(Arrival.origin(peer).getHostAddress(), LINES).take();
    }

    /** The same for a refusal, which may have come through an edge. */
    boolean takes(RefusedRequest refused) {
        return refused.edge()
                .map(edge -> takes(edge, refused.to()))
                .orElseGet(() -> takes(refused.peer().getAddress()));
    }

    /** What one has beyond its own share costs the others behind the edge nothing, and no more have one than the edge has lines. */
    private boolean takes(String edge, String to) {
        Share ofAll = share("edge " + edge, LINES_OF_EDGE);
        return (ofAll.isUsedUp() || share(to + " behind edge " + edge, LINES).take()) && ofAll.take();
    }

    private Share share(String peer, int lines) {
        Share held = shares.get(peer);
        return held != null
                ? held
                : shares.computeIfAbsent(shares.size() < ORIGINS ? peer : OTHERS, first -> new Share(lines));
    }

    /** For every minute: says what was left out of it, and begins anew. */
    public void endMinute() {
        LeftOut left = takeLeftOut();
        if (left.lines() > 0) {
            LOG.warn(
                    "left out {} lines about {} peers in a minute, {} of them about {}: is it an attack? The metrics have all",
                    left.lines(),
                    left.peers(),
                    left.linesOfMost(),
                    left.most());
        }
    }

    LeftOut takeLeftOut() {
        LeftOut left = new LeftOut(0, 0, "", 0);
        for (String peer : shares.keySet()) {
            Share share = shares.remove(peer);
            if (share != null && share.asked().get() > share.lines()) {
                left = left.with(peer, share.asked().get() - share.lines());
            }
        }
        return left;
    }
}
