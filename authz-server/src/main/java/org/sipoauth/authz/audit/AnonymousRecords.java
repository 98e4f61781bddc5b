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
    private final int mostAMinute;
    private final Repeats repeats = new Repeats();
    private Instant minute = Instant.MIN;
    private int written;
    private long unrecorded;

    AnonymousRecords(int mostAMinute) {
        this.mostAMinute = mostAMinute;
    }

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
        if (written == mostAMinute) {
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
