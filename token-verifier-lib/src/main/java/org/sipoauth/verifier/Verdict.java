package org.sipoauth.verifier;

/** What {@link TokenVerifier#verify} found: exactly one of the two. */
public sealed interface Verdict {
    /** The token is genuine, meant for this server and current. What it permits is for the caller to ask of it. */
    record Accepted(AccessToken token) implements Verdict {}

    /**
     * The token is refused.
     *
     * @param reason the first check that failed
     * @param detail one printable line for our own log, never for the phone; never holds the token
     */
    record Rejected(Reason reason, String detail) implements Verdict {}
}
