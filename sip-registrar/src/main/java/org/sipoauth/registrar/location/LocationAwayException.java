package org.sipoauth.registrar.location;

/** The bindings cannot be had now; the message says why. Carries no stack trace: it is an answer, not a fault. */
public final class LocationAwayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message for our log, never for the phone */
    public LocationAwayException(String message) {
        super(message, null, false, false);
    }
}
