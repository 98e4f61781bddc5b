package org.sipoauth.verifier;

/** Why a token was refused: the first check that failed, in the order of {@link TokenVerifier#verify}. */
public enum Reason {
    /** Not one signed JWT in compact form, of strict base64url and JSON, with claims of the right types. */
    MALFORMED,
    /**
     * Not encrypted with the key that its {@code kid} names and with {@code dir} and {@code A256GCM}; or altered since; or not
     * encrypted at all, where only encrypted tokens are taken (RFC 9068 §4).
     */
    NOT_DECRYPTED,
    /** The {@code typ} is not {@code at+jwt}, or the {@code cty} of an encrypted one no token's: RFC 9068 §2.1. */
    WRONG_TYPE,
    /** Our keys are older than we may trust, or none were read yet. Our fault, not the phone's. */
    KEYS_TOO_OLD,
    /** No key of that {@code kid}, or no {@code kid}. It may become known: never remember this refusal. */
    UNKNOWN_KEY,
    /** Not signed by the key that {@code kid} names, or not with that key's algorithm. */
    BAD_SIGNATURE,
    /** A claim that RFC 9068 §2.2 requires is absent, or {@code status} where the caller requires it. */
    MISSING_CLAIM,
    /** The {@code iss} is another. */
    WRONG_ISSUER,
    /** The {@code aud} does not hold ours. */
    WRONG_AUDIENCE,
    /** At or past {@code exp}, the tolerance included. */
    EXPIRED,
    /** Before {@code nbf}, or issued in the future, the tolerance included. It becomes valid: never remember it. */
    NOT_YET_VALID,
    /** A status list says so: its login was revoked (draft-ietf-oauth-status-list-20 §8.3). */
    REVOKED,
    /** Our status lists are older than we may trust, or lack one they should hold. Our fault, not the phone's. */
    STATUS_TOO_OLD
}
