package org.sipoauth.authz.status;

import java.util.Map;

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

    @Override
    public String toString() {
        return list + "#" + index;
    }
}
