package org.sipoauth.authz.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which records are written of requests by nobody known, who may send as many as they like: of the same from one network
 * one a minute, and of all such together a few a minute, so that a flood from everywhere fills neither a disk nor the
 * trail. The rest is counted.
 */
final class AnonymousRecords {
    /** Some 5 MB a day in a file, and less than a third of the trail. */
    static final int MOST_A_MINUTE = 10;

    private final Repeats repeats = new Repeats();
    private Instant minute = Instant.MIN;
    private int written;
    private long unrecorded;

    /**
     * What was left out before a record.
     *
     * @param repeats of the same
     * @param unrecorded of others, which were too many
     */
    record LeftOut(int repeats, long unrecorded) {}

    /**
     * @param kind of the record, with the network
     * @return what the record has to say; empty: it is not to be written
     */
    synchronized Optional<LeftOut> admit(String kind, Instant now) {
        if (!now.isBefore(minute.plus(Repeats.WINDOW))) {
            minute = now;
            written = 0;
        }
        if (written == MOST_A_MINUTE) {
            unrecorded++;
            return Optional.empty();
        }
        OptionalInt same = repeats.sinceLastKept(kind, now);
        if (same.isEmpty()) {
            return Optional.empty();
        }
        LeftOut leftOut = new LeftOut(same.getAsInt(), unrecorded);
        written++;
        unrecorded = 0;
        return Optional.of(leftOut);
    }
}
