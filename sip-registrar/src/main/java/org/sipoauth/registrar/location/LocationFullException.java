package org.sipoauth.registrar.location;

/** There is no room for another binding. Carries no stack trace: it is an answer, not a fault. */
public final class LocationFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LocationFullException(int limit) {
        this("all " + limit + " bindings are taken");
    }

    LocationFullException(String message) {
        super(message, null, false, false);
    }
}
