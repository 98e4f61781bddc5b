package org.sipoauth.registrar.register;

import java.util.Optional;
import org.sipoauth.registrar.sip.SipResponse;
import org.sipoauth.verifier.status.StatusReference;

/**
 * What becomes of a request.
 *
 * @param response nothing for an ACK
 * @param registered whether a token was verified for it: its connection belongs to a phone we know
 * @param status where to ask whether the login of that token was revoked
 */
public record Answer(Optional<SipResponse> response, boolean registered, Optional<StatusReference> status) {
    static final Answer NONE = new Answer(Optional.empty(), false, Optional.empty());

    static Answer unregistered(SipResponse response) {
        return new Answer(Optional.of(response), false, Optional.empty());
    }
}
