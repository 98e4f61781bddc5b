package org.sipoauth.verifier;

import java.time.Instant;
import java.util.Optional;

/** What {@link TokenVerifier#verify} found: exactly one of the two. */
public sealed interface Verdict {
    /**
     * The token is genuine, meant for this server and current. What it permits is for the caller to ask of it.
     *
     * @param graceUntil empty but for a token that has expired and is taken for want of a server that could renew it
     *     ({@link TokenVerifier.Builder#outageGrace}): then what rests on it ends by this instant, in place of
     *     {@link AccessToken#expiresAt}, and had better ask again every few minutes, as the grace ends with the outage
     */
    record Accepted(AccessToken token, Optional<Instant> graceUntil) implements Verdict {
        /** Accepted because it is current, as nearly every accepted token is. */
        public Accepted(AccessToken token) {
            this(token, Optional.empty());
        }
    }

    /**
     * The token is refused.
     *
     * @param reason the first check that failed
     * @param detail one printable line for our own log, never for the phone; never holds the token
     */
    record Rejected(Reason reason, String detail) implements Verdict {}
}
