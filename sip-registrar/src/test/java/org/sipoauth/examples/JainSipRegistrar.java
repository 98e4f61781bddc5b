package org.sipoauth.examples;

import gov.nist.javax.sip.header.SIPHeader;
import java.text.ParseException;
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

    /** The header as it came: JAIN takes a Bearer token for a parameter without a value, and prints it as such. */
    private static String authorization(Request request) {
        SIPHeader header = (SIPHeader) request.getHeader(AuthorizationHeader.NAME);
        return header == null ? null : header.getHeaderValue();
    }
}
