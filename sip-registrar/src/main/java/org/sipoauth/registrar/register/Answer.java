package org.sipoauth.registrar.register;

import java.util.Optional;
import org.sipoauth.registrar.sip.SipResponse;

/**
 * What becomes of a request.
 *
 * @param response nothing for an ACK
 * @param registered whether a token was verified for it: its connection belongs to a phone we know
 */
public record Answer(Optional<SipResponse> response, boolean registered) {
    static final Answer NONE = new Answer(Optional.empty(), false);
}
