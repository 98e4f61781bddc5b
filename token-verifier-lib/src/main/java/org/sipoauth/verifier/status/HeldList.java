package org.sipoauth.verifier.status;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A list as a source holds it.
 *
 * @param entityTag of the version that was fetched, where its server gave it one
 * @param confirmedAt when its server last said that this is its newest version
 * @param tooOldAt from when on it proves no token valid; in milliseconds since 1970
 * @param compact the token itself, where it is kept on disk
 */
record HeldList(
        StatusList list, Optional<String> entityTag, Instant confirmedAt, long tooOldAt, Optional<String> compact) {

    static HeldList of(
            StatusList list,
            Optional<String> entityTag,
            Instant confirmedAt,
            Duration maxStaleness,
            Optional<String> compact) {
        Instant staleAt = confirmedAt.plus(maxStaleness);
        Instant tooOldAt = staleAt.isBefore(list.expiresAt()) ? staleAt : list.expiresAt();
        return new HeldList(list, entityTag, confirmedAt, tooOldAt.toEpochMilli(), compact);
    }

    HeldList confirmed(Instant now, Duration maxStaleness) {
        return of(list, entityTag, now, maxStaleness, compact);
    }

    boolean isTooOld(long now) {
        return now >= tooOldAt;
    }
}
