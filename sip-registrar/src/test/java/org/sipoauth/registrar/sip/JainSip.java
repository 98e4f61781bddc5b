package org.sipoauth.registrar.sip;

import gov.nist.javax.sip.header.SIPHeaderNames;
import gov.nist.javax.sip.message.SIPMessage;
import gov.nist.javax.sip.message.SIPRequest;
import gov.nist.javax.sip.message.SIPResponse;
import gov.nist.javax.sip.parser.StringMsgParser;
import java.text.ParseException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.sip.header.ContactHeader;

/** JAIN-SIP's parser as an oracle: whether it accepts a message, and what it reads in it. */
final class JainSip {
    private JainSip() {}

    /** Empty where it refuses: a header field that it cannot parse, or one that is missing. */
    static Optional<Map<String, String>> read(byte[] message) {
        try {
            SIPMessage parsed = new StringMsgParser()
                    .parseSIPMessage(message, true, true, (cause, whole, type, header, text) -> {
                        throw cause;
                    });
            if (parsed instanceof SIPRequest request) {
                request.checkHeaders();
            } else {
                ((SIPResponse) parsed).checkHeaders();
            }
            return Optional.of(reading(parsed));
        } catch (ParseException | RuntimeException refused) { // it throws other things, too, on odd input
            return Optional.empty();
        }
    }

    /** The same things as {@link #read} gives, as our parser has read them. */
    static Map<String, String> ours(SipMessage message) {
        Map<String, String> reading = new LinkedHashMap<>();
        if (message instanceof SipRequest request) {
            reading.put("method", request.method());
            reading.put("Request-URI", request.uri());
        } else {
            reading.put("status", Integer.toString(((SipResponse) message).status()));
        }
        reading.put("Call-ID", message.callId());
        reading.put("CSeq", message.cseq().toString());
        reading.put("From", message.from().uri());
        reading.put("From tag", message.from().tag().orElse(""));
        reading.put("To", message.to().uri());
        reading.put("To tag", message.to().tag().orElse(""));
        reading.put(
                "contacts",
                Integer.toString(message.contactsAll() ? 1 : message.contacts().size()));
        reading.put("hops", Integer.toString(message.headers().elements("Via").size()));
        reading.put("branch", message.topVia().branch().orElse(""));
        reading.put("body", Integer.toString(message.bodyLength()));
        return reading;
    }

    private static Map<String, String> reading(SIPMessage message) throws ParseException {
        Map<String, String> reading = new LinkedHashMap<>();
        if (message instanceof SIPRequest request) {
            reading.put("method", request.getMethod());
            reading.put("Request-URI", request.getRequestURI().toString());
        } else {
            reading.put("status", Integer.toString(((SIPResponse) message).getStatusCode()));
        }
        reading.put("Call-ID", message.getCallId().getCallId());
        reading.put(
                "CSeq",
                message.getCSeq().getSeqNumber() + " " + message.getCSeq().getMethod());
        reading.put("From", message.getFrom().getAddress().getURI().toString());
        reading.put("From tag", Objects.toString(message.getFromTag(), ""));
        reading.put("To", message.getTo().getAddress().getURI().toString());
        reading.put("To tag", Objects.toString(message.getToTag(), ""));
        reading.put("contacts", Integer.toString(count(message.getHeaders(ContactHeader.NAME))));
        reading.put("hops", Integer.toString(count(message.getHeaders(SIPHeaderNames.VIA))));
        reading.put("branch", Objects.toString(message.getTopmostVia().getBranch(), ""));
        byte[] body = message.getRawContent();
        reading.put("body", Integer.toString(body == null ? 0 : body.length));
        return reading;
    }

    private static int count(Iterator<?> headers) {
        int count = 0;
        for (; headers.hasNext(); headers.next()) {
            count++;
        }
        return count;
    }
}
