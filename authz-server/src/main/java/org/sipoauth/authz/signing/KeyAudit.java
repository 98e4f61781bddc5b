package org.sipoauth.authz.signing;

import java.util.Locale;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.RingKey;
import org.sipoauth.keys.store.StoredRing;
import org.springframework.stereotype.Component;

/** One record for every key whose state changed: key id, use and who did it, never material. */
@Component
final class KeyAudit {
    private final Audit audit;

    KeyAudit(Audit audit) {
        this.audit = audit;
    }

    void created(StoredRing first) {
        for (RingKey key : first.ring().keys()) {
            write("first start", key, label(key.state()), first.version());
        }
    }

    void changed(String by, KeyRing before, StoredRing after) {
        for (RingKey key : after.ring().keys()) {
            Optional<KeyState> previous = before.find(key.id()).map(RingKey::state);
            if (!previous.equals(Optional.of(key.state()))) {
                write(by, key, label(key.state()), after.version());
            }
        }
        for (RingKey key : before.keys()) {
            if (after.ring().find(key.id()).isEmpty()) {
                write(by, key, "removed", after.version());
            }
        }
    }

    void restored(long lostTo, StoredRing ring) {
        audit.event("key_ring_restored")
                .with("found_version", lostTo)
                .with("version", ring.version())
                .keep();
    }

    private void write(String by, RingKey key, String change, long version) {
        audit.event("key_" + change)
                .with("kid", key.id())
                .with("use", key.use().name().toLowerCase(Locale.ROOT))
                .with("by", by)
                .with("version", version)
                .keep();
    }

    private static String label(KeyState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
