package org.sipoauth.verifier.status;

import java.time.Duration;
import java.time.Instant;

/**
 * The verified content of one status list token. Immutable: nobody writes to {@code values} once it is made.
 *
 * @param keyId the key that signed it
 * @param expiresAt {@link Instant#MAX} where it has no end
 * @param bits of one status: 1, 2, 4 or 8
 * @param values the statuses, the first in the lowest bits of the first byte (draft-ietf-oauth-status-list-20 §4.1)
 */
record StatusList(String uri, String keyId, Instant issuedAt, Instant expiresAt, int bits, byte[] values) {
    /** Whether it is time for a copy that was signed later, even if nothing in it has changed: its own end comes near. */
    boolean isHalfOver(Instant now) {
        return !expiresAt.equals(Instant.MAX)
                && now.isAfter(
                        issuedAt.plus(Duration.between(issuedAt, expiresAt).dividedBy(2)));
    }

    /** Whether the list says anything about that index. */
    boolean covers(int index) {
        return index < (long) values.length * 8 / bits;
    }

    /** Whether the status is any but VALID (§7.1): revoked, suspended, or what only its issuer knows. */
    boolean isSet(int index) {
        long bit = (long) index * bits;
        int mask = (1 << bits) - 1;
        return (values[(int) (bit >> 3)] >> (bit & 7) & mask) != 0;
    }

    /** How many statuses are set. */
    int countSet() {
        int mask = (1 << bits) - 1;
        int count = 0;
        for (byte value : values) {
            for (int shift = 0; value != 0 && shift < 8; shift += bits) {
                count += (value >> shift & mask) == 0 ? 0 : 1;
            }
        }
        return count;
    }

    /**
     * Both of two lists that were signed in the same second, by servers of which one may not have heard yet what the
     * other knew: what is set in either is set.
     */
    StatusList or(StatusList other) {
        if (bits != other.bits || values.length != other.values.length) {
            return this;
        }
        byte[] both = values.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] |= other.values[i];
        }
        return new StatusList(uri, keyId, issuedAt, expiresAt, bits, both);
    }
}
