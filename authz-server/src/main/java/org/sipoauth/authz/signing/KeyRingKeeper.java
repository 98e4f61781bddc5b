package org.sipoauth.authz.signing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.sipoauth.keys.store.KeyRingStore;
import org.sipoauth.keys.store.StoredRing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * Holds the ring, makes the first one, and does on a timer what the policy asks for. Several servers may keep one ring:
 * of two that change it in the same instant one wins, and the other starts again from what the winner wrote. A server
 * that finds an older ring in the store than it holds (a failover or a restored backup lost the last write) puts its own
 * back: tokens may have been signed with it.
 */
final class KeyRingKeeper implements CurrentKeyRing {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRingKeeper.class);
    private static final int ATTEMPTS = 20;

    private final KeyRingStore store;
    private final KeyVault vault;
    private final RotationPolicy policy;
    private final Clock clock;
    private final ClockCheck clockCheck;
    private final KeyAudit audit;
    private volatile Held held;

    private record Held(StoredRing stored, Instant readAt) {}

    /** A change to a ring: from a ring and the instant it is made at, to another, or to the same if nothing is to do. */
    @FunctionalInterface
    interface Change {
        KeyRing apply(KeyRing ring, Instant now);
    }

    KeyRingKeeper(
            KeyRingStore store,
            KeyVault vault,
            RotationPolicy policy,
            Clock clock,
            ClockCheck clockCheck,
            KeyAudit audit) {
        this.store = store;
        this.vault = vault;
        this.policy = policy;
        this.clock = clock;
        this.clockCheck = clockCheck;
        this.audit = audit;
        this.held = new Held(firstOrStored(), clock.instant());
        turn();
    }

    @Override
    public KeyRing get() {
        Held now = held;
        Duration unread = Duration.between(now.readAt(), clock.instant());
        if (unread.compareTo(policy.ringOutage()) > 0) {
            // Others may have rotated or revoked a key meanwhile: see RotationPolicy.ringOutage.
            throw new DataAccessResourceFailureException("the key ring could not be read for " + unread);
        }
        return now.stored().ring();
    }

    /** The ring as last read, however long ago: good enough to look at, not to sign with. */
    KeyRing lastRead() {
        return held.stored().ring();
    }

    RotationPolicy policy() {
        return policy;
    }

    /** A server whose clock is wrong only reads: it would drop keys early, or activate them. */
    @Scheduled(
            fixedDelayString = "${sipoauth.keys.look-every:5s}",
            initialDelayString = "${sipoauth.keys.look-every:5s}")
    void turn() {
        try {
            boolean sound = clockCheck.isSound();
            change("timer", (ring, now) -> sound ? ring.advance(policy, vault, now) : ring);
        } catch (RuntimeException e) {
            LOG.error("the key ring cannot be kept: {}", e.getMessage());
        }
    }

    /**
     * Changes the ring, for every server that keeps it.
     *
     * @param by who asks for it, for the audit
     * @return the ring as it is then
     * @throws org.sipoauth.keys.store.KeyRingStoreException if the store cannot be read or written: nothing was changed
     */
    KeyRing change(String by, Change change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Instant now = clock.instant();
            Optional<StoredRing> stored = store.load();
            long version = stored.map(StoredRing::version).orElse(KeyRingStore.NONE);
            StoredRing mine = held.stored();
            if (version < mine.version()) {
                if (store.replace(version, mine)) {
                    LOG.error("the store had lost the key ring of version {} and has it again", mine.version());
                    audit.restored(version, mine);
                }
                continue;
            }
            StoredRing before = stored.orElseThrow();
            KeyRing next = change.apply(before.ring(), now);
            if (next == before.ring()) {
                held = new Held(before, now);
                return next;
            }
            StoredRing after = before.next(next);
            if (store.replace(version, after)) {
                held = new Held(after, now);
                vault.discardUnused(next);
                audit.changed(by, before.ring(), after);
                return next;
            }
        }
        throw new IllegalStateException(
                "the key ring was changed by others " + ATTEMPTS + " times in a row: try again");
    }

    private StoredRing firstOrStored() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<StoredRing> stored = store.load();
            if (stored.isPresent()) {
                return stored.get();
            }
            StoredRing first = StoredRing.first(KeyRing.create(policy, vault, clock.instant()));
            if (store.replace(KeyRingStore.NONE, first)) {
                audit.created(first);
                return first;
            }
        }
        throw new IllegalStateException("the key ring appears and disappears in its store");
    }
}
