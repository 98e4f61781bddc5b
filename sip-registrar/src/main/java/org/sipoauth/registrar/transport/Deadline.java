package org.sipoauth.registrar.transport;

import java.util.Locale;

/** What a peer took too long over; its connection is closed. */
public enum Deadline {
    /** The first byte and the TLS handshake. */
    HANDSHAKE,
    /** One message, from its first byte to its last. */
    MESSAGE,
    /** Taking the answers that we have for it. */
    ANSWERS,
    /** The first registration of a connection. */
    UNREGISTERED,
    /** Any byte at all. */
    IDLE;

    /** As in metrics and logs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
