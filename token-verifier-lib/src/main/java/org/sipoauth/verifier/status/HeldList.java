package org.sipoauth.verifier.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A list as a source holds it: its newest version, and others of it for as long as they say of tokens that they are revoked and the
 * newest does not.
 *
 * @param list the newest version
 * @param entityTag of the version that was fetched, where its server gave it one
 * @param confirmedAt when its server last said that this is its newest version
 * @param tooOldAt from when on it proves no token valid; in milliseconds since 1970
 * @param compact the token itself, where it is kept on disk
 * @param others the versions that call further tokens revoked, each without others of its own
 */
record HeldList(
        StatusList list,
        Optional<String> entityTag,
        Instant confirmedAt,
        long tooOldAt,
        Optional<String> compact,
        List<HeldList> others) {

    /** A rollback needs one, and each server that has not heard of it one more; who reuses indexes all day needs none. */
    static final int MAX_OTHERS = 4;

    static HeldList of(
            StatusList list,
            Optional<String> entityTag,
            Instant confirmedAt,
            Duration maxStaleness,
            Optional<String> compact) {
        Instant staleAt = confirmedAt.plus(maxStaleness);
        Instant tooOldAt = staleAt.isBefore(list.expiresAt()) ? staleAt : list.expiresAt();
        return new HeldList(list, entityTag, confirmedAt, tooOldAt.toEpochMilli(), compact, List.of());
    }

    HeldList confirmed(Instant now, Duration maxStaleness) {
        return of(list, entityTag, now, maxStaleness, compact).beside(others);
    }

    /** The same with all that another version of the list calls revoked, if it is among those that end last. */
    HeldList and(HeldList other) {
        List<HeldList> candidates = new ArrayList<>(others);
        candidates.addAll(other.others);
        candidates.add(other.beside(List.of()));
        candidates.sort(Comparator.comparing(HeldList::overAt).reversed());
        List<StatusList> versions = new ArrayList<>(List.of(list));
        candidates.removeIf(candidate -> {
            boolean kept = versions.size() <= MAX_OTHERS && candidate.list.countInvalidBeyond(versions) > 0;
            return !(kept && versions.add(candidate.list));
        });
        return beside(List.copyOf(candidates));
    }

    /** The same with those of the others alone for which it holds. */
    HeldList withOthers(Predicate<HeldList> held) {
        return others.stream().allMatch(held)
                ? this
                : beside(others.stream().filter(held).toList());
    }

    private HeldList beside(List<HeldList> versions) {
        return new HeldList(list, entityTag, confirmedAt, tooOldAt, compact, versions);
    }

    boolean isTooOld(long now) {
        return now >= tooOldAt;
    }

    /** From when on not even its revocations count: at its own end, or where it has none, when it is too old. */
    long overAt() {
        return list.expiresAt().equals(Instant.MAX)
                ? tooOldAt
                : list.expiresAt().toEpochMilli();
    }

    boolean isRevoked(int index) {
        boolean revoked = list.isSet(index);
        for (int i = 0; i < others.size() && !revoked; i++) {
            revoked = others.get(i).list.isInvalid(index);
        }
        return revoked;
    }

    long countRevoked() {
        List<StatusList> versions = new ArrayList<>(List.of(list));
        long count = list.countSet();
        for (HeldList other : others) {
            count += other.list.countInvalidBeyond(versions);
            versions.add(other.list);
        }
        return count;
    }

    /** Of the statuses, in memory. */
    long bytes() {
        long bytes = list.values().length;
        for (HeldList other : others) {
            bytes += other.list.values().length;
        }
        return bytes;
    }

    /** Whether both are the very same versions, whenever they were confirmed. */
    boolean isOfVersionsOf(HeldList other) {
        return list == other.list && others.equals(other.others);
    }
}
