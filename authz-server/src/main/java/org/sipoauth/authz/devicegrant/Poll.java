package org.sipoauth.authz.devicegrant;

import java.time.Instant;

/** What one token request with a device code came to (RFC 8628 §3.5). */
sealed interface Poll {
    /** No such device code, or it is long over. */
    record Unknown() implements Poll {}

    record WrongClient() implements Poll {}

    /** Nobody has decided yet, or the answer to a parallel poll is being made. */
    record Pending() implements Poll {}

    /** As pending, and sooner than the phone was told to come. */
    record TooEarly() implements Poll {}

    record Denied() implements Poll {}

    record Expired() implements Poll {}

    /**
     * Allowed, and this poll alone may begin the login now.
     *
     * @param claim to be named when the login has begun
     * @param allowed when
     */
    record Claimed(String claim, String subscriber, String device, Instant allowed) implements Poll {}

    /** The login began a short while ago: the answer may have been lost. */
    record Again(String familyId, String subscriber, String device) implements Poll {}

    /** The login began longer ago than an honest phone asks again. */
    record Replayed(String familyId, String subscriber, String device) implements Poll {}
}
