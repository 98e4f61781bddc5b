package org.sipoauth.authz.administration;

import org.springframework.http.HttpStatus;

/** A request that is not carried out; its message goes to the caller and says what to do. */
public final class RequestRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final HttpStatus status;

    /** @param detail for the caller; never holds a secret */
    public RequestRefused(HttpStatus status, String detail) {
        super(detail, null, false, false);
        this.status = status;
    }

    HttpStatus status() {
        return status;
    }
}
