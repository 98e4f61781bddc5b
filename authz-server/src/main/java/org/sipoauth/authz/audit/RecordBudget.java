package org.sipoauth.authz.audit;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which records are written of what somebody may cause as often as they like: the same once a minute, of one cause a few a
 * minute, and of all such together some more, so that a flood from everywhere fills neither a disk nor the trail, and one
 * from a single place leaves room for the others. The rest is counted.
 */
final class RecordBudget {
    private final int mostAMinute;
    private final int mostOfOneCause;
    private final Repeats repeats = new Repeats();
    private final Map<String, Integer> ofCause = new HashMap<>();
    private Instant minute = Instant.MIN;
    private int written;
    private long unrecorded;

    RecordBudget(int mostAMinute, int mostOfOneCause) {
        this.mostAMinute = mostAMinute;
        this.mostOfOneCause = mostOfOneCause;
    }

    /**
     * What was left out before a record.
     *
     * @param repeats of the same
     * @param unrecorded of others, which were too many
     */
    record LeftOut(int repeats, long unrecorded) {}

    /**
     * @param kind of the record; with the cause it says what is the same
     * @param cause whose share it takes, such as a network
     * @return what the record has to say; empty: it is not to be written
     */
    synchronized Optional<LeftOut> admit(String kind, String cause, Instant now) {
        if (now.isBefore(minute) || !now.isBefore(minute.plus(Repeats.WINDOW))) { // a clock may be set back
            minute = now;
            written = 0;
            ofCause.clear();
        }
        if (written == mostAMinute || ofCause.getOrDefault(cause, 0) == mostOfOneCause) {
            unrecorded++;
            return Optional.empty();
        }
        OptionalInt same = repeats.sinceLastKept(kind + '\n' + cause, now);
        if (same.isEmpty()) {
            return Optional.empty();
        }
        LeftOut leftOut = new LeftOut(same.getAsInt(), unrecorded);
        written++;
        ofCause.merge(cause, 1, Integer::sum);
        unrecorded = 0;
        return Optional.of(leftOut);
    }
}
