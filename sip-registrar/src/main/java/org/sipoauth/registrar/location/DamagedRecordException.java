package org.sipoauth.registrar.location;

/** A record that no release of ours has written. */
final class DamagedRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedRecordException(String message) {
        super(message);
    }
}
