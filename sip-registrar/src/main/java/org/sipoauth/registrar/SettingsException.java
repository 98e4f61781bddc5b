package org.sipoauth.registrar;

/** The operator's settings cannot be used; the message names the one to change. */
final class SettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    SettingsException(String message) {
        super(message);
    }
}
