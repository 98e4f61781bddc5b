package org.sipoauth.authz.refresh;

import java.time.Instant;
import java.util.Optional;
import org.sipoauth.authz.status.StatusReference;

/**
 * A family as the store has it at one moment.
 *
 * @param formerStatus the bit it had before its end moved to another period; older access tokens still name it
 * @param generation handed out last
 * @param presented the generation presented last; what lies between was struck out
 * @param issued when that was handed out first
 */
record StoredFamily(
        Family family,
        StatusReference status,
        Optional<StatusReference> formerStatus,
        int generation,
        int presented,
        Instant issued,
        Optional<Session.Revocation> revoked) {

    Session session() {
        return new Session(
                family.id(),
                family.user(),
                family.device(),
                family.client(),
                family.scopes(),
                family.begun(),
                family.end(),
                generation == 1 ? Optional.empty() : Optional.of(issued),
                generation,
                status,
                revoked);
    }
}
