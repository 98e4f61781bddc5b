package org.sipoauth.registrar.transport;

import org.sipoauth.registrar.register.Arrival.Port;
import org.sipoauth.registrar.sip.Parsed;

/** What the transport reports as it happens, from its own threads; implementations return at once. */
public interface ConnectionEvents {
    void opened(Port port);

    void closed(Port port);

    /** Closed at once, for there are as many connections as allowed. */
    void turnedAway(Port port, ConnectionLimit limit);

    void handshakeFailed(Port port, HandshakeFailure cause);

    /** Something that is no SIP message, be it answered or not. */
    void malformed(Port port, Parsed.Cause cause);

    void timedOut(Port port, Deadline deadline);

    /** Closed, for unfinished messages take too much memory in all, and its was of the largest. */
    void crowdedOut(Port port);

    /** Closed, for a login that registered over it was revoked. */
    void revoked(Port port);

    /** Closed, for it is of an edge that is no longer on the list. */
    void edgeEnded();

    /** Certificates, keys or edges were read anew: successfully, or the old ones stay. */
    void reloaded(boolean successfully);
}
