package org.sipoauth.registrar.transport;

import java.util.concurrent.CompletionStage;
import org.sipoauth.registrar.register.Answer;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.sip.SipRequest;

/**
 * Answers requests. Called on the connections' threads: must neither wait nor throw. What it gives may complete at once or
 * later, on any thread, but does so before long and never with a failure.
 */
@FunctionalInterface
public interface RequestHandler {
    CompletionStage<Answer> answer(SipRequest request, Arrival arrival);
}
