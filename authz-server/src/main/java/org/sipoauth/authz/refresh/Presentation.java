package org.sipoauth.authz.refresh;

import java.time.Duration;

/**
 * What presenting a generation came to.
 *
 * @param number by outcome: the generation to hand out, or the milliseconds to wait
 */
record Presentation(Outcome outcome, long number) {

    enum Outcome {
        /** The live token was presented: it has a successor now. */
        ROTATED(true),
        /** The one before was presented soon after: its successor again, for a lost response or a parallel request. */
        REPEATED(true),
        /** The one before that, right after its successor was used: a late copy of a request. */
        DUPLICATE(true),
        /** The one before was presented late: its successor, which nobody used, is struck out for a fresh one. */
        STRUCK_OUT(true),
        /** Newer than all that the store remembers: the store lost a write. */
        FAST_FORWARDED(true),
        /** The answer would be a guess; in a few seconds it is not. */
        DEFERRED(false),
        /** Older than any that an honest holder still has: the family is revoked. */
        REPLAYED(false),
        /** A struck-out one, so that there are two holders: the family is revoked. */
        REPLAYED_STRUCK_OUT(false),
        /** The family was revoked before. */
        REVOKED(false),
        /** The store has no such family: it ended. */
        UNKNOWN(false);

        private final boolean grants;

        Outcome(boolean grants) {
            this.grants = grants;
        }
    }

    boolean isGranted() {
        return outcome.grants;
    }

    /** Whether a generation was presented for the first time: from then on a sliding family lives anew. */
    boolean movesTheEnd() {
        return outcome == Outcome.ROTATED || outcome == Outcome.FAST_FORWARDED;
    }

    int generation() {
        if (!isGranted()) {
            throw new IllegalStateException(outcome + " hands out no generation");
        }
        return Math.toIntExact(number);
    }

    Duration retryAfter() {
        if (outcome != Outcome.DEFERRED) {
            throw new IllegalStateException(outcome + " asks for no patience");
        }
        return Duration.ofMillis(number);
    }
}
