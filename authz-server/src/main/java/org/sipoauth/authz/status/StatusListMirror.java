package org.sipoauth.authz.status;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.status.StatusListStore.Shard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds every live status list, and looks for changes on a timer. A bit that was seen once stays: when the store has
 * lost it (a failover, a restored backup), it is put back. What is held is also on the disk, so that this holds across a
 * restart of everything.
 *
 * <p>While the store is away, what was last seen is served on, as of when it was seen. What is on the disk is not served
 * before the store was read once.
 */
final class StatusListMirror {
    private static final Logger LOG = LoggerFactory.getLogger(StatusListMirror.class);
    /** A list is dropped here before its keys expire in the store, or it would seem lost. Nobody needs its last day. */
    private static final Duration DROPPED_EARLY = Duration.ofHours(1);
    /** So many shards are read whole at each look, changed or not: a key that was deleted shows nowhere else. */
    private static final int READ_WHOLE = 2;
    /** With a store that does not answer, a look ends after this long; the next begins with another shard. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final StatusListStore store;
    private final StatusListFolder folder;
    private final SignedStatusLists published;
    private final Duration longestAccessToken;
    private final Clock clock;
    private final Audit audit;
    private final Counter restoredBits;

    private final Map<StatusListName, StatusList> lists = new HashMap<>();
    private final Set<StatusListName> unsaved = new HashSet<>();
    private final String[] marks = new String[StatusListName.SHARDS];
    private final Instant[] readAt = new Instant[StatusListName.SHARDS];
    private final Instant startedAt;
    private int firstShard;
    private volatile Seen seen;

    /**
     * What this server knows.
     *
     * @param at when the shard that was not read for longest was read; this server's start if it never was
     */
    record Seen(List<StatusList> lists, Instant at) {
        long revoked() {
            return lists.stream().mapToLong(StatusList::revoked).sum();
        }
    }

    /** Starts with what is on the disk. */
    StatusListMirror(
            StatusListStore store,
            StatusListFolder folder,
            SignedStatusLists published,
            Duration longestAccessToken,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        this.store = store;
        this.folder = folder;
        this.published = published;
        this.longestAccessToken = longestAccessToken;
        this.clock = clock;
        this.audit = audit;
        this.restoredBits = meters.counter("sipoauth.status_lists.restored");
        Instant now = clock.instant();
        startedAt = now;
        Arrays.fill(readAt, Instant.MIN);
        for (StatusList list : folder.load()) {
            if (isLive(list.name(), now)) {
                lists.put(list.name(), list);
            }
        }
        this.seen = new Seen(List.copyOf(lists.values()), now);
    }

    Seen seen() {
        return seen;
    }

    /** Looks once at every shard, and publishes what has changed. A store or a disk that fails is logged. */
    synchronized void look() {
        Instant now = clock.instant();
        List<String> failures = new ArrayList<>();
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; i < StatusListName.SHARDS && System.nanoTime() < giveUpAt; i++) {
            int shard = (firstShard + i) % StatusListName.SHARDS;
            try {
                lookAt(shard, i < READ_WHOLE, now);
            } catch (RuntimeException e) {
                failures.add(StatusListName.shardName(shard) + ": " + e.getMessage());
            }
        }
        firstShard = (firstShard + READ_WHOLE) % StatusListName.SHARDS;
        if (!failures.isEmpty()) {
            LOG.warn("{} shards of the status lists cannot be read, such as {}", failures.size(), failures.get(0));
        }
        keepOnDisk(now);
        Instant oldest = Arrays.stream(readAt).min(Instant::compareTo).orElse(now);
        seen = new Seen(List.copyOf(lists.values()), oldest.isBefore(startedAt) ? startedAt : oldest);
        published.publish(
                lists.values().stream()
                        .map(list -> new SignedStatusLists.Read(
                                list, readAt[list.name().shard()]))
                        .filter(read -> read.at().isAfter(Instant.MIN))
                        .toList(),
                oldest);
    }

    private void lookAt(int shard, boolean whole, Instant now) {
        Shard stored = store.shard(shard);
        boolean changed = whole || !stored.mark().equals(marks[shard]);
        Set<StatusListName> names = new HashSet<>(stored.lists());
        lists.keySet().stream().filter(name -> name.shard() == shard).forEach(names::add);
        for (StatusListName name : names) {
            boolean known = stored.lists().contains(name);
            if (isLive(name, now) && (changed || !known || !lists.containsKey(name))) {
                merge(name, known, now);
            }
        }
        marks[shard] = stored.mark(); // read before the lists: what changed since changes it again
        readAt[shard] = now;
    }

    private void merge(StatusListName name, boolean known, Instant now) {
        Optional<StatusList> held = Optional.ofNullable(lists.get(name));
        StatusList mine = held.orElseGet(() -> StatusList.empty(name));
        StatusList theirs = store.list(name);
        StatusList merged = mine.or(theirs);
        if (held.isEmpty() || merged != mine) {
            lists.put(name, merged);
            unsaved.add(name);
        }
        int[] lost = mine.revokedBeyond(theirs);
        if (lost.length > 0 || !known) {
            restore(name, lost, now);
        }
    }

    private void restore(StatusListName name, int[] lost, Instant now) {
        long restored = store.restore(name, lost, now);
        if (restored > 0) {
            LOG.error("the store had lost {} revocations in status list {}, and has them again", restored, name);
            audit.event("status_list_restored")
                    .with("list", name)
                    .with("bits", restored)
                    .keep();
            restoredBits.increment(restored);
        }
    }

    private void keepOnDisk(Instant now) {
        try {
            if (lists.keySet().removeIf(name -> !isLive(name, now))) {
                folder.retain(lists.keySet());
            }
            for (StatusListName name : Set.copyOf(unsaved)) {
                StatusList list = lists.get(name);
                if (list != null) {
                    folder.save(list);
                }
                unsaved.remove(name);
            }
        } catch (IOException e) {
            LOG.error("the status lists cannot be kept on the disk: {}", e.toString());
        }
    }

    private boolean isLive(StatusListName name, Instant now) {
        return now.isBefore(name.goneAt(longestAccessToken).minus(DROPPED_EARLY));
    }
}
