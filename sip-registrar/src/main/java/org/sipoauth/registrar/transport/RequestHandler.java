package org.sipoauth.registrar.transport;

import org.sipoauth.registrar.register.Answer;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.sip.SipRequest;

/** Answers requests on the connections' threads: must neither wait nor throw. */
@FunctionalInterface
public interface RequestHandler {
    Answer answer(SipRequest request, Arrival arrival);
}
