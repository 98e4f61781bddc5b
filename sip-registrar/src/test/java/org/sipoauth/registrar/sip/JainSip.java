package org.sipoauth.registrar.sip;

import gov.nist.javax.sip.header.SIPHeaderNames;
import gov.nist.javax.sip.message.SIPMessage;
import gov.nist.javax.sip.message.SIPRequest;
import gov.nist.javax.sip.message.SIPResponse;
import gov.nist.javax.sip.parser.StringMsgParser;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
            reading.put("Request-URI", uri(request.uri()));
        } else {
            reading.put("status", Integer.toString(((SipResponse) message).status()));
        }
        reading.put("Call-ID", message.callId());
        reading.put("CSeq", message.cseq().toString());
        put(reading, "From", message.from().uri(), message.from().tag().orElse(""));
        put(reading, "To", message.to().uri(), message.to().tag().orElse(""));
        List<String> contacts = new ArrayList<>(message.contactsAll() ? List.of("*") : List.of());
        message.contacts().forEach(contact -> contacts.add(uri(contact.uri())));
        reading.put("contacts", contacts.toString());
        reading.put("hops", Integer.toString(message.headers().elements("Via").size()));
        reading.put("branch", message.topVia().branch().orElse(""));
        reading.put("body", Integer.toString(message.bodyLength()));
        return reading;
    }

    private static Map<String, String> reading(SIPMessage message) throws ParseException {
        Map<String, String> reading = new LinkedHashMap<>();
        if (message instanceof SIPRequest request) {
            reading.put("method", request.getMethod());
            reading.put("Request-URI", uri(request.getRequestURI().toString()));
        } else {
            reading.put("status", Integer.toString(((SIPResponse) message).getStatusCode()));
        }
        reading.put("Call-ID", message.getCallId().getCallId());
        reading.put(
                "CSeq",
                message.getCSeq().getSeqNumber() + " " + message.getCSeq().getMethod());
        put(
                reading,
                "From",
                message.getFrom().getAddress().getURI().toString(),
                Objects.toString(message.getFromTag(), ""));
        put(reading, "To", message.getTo().getAddress().getURI().toString(), Objects.toString(message.getToTag(), ""));
        List<String> contacts = new ArrayList<>();
        for (Iterator<?> headers = message.getHeaders(ContactHeader.NAME); headers.hasNext(); ) {
            ContactHeader contact = (ContactHeader) headers.next();
            contacts.add(
                    contact.isWildCard()
                            ? "*"
                            : uri(contact.getAddress().getURI().toString()));
        }
        reading.put("contacts", contacts.toString());
        reading.put("hops", Integer.toString(count(message.getHeaders(SIPHeaderNames.VIA))));
        reading.put("branch", Objects.toString(message.getTopmostVia().getBranch(), ""));
        byte[] body = message.getRawContent();
        reading.put("body", Integer.toString(body == null ? 0 : body.length));
        return reading;
    }

    /** Of another scheme than SIP's JAIN-SIP drops a digit of each escape, and takes the header's parameters for the URI's. */
    private static void put(Map<String, String> reading, String name, String uri, String tag) {
        reading.put(name, uri(uri));
        reading.put(name + " tag", SipUri.hasSipScheme(uri) ? tag : "");
    }

    /** Its scheme in lower case, and no leading zeros in a port. */
    private static String uri(String text) {
        int colon = text.indexOf(':');
        return SipUri.hasSipScheme(text)
                ? text.substring(0, colon).toLowerCase(Locale.ROOT)
                        + text.substring(colon).replaceAll(":0+(?=\\d)", ":")
                : "another scheme's";
    }

    private static int count(Iterator<?> headers) {
        int count = 0;
        for (; headers.hasNext(); headers.next()) {
            count++;
        }
        return count;
    }
}
