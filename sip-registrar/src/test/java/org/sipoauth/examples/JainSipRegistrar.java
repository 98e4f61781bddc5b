package org.sipoauth.examples;

import gov.nist.javax.sip.header.SIPHeader;
import java.text.ParseException;
import java.util.Iterator;
import javax.sip.InvalidArgumentException;
import javax.sip.RequestEvent;
import javax.sip.SipException;
import javax.sip.SipProvider;
import javax.sip.address.SipURI;
import javax.sip.header.AuthorizationHeader;
import javax.sip.header.HeaderFactory;
import javax.sip.header.ToHeader;
import javax.sip.message.MessageFactory;
import javax.sip.message.Request;
import javax.sip.message.Response;
import org.sipoauth.verifier.sip.BearerCredentials;

/** Answers REGISTER in a JAIN-SIP application: its SipListener hands them on. */
public final class JainSipRegistrar {
    private final MessageFactory messages;
    private final HeaderFactory headers;
    private final RegisterGate gate;

    public JainSipRegistrar(MessageFactory messages, HeaderFactory headers, RegisterGate gate) {
        this.messages = messages;
        this.headers = headers;
        this.gate = gate;
    }

    /** From {@code SipListener.processRequest}. */
    public void register(RequestEvent event) throws SipException, ParseException, InvalidArgumentException {
        SipProvider provider = (SipProvider) event.getSource();
        provider.sendResponse(answer(event.getRequest()));
    }

    Response answer(Request request) throws ParseException, InvalidArgumentException {
        SipURI to = (SipURI)
                ((ToHeader) request.getHeader(ToHeader.NAME)).getAddress().getURI();
        RegisterGate.Answer answer = gate.decide(authorization(request), "sip:" + to.getUser() + "@" + to.getHost());
        Response response = messages.createResponse(answer.status(), request);
        if (answer.challenge().isPresent()) {
            response.addHeader(
                    headers.createHeader("WWW-Authenticate", answer.challenge().get()));
        } else if (answer.status() == 500) {
            response.addHeader(headers.createRetryAfterHeader(5));
        }
        // on 200: add the bindings, none beyond answer.token().get().expiresAt()
        return response;
    }

    /**
     * The Bearer credentials as they came, whatever others the phone sends beside them; null if there are none. JAIN takes a
     * token for a parameter without a value, and prints it as such.
     */
    private static String authorization(Request request) {
        for (Iterator<?> all = request.getHeaders(AuthorizationHeader.NAME); all.hasNext(); ) {
            String value = ((SIPHeader) all.next()).getHeaderValue();
            if (BearerCredentials.parse(value).isPresent()) {
                return value;
            }
        }
        return null;
    }
}
