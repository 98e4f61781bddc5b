package org.sipoauth.keys;

/** Where a key is in its life. */
public enum KeyState {
    /** Known to verifiers, or on its way to them; signs nothing yet. */
    PUBLISHED,
    /** The one key of its use that makes new tokens. */
    ACTIVE,
    /** Makes no new tokens; the tokens it made are still accepted. A retired signing key has no private half any more. */
    RETIRED,
    /** Leaked or withdrawn: in no JWK Set, and nothing it made is accepted by those who have heard. */
    REVOKED
}
