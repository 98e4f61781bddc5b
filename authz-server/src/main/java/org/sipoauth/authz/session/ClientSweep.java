package org.sipoauth.authz.session;

import java.time.Instant;
import org.sipoauth.authz.refresh.Sessions;

/**
 * How far the sweep is that ends a client's logins one by one.
 *
 * @param cutoff logins begun before are revoked
 * @param next the bucket that comes next; past the last one when it is done
 * @param revoked so many logins it has ended; what a server did just before it died is missing
 */
record ClientSweep(Instant cutoff, String reason, int next, long revoked) {

    boolean isDone() {
        return next >= Sessions.BUCKETS;
    }

    int bucketsLeft() {
        return Math.max(0, Sessions.BUCKETS - next);
    }
}
