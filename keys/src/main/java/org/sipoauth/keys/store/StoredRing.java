package org.sipoauth.keys.store;

import org.sipoauth.keys.KeyRing;

/**
 * A ring as it was read.
 *
 * @param version 1 for the first ring of a store, one more with every replacement
 */
public record StoredRing(long version, KeyRing ring) {}
