package org.sipoauth.registrar.register;

import java.util.Locale;
import org.sipoauth.verifier.Reason;

/** Why a request was not granted: one constant a cause, for log and metric. The phone learns less. */
public enum Refusal {
    /** No credentials yet: the first step of every registration. */
    CHALLENGED,
    MODE_DISABLED,
    DEVICE_OAUTH_DISABLED,
    NOT_TLS,
    MRA_WITHOUT_EDGE,
    METHOD,
    NO_TRANSACTION,
    TOO_MANY_HOPS,
    URI_SCHEME,
    DOMAIN,
    EXTENSION,
    TOKEN_MALFORMED,
    TOKEN_NOT_DECRYPTED,
    TOKEN_WRONG_TYPE,
    TOKEN_UNKNOWN_KEY,
    TOKEN_BAD_SIGNATURE,
    TOKEN_MISSING_CLAIM,
    TOKEN_WRONG_ISSUER,
    TOKEN_WRONG_AUDIENCE,
    TOKEN_EXPIRED,
    TOKEN_NOT_YET_VALID,
    TOKEN_REVOKED,
    KEYS_TOO_OLD,
    STATUS_TOO_OLD,
    SCOPE,
    THIRD_PARTY,
    ADDRESS_OF_RECORD,
    DEVICE,
    CERTIFICATE_BINDING,
    CLIENT_CERT,
    CONTACT,
    FIRST_HOP,
    TOO_BRIEF,
    OUT_OF_ORDER,
    TOO_MANY_CONTACTS,
    LOCATION_FULL,
    LOCATION_AWAY,
    INTERNAL;

    /** As in metrics and logs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Refusal of(Reason reason) {
        return switch (reason) { // no default: a new Reason does not compile until it has its cause
            case MALFORMED -> TOKEN_MALFORMED;
            case NOT_DECRYPTED -> TOKEN_NOT_DECRYPTED;
            case WRONG_TYPE -> TOKEN_WRONG_TYPE;
            case UNKNOWN_KEY -> TOKEN_UNKNOWN_KEY;
            case BAD_SIGNATURE -> TOKEN_BAD_SIGNATURE;
            case MISSING_CLAIM -> TOKEN_MISSING_CLAIM;
            case WRONG_ISSUER -> TOKEN_WRONG_ISSUER;
            case WRONG_AUDIENCE -> TOKEN_WRONG_AUDIENCE;
            case EXPIRED -> TOKEN_EXPIRED;
            case NOT_YET_VALID -> TOKEN_NOT_YET_VALID;
            case REVOKED -> TOKEN_REVOKED;
            case KEYS_TOO_OLD -> KEYS_TOO_OLD;
            case STATUS_TOO_OLD -> STATUS_TOO_OLD;
        };
    }
}
