package org.sipoauth.authz.signing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.KeyVault;
import org.sipoauth.keys.RotationPolicy;
import org.sipoauth.keys.store.KeyRingStore;
import org.sipoauth.keys.store.StoredRing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * Holds the ring, makes the first one, and does on a timer what the policy asks for. Several servers may keep one ring:
 * of two that turn it in the same instant one wins, and the other takes over what the winner wrote.
 */
final class KeyRingKeeper implements CurrentKeyRing {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRingKeeper.class);
    private static final int ATTEMPTS = 5;

    private final KeyRingStore store;
    private final KeyVault vault;
    private final RotationPolicy policy;
    private final Clock clock;
    private final Audit audit;
    private volatile Held held;

    private record Held(KeyRing ring, Instant readAt) {}

    KeyRingKeeper(KeyRingStore store, KeyVault vault, RotationPolicy policy, Clock clock, Audit audit) {
        this.store = store;
        this.vault = vault;
        this.policy = policy;
        this.clock = clock;
        this.audit = audit;
        this.held = turn(true);
    }

    @Override
    public KeyRing get() {
        Held now = held;
        Duration unread = Duration.between(now.readAt(), clock.instant());
        if (unread.compareTo(policy.ringOutage()) > 0) {
            // Others may have rotated or revoked a key meanwhile: see RotationPolicy.ringOutage.
            throw new IllegalStateException("the key ring could not be read for " + unread);
        }
        return now.ring();
    }

    /** The ring as last read, however long ago: good enough to look at, not to sign with. */
    KeyRing lastRead() {
        return held.ring();
    }

    RotationPolicy policy() {
        return policy;
    }

    @Scheduled(fixedDelayString = "PT10S", initialDelayString = "PT10S")
    void turn() {
        try {
            held = turn(false);
        } catch (RuntimeException e) {
            LOG.error("the key ring cannot be kept: {}", e.getMessage(), e);
        }
    }

    private Held turn(boolean mayCreate) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Instant now = clock.instant();
            Optional<StoredRing> stored = store.load();
            if (stored.isEmpty() && !mayCreate) {
                throw new IllegalStateException("the key ring is gone from its store: restore it from a backup");
            }
            KeyRing next = stored.map(found -> found.ring().advance(policy, vault, now))
                    .orElseGet(() -> KeyRing.create(policy, vault, now));
            boolean asItWas = stored.isPresent() && stored.get().ring() == next;
            if (asItWas || store.replace(stored.map(StoredRing::version).orElse(KeyRingStore.NONE), next)) {
                if (!asItWas) {
                    vault.discardUnused(next);
                    audit.event("keys_changed")
                            .with(
                                    "signing_key",
                                    next.active(KeyUse.ACCESS_TOKEN_SIGNING).id())
                            .with("ring", next)
                            .write();
                }
                return new Held(next, now);
            }
        }
        throw new IllegalStateException("the key ring was changed by others " + ATTEMPTS + " times while turning it");
    }
}
