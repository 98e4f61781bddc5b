package org.sipoauth.authz.refresh;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.sipoauth.authz.status.StatusReference;

/**
 * A login, without its secret.
 *
 * @param device empty for a login that registers no phone
 * @param end when the last of its tokens dies, as it stands now
 * @param lastRefresh empty if it was never refreshed
 * @param generation of its newest refresh token, from 1
 * @param status the bit that its newest access tokens name
 */
public record Session(
        FamilyId id,
        String user,
        Optional<String> device,
        String client,
        Set<String> scopes,
        Instant begun,
        Instant end,
        Optional<Instant> lastRefresh,
        int generation,
        StatusReference status,
        Optional<Revocation> revoked) {

    /** When and why a login was ended early. */
    public record Revocation(Instant at, String reason) {}
}
