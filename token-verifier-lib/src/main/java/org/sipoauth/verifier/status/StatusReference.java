package org.sipoauth.verifier.status;

import java.util.Objects;

/**
 * Where a token's status stands: its place in one status list (draft-ietf-oauth-status-list-20 §6.2). All tokens of one
 * login have the same. Small enough to keep beside whatever rests on the token, and to ask again with.
 *
 * @param uri names the list; compared character by character, and never fetched
 * @param index from 0
 */
public record StatusReference(String uri, int index) {
    /** @throws IllegalArgumentException if {@code index} is below 0 */
    public StatusReference {
        Objects.requireNonNull(uri);
        if (index < 0) {
            throw new IllegalArgumentException("index below 0");
        }
    }
}
