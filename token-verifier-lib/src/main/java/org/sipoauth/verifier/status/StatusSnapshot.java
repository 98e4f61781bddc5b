package org.sipoauth.verifier.status;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.verifier.internal.MalformedException;
import org.sipoauth.verifier.keys.KeySource;

/** What is known of revoked tokens at one moment. Immutable: a {@link StatusSource} replaces it whole. */
public final class StatusSnapshot {
    private static final Duration FOREVER = Duration.ofDays(366 * 1000);
    private static final StatusSnapshot NONE = new StatusSnapshot(Map.of(), Instant.MIN, Long.MIN_VALUE);

    private final Map<String, HeldList> lists;
    private final Instant readAt;
    private final long tooOldAt; // in milliseconds since 1970

    /** What the lists say of one token. */
    public enum Status {
        /** A list that is current says that it is valid. */
        VALID,
        /** A list says that it is not, however old that list is: a revocation is for good. */
        REVOKED,
        /** Its list is held, but is older than may be trusted or too short; or nothing was read for too long. */
        TOO_OLD,
        /** Its list was not among those that the issuer named when they were last read, at {@link #readAt}. */
        NOT_HELD
    }

    StatusSnapshot(Map<String, HeldList> lists, Instant readAt, long tooOldAt) {
        this.lists = Map.copyOf(lists);
        this.readAt = readAt;
        this.tooOldAt = tooOldAt;
    }

    /** What a source that has read nothing yet shows: no lists, and too old at any time. */
    public static StatusSnapshot none() {
        return NONE;
    }

    /**
     * Verifies status list tokens (draft-ietf-oauth-status-list-20 §5.1) from anywhere but a server, for tests and for
     * sources of one's own. They are good until their {@code exp}.
     *
     * @param tokens in compact form, by the URI of each list
     * @param issuer the {@code iss} that they must have where they have one
     * @param readAt when they were received
     * @throws IllegalArgumentException if one is refused; the message says why
     */
    public static StatusSnapshot verify(Map<String, String> tokens, String issuer, KeySource keys, Instant readAt) {
        Map<String, HeldList> lists = new HashMap<>();
        for (Map.Entry<String, String> token : tokens.entrySet()) {
            try {
                StatusList list = StatusListToken.verify(token.getValue(), token.getKey(), issuer, keys, readAt);
                lists.put(token.getKey(), HeldList.of(list, Optional.empty(), readAt, FOREVER, Optional.empty()));
            } catch (MalformedException e) {
                throw new IllegalArgumentException("status list refused: " + e.getMessage(), e);
            }
        }
        return new StatusSnapshot(lists, readAt, Long.MAX_VALUE);
    }

    /** What is known of the token of that reference. Does no I/O, takes no lock, allocates nothing. */
    public Status find(StatusReference reference, Instant now) {
        return find(reference, now.toEpochMilli());
    }

    /**
     * As {@link #find(StatusReference, Instant)}, for who reads the clock as a number.
     *
     * @param now in milliseconds since 1970
     */
    public Status find(StatusReference reference, long now) {
        HeldList held = lists.get(reference.uri());
        if (held == null) {
            return now < tooOldAt ? Status.NOT_HELD : Status.TOO_OLD;
        }
        if (held.isRevoked(reference.index())) {
            return Status.REVOKED;
        }
        boolean silent = !held.list().covers(reference.index()); // §8.3: no statement can be made
        return silent || held.isTooOld(now) ? Status.TOO_OLD : Status.VALID;
    }

    /** Whether a list says that the token of that reference, and all that rests on it, is to end. */
    public boolean isRevoked(StatusReference reference) {
        HeldList held = lists.get(reference.uri());
        return held != null && held.isRevoked(reference.index());
    }

    /** When the issuer last told which lists there are; {@link Instant#MIN} where it never did. */
    public Instant readAt() {
        return readAt;
    }

    /** When the list that was confirmed longest ago was confirmed; {@link #readAt} where there is none. */
    public Instant oldestConfirmedAt() {
        return lists.values().stream()
                .map(HeldList::confirmedAt)
                .min(Instant::compareTo)
                .orElse(readAt);
    }

    /** Whether nothing may be concluded from these lists any more, nor from a list's absence. */
    public boolean isTooOld(Instant now) {
        return tooOldAt != Long.MAX_VALUE && now.toEpochMilli() >= tooOldAt;
    }

    /** The lists held. */
    public Set<String> uris() {
        return lists.keySet();
    }

    /** How many references are revoked. Counts every bit: for who asks now and then. */
    public long countRevoked() {
        return lists.values().stream().mapToLong(HeldList::countRevoked).sum();
    }

    Collection<HeldList> lists() {
        return lists.values();
    }

    /** Whether both hold the very same lists, whenever each was confirmed. */
    boolean hasListsOf(StatusSnapshot other) {
        return lists.size() == other.lists.size()
                && lists.entrySet().stream().allMatch(entry -> {
                    HeldList held = other.lists.get(entry.getKey());
                    return held != null && held.isOfVersionsOf(entry.getValue());
                });
    }

    @Override
    public String toString() {
        return readAt.equals(Instant.MIN)
                ? "no status lists read yet"
                : lists.size() + " status lists read at " + readAt;
    }
}
