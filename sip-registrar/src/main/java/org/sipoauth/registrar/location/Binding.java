package org.sipoauth.registrar.location;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.sipoauth.registrar.sip.Contact;
import org.sipoauth.verifier.status.StatusReference;

/**
 * One contact of one address-of-record (RFC 3261 §10).
 *
 * @param addressOfRecord canonical, {@code sip:user@domain}
 * @param contact as registered, without its {@code expires}
 * @param deviceName the device of the token that registered it
 * @param callId with {@code cseq}, which request registered it last
 * @param expiresAt the first instant at which the binding is gone, in whole milliseconds; never after the token's own
 * @param path the proxies to go through, in order (RFC 3327)
 * @param status where to ask whether the login of its token was revoked
 * @param flow node and connection over which it was registered, where a flow ends at a registrar (RFC 5626 §6)
 */
public record Binding(
        String addressOfRecord,
        Contact contact,
        Optional<String> deviceName,
        String callId,
        long cseq,
        Instant expiresAt,
        List<String> path,
        Optional<StatusReference> status,
        Optional<String> flow) {

    public Binding {
        expiresAt = expiresAt.truncatedTo(ChronoUnit.MILLIS);
        path = List.copyOf(path);
    }

    public boolean isLive(Instant now) {
        return now.isBefore(expiresAt);
    }

    /** Whole seconds left, at least 1 for a live binding: 0 would say that it is gone. */
    public long remainingSeconds(Instant now) {
        return Math.max(1, Duration.between(now, expiresAt).toSeconds());
    }

    /**
     * Whether a registration of {@code other} replaces this binding: of a flow, one with the same instance and reg-id, whatever
     * its URI (RFC 5626 §6); of any other contact, one with the same URI (RFC 3261 §10.3 step 7).
     */
    public boolean isReplacedBy(Contact other) {
        if (contact.isFlow() || other.isFlow()) {
            return contact.isFlow()
                    && other.isFlow()
                    && contact.regId().equals(other.regId())
                    && contact.instance().equals(other.instance());
        }
        return contact.hasSameUriAs(other);
    }
}
