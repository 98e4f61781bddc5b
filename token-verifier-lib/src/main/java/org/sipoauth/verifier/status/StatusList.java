package org.sipoauth.verifier.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The verified content of one status list token. Immutable: nobody writes to {@code values} once it is made.
 *
 * @param keyId the key that signed it
 * @param expiresAt {@link Instant#MAX} where it has no end
 * @param bits of one status: 1, 2, 4 or 8
 * @param values the statuses, the first in the lowest bits of the first byte (draft-ietf-oauth-status-list-20 §4.1)
 */
record StatusList(String uri, String keyId, Instant issuedAt, Instant expiresAt, int bits, byte[] values) {
    private static final int INVALID = 1;

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
        return value(index) != 0;
    }

    /** Whether the status is INVALID (§7.1): revoked, which is for good where all others may change. */
    boolean isInvalid(int index) {
        return value(index) == INVALID;
    }

    private int value(int index) {
        if (!covers(index)) {
            return 0;
        }
        long bit = (long) index * bits;
        return values[(int) (bit >> 3)] >> (bit & 7) & (1 << bits) - 1;
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

    /** How many statuses are INVALID here and in none of the others. */
    int countInvalidBeyond(List<StatusList> others) {
        int count = 0;
        for (int i = 0; covers(i); i++) {
            int index = i;
            if (isInvalid(index) && others.stream().noneMatch(other -> other.isInvalid(index))) {
                count++;
            }
        }
        return count;
    }
}
