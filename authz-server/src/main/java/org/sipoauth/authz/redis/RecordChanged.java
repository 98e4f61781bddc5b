package org.sipoauth.authz.redis;

/** A record was not as {@link Expected}; nothing was changed. */
public final class RecordChanged extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RecordChanged() {
        super("the record is not as it was expected to be", null, false, false);
    }
}
