package org.sipoauth.keys.store;

import java.util.Optional;

/** Keeps one ring. Whoever replaces it says which version he saw, so that of two writers one wins and the other knows. */
public interface KeyRingStore {
    /** The version to pass to {@link #replace} where there is no ring yet. */
    long NONE = 0;

    /**
     * The ring as it is now; empty if none was ever stored.
     *
     * @throws KeyRingStoreException if there is one that cannot be read: never treat that as empty
     */
    Optional<StoredRing> load();

    /**
     * Puts {@code next} in the place of the version that the caller loaded ({@link #NONE}: of nothing).
     *
     * @param next of a later version, usually the {@link StoredRing#next}
     * @return false, with nothing changed, if another version is stored by now
     * @throws KeyRingStoreException if the store cannot be read or written; the old ring is still there
     */
    boolean replace(long expectedVersion, StoredRing next);
}
