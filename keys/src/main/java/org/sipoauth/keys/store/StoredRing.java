package org.sipoauth.keys.store;

import org.sipoauth.keys.KeyRing;
import org.sipoauth.keys.KeyVault;

/**
 * A ring as a store holds it.
 *
 * @param version 1 for the first ring of a store, one more with every replacement
 */
public record StoredRing(long version, KeyRing ring) {

    /** The first ring of a store. */
    public static StoredRing first(KeyRing ring) {
        return new StoredRing(KeyRingStore.NONE + 1, ring);
    }

    /** What follows this one. */
    public StoredRing next(KeyRing ring) {
        return new StoredRing(version + 1, ring);
    }

    /**
     * The form in which a store keeps it, version included: encrypted and authenticated as {@link MasterKey#seal} says.
     */
    public String sealed(MasterKey masterKey) {
        return masterKey.seal(version + "\n" + ring.toPrivateJson());
    }

    /**
     * Reads what {@link #sealed} wrote.
     *
     * @param origin what to call the place in an error message
     * @throws KeyRingStoreException if it was sealed under another master key, was changed, or is something else
     */
    public static StoredRing open(String sealed, MasterKey masterKey, KeyVault vault, String origin) {
        String document = masterKey.open(sealed, origin);
        try {
            int endOfVersion = document.indexOf('\n');
            long version = Long.parseLong(document.substring(0, Math.max(0, endOfVersion)));
            return new StoredRing(version, KeyRing.fromPrivateJson(document.substring(endOfVersion + 1), vault));
        } catch (IllegalArgumentException e) {
            throw new KeyRingStoreException(
                    origin + " opens with this master key but holds no key ring that this release knows", e);
        }
    }
}
