package org.sipoauth.authz.status;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one bit of a status list that stands for a login.
 *
 * @param index of the bit, from 0
 */
public record StatusReference(StatusListName list, int index) {

    public StatusReference {
        if (index < 0 || index >= StatusListName.SIZE) {
            throw new IllegalArgumentException("no index of a status list: " + index);
        }
    }

    /** The claim {@code status} of the login's tokens (draft-ietf-oauth-status-list, section "Referenced Token"). */
    public Map<String, Object> claim(String issuer) {
        return Map.of("status_list", Map.of("idx", index, "uri", list.uri(issuer)));
    }

    /** The counterpart of {@link #claim}, for a claim of this server's; empty if it is none. */
    public static Optional<StatusReference> ofClaim(@Nullable Object status) {
        if (status instanceof Map<?, ?> claim
                && claim.get("status_list") instanceof Map<?, ?> list
                && list.get("idx") instanceof Number index
                && list.get("uri") instanceof String uri) {
            StatusListName name = StatusListName.parse(uri.substring(uri.lastIndexOf('/') + 1));
            return Optional.of(new StatusReference(name, index.intValue()));
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return list + "#" + index;
    }
}
