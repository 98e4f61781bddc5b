package org.sipoauth.registrar.transport;

import java.util.Locale;

/** Which limit a connection was beyond; it is closed at once. */
public enum ConnectionLimit {
    /** On both ports together. */
    TOTAL,
    /** Of one address. */
    ADDRESS;

    /** As in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
