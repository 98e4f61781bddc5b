package org.sipoauth.registrar.transport;

import org.sipoauth.registrar.register.Arrival.Port;

/** What the transport reports as it happens, from its own threads; implementations return at once. */
public interface ConnectionEvents {
    void opened(Port port);

    void closed(Port port);

    /** Closed at once, for there are as many connections as allowed. */
    void turnedAway(Port port);

    void handshakeFailed(Port port, HandshakeFailure cause);

    /** @param status the SIP status of the answer, be it sent or not */
    void malformed(Port port, int status);

    void timedOut(Port port, Deadline deadline);

    /** Closed, for a login that registered over it was revoked. */
    void revoked(Port port);

    /** Closed, for it is of an edge that is no longer on the list. */
    void edgeEnded();

    /** Certificates, keys or edges were read anew: successfully, or the old ones stay. */
    void reloaded(boolean successfully);
}
