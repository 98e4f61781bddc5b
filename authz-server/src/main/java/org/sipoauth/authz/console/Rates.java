package org.sipoauth.authz.console;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * How many token requests all servers granted and refused, minute by minute for the last four hours: once a minute each adds
 * what its meters have counted to the {@link SharedRates}. While the store is away it keeps that for later, minute by minute,
 * and shows none of it. What other servers counted within their last minute is not known here yet.
 */
@Component
final class Rates {
    static final Duration MINUTE = Duration.ofMinutes(1);
    static final int MINUTES = 240;

    /** A phone that polls for its user's decision is refused nothing yet (RFC 8628 §3.5). */
    private static final Set<String> UNDECIDED = Set.of("authorization_pending", "slow_down");

    /** What {@code sipoauth.refreshes} tells apart further. */
    private static final Set<String> OF_REFRESHES =
            Set.of("invalid_grant", "unauthorized_client", "invalid_scope", "temporarily_unavailable");

    private static final Set<String> GRANTED_REFRESHES =
            Set.of("rotated", "repeated", "duplicate", "struck_out", "fast_forwarded");

    private static final Logger LOG = LoggerFactory.getLogger(Rates.class);

    private final MeterRegistry meters;
    private final SharedRates shared;
    private final Clock clock;
    private Counts last = new Counts(0, Map.of());

    /** What the store has not taken yet, the oldest first. */
    private final Deque<Sample> untold = new ArrayDeque<>();

    /**
     * What happened in one span of time.
     *
     * @param end of the span
     * @param refused by cause
     */
    record Sample(Instant end, long issued, Map<Cause, Long> refused) {
        long refusals() {
            return refused.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * Why a token request was refused.
     *
     * @param grant such as {@code refresh_token}
     * @param name the outcome of a refresh, else an OAuth error code
     */
    record Cause(String grant, String name) implements Comparable<Cause> {
        @Override
        public int compareTo(Cause other) {
            int byGrant = grant.compareTo(other.grant);
            return byGrant != 0 ? byGrant : name.compareTo(other.name);
        }
    }

    private record Counts(long issued, Map<Cause, Long> refused) {
        Sample since(Counts before, Instant end) {
            Map<Cause, Long> more = new TreeMap<>();
            refused.forEach((cause, count) -> {
                long added = count - before.refused().getOrDefault(cause, 0L);
                if (added > 0) {
                    more.put(cause, added);
                }
            });
            return new Sample(end, issued - before.issued(), Map.copyOf(more));
        }
    }

    Rates(MeterRegistry meters, SharedRates shared, Clock clock) {
        this.meters = meters;
        this.shared = shared;
        this.clock = clock;
    }

    @Scheduled(fixedRateString = "PT1M", initialDelayString = "PT1M")
    void sample() {
        try {
            sample(clock.instant());
        } catch (DataAccessException away) {
            LOG.debug("what was counted waits for the store: {}", away.toString());
        }
    }

    /**
     * Each minute is told as it was, also after the store was away, so that no peak appears that there was none. Never in two
     * threads at once.
     *
     * @throws DataAccessException if the store is away
     */
    void sample(Instant end) {
        keep(end);
        for (Sample next = takeUntold(); next != null; next = takeUntold()) {
            try {
                shared.add(next);
            } catch (DataAccessException away) {
                putBack(next);
                throw away;
            }
        }
    }

    private synchronized void keep(Instant end) {
        Counts now = count();
        untold.add(now.since(last, end));
        last = now;
        if (untold.size() > MINUTES) {
            untold.remove();
        }
    }

    private synchronized @Nullable Sample takeUntold() {
        return untold.poll();
    }

    private synchronized void putBack(Sample sample) {
        untold.addFirst(sample);
    }

    /**
     * Of all servers, the oldest first, and what has happened on this one within this minute. A minute that is being told just
     * now is missing rather than there twice.
     *
     * @throws DataAccessException if the store is away
     */
    List<Sample> samples() {
        Instant now = clock.instant();
        List<Sample> all = new ArrayList<>(shared.until(now)); // outside the monitor: it may take until a timeout
        all.add(sinceLast(now));
        return all;
    }

    private synchronized Sample sinceLast(Instant end) {
        return count().since(last, end);
    }

    private Counts count() {
        long issued = 0;
        for (Counter counter : meters.find("sipoauth.grants.issued").counters()) {
            issued += (long) counter.count();
        }
        Map<Cause, Long> refused = new TreeMap<>();
        for (Counter counter : meters.find("sipoauth.grants.refused").counters()) {
            String grant = String.valueOf(counter.getId().getTag("grant"));
            String error = String.valueOf(counter.getId().getTag("error"));
            if (!UNDECIDED.contains(error) && !(grant.equals("refresh_token") && OF_REFRESHES.contains(error))) {
                refused.merge(new Cause(shortName(grant), error), (long) counter.count(), Long::sum);
            }
        }
        for (Counter counter : meters.find("sipoauth.refreshes").counters()) {
            String outcome = String.valueOf(counter.getId().getTag("outcome"));
            if (!GRANTED_REFRESHES.contains(outcome)) {
                refused.merge(new Cause("refresh_token", outcome), (long) counter.count(), Long::sum);
            }
        }
        return new Counts(issued, refused);
    }

    /** Without what makes an extension grant a URI (RFC 6749 §4.5). */
    private static String shortName(String grant) {
        return grant.substring(grant.lastIndexOf(':') + 1);
    }
}
