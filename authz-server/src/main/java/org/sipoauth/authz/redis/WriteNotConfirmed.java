package org.sipoauth.authz.redis;

import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * A write was made but is not yet on as many replicas as the settings ask for, so that a failover could take it back.
 * Answered with 503: what was asked for is to be asked again.
 */
public final class WriteNotConfirmed extends DataAccessResourceFailureException {
    private static final long serialVersionUID = 1L;

    private final transient Object answer;

    WriteNotConfirmed(String message, Object answer, @Nullable Throwable cause) {
        super(message, cause);
        this.answer = answer;
    }

    /** What the script answered, which has been run. */
    public Object answer() {
        return answer;
    }
}
