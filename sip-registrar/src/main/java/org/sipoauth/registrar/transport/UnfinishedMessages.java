package org.sipoauth.registrar.transport;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the memory that messages which are not yet whole take on all connections together, of SIP and records of TLS alike; {@link
 * org.sipoauth.registrar.sip.Limits} bound that of one. Where they take more, connections end until they take an eighth less: those of
 * nobody we know first, of them the largest first. So whoever sends a usual request in pieces outlasts those who would
 * fill the memory with it. Thread-safe.
 */
final class UnfinishedMessages {
    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedMessages.class);
    private static final int ENDED = -1;

    private final long mostBytes;
    private final AtomicLong held = new AtomicLong();
    private final Set<Share> shares = ConcurrentHashMap.newKeySet();
    private volatile boolean told; // by the log, since they last took less than half of it

    /** @param mostBytes of memory that they may take */
    UnfinishedMessages(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Of what has begun on one connection: one for its messages, another for its records of TLS. */
    final class Share {
        private final Runnable end;
        private final AtomicInteger bytes = new AtomicInteger();
        private volatile boolean known;

        private Share(Runnable end) {
            this.end = end;
        }

        /**
         * What has begun takes now, for the connection's own thread to say.
         *
         * @param ofSomebodyKnown whether a phone has registered over the connection, or it is an edge's
         */
        void take(int now, boolean ofSomebodyKnown) {
            known = ofSomebodyKnown;
            if (now > 0 && bytes.get() == 0) {
                shares.add(this); // while nobody ends it: whoever does takes it out again
            }
            int before = bytes.getAndUpdate(was -> was == ENDED ? ENDED : now);
            if (before == ENDED || before == now) {
                return;
            }
            if (now == 0) {
                shares.remove(this);
            }
            long inAll = held.addAndGet(now - before);
            if (now > before && inAll > mostBytes) {
                makeRoom();
            } else if (told && inAll < mostBytes / 2) {
                told = false;
            }
        }

        /** @return how many bytes are free by it; 0 if what had begun has become whole meanwhile */
        private int end() {
            int before = bytes.getAndUpdate(was -> was > 0 ? ENDED : was);
            if (before <= 0) {
                return 0;
            }
            shares.remove(this);
            held.addAndGet(-before);
            end.run();
            return before;
        }
    }

    /** @param end ends the connection and what it holds; called once at most, from any thread, and may not wait */
    Share share(Runnable end) {
        return new Share(end);
    }

    long bytes() {
        return Math.max(0, held.get()); // one that is ended may be taken off before it has been added
    }

    /** Messages and records that have begun. */
    int count() {
        return shares.size();
    }

    private record Candidate(Share share, boolean known, int bytes) {}

    /** Who comes meanwhile waits, or would go on to fill what is being made. */
    private synchronized void makeRoom() {
        if (held.get() <= mostBytes) {
            return; // another thread has made some
        }
        List<Candidate> candidates = new ArrayList<>(); // as they are now: an order that changes cannot be sorted by
        shares.forEach(share -> candidates.add(new Candidate(share, share.known, share.bytes.get())));
        candidates.sort(Comparator.comparing(Candidate::known)
                .thenComparing(Comparator.comparingInt(Candidate::bytes).reversed()));
        int ended = 0;
        for (Candidate candidate : candidates) {
            if (held.get() <= mostBytes - mostBytes / 8) {
                break;
            }
            ended += candidate.share().end() > 0 ? 1 : 0;
        }
        if (!told) {
            told = true;
            LOG.warn(
                    "messages and TLS records that have begun and do not end take more than {} bytes: ended {} of {} with their"
                            + " connections, the largest of nobody we know first; is it an attack?",
                    mostBytes,
                    ended,
                    candidates.size());
        }
    }
}
