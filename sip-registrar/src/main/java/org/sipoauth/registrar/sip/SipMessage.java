package org.sipoauth.registrar.sip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A whole, well-formed SIP message; immutable. Its {@code toString} shows no header value, so no credential. */
public abstract sealed class SipMessage permits SipRequest, SipResponse {
    private final Headers headers;
    private final byte[] body;
    private final NameAddr from;
    private final NameAddr to;
    private final String callId;
    private final CSeq cseq;
    private final List<Contact> contacts;

    SipMessage(Headers headers, byte[] body) {
        this.headers = headers.without("Content-Length");
        this.body = body.clone();
        List<String> vias = headers.elements("Via");
        if (vias.isEmpty()) {
            throw new SipSyntaxException("Via is missing");
        }
        vias.forEach(Via::parse);
        this.from = NameAddr.parse(required("From"));
        this.to = NameAddr.parse(required("To"));
        this.callId = required("Call-ID");
        if (!Grammar.isCallId(callId)) {
            throw new SipSyntaxException("Call-ID is malformed");
        }
        this.cseq = CSeq.parse(required("CSeq"));
        this.contacts = isStar() ? List.of() : parseContacts();
        expiresSeconds();
    }

    /** The same message with more headers, none of them one of the five that {@code original} has. */
    SipMessage(SipMessage original, Headers headers) {
        this.headers = headers;
        this.body = original.body;
        this.from = original.from;
        this.to = original.to;
        this.callId = original.callId;
        this.cseq = original.cseq;
        this.contacts = isStar() ? List.of() : parseContacts();
    }

    private String required(String name) {
        return headers.single(name).orElseThrow(() -> new SipSyntaxException(name + " is missing"));
    }

    private boolean isStar() {
        return headers.all("Contact").equals(List.of("*"));
    }

    private List<Contact> parseContacts() {
        List<Contact> parsed = new ArrayList<>();
        for (String element : headers.elements("Contact")) {
            if (element.equals("*")) {
                throw new SipSyntaxException("Contact * stands beside another contact");
            }
            parsed.add(Contact.parse(element));
        }
        return List.copyOf(parsed);
    }

    /** The start line, without the line break. */
    public abstract String startLine();

    /** All but Content-Length, which is the body's own. */
    public Headers headers() {
        return headers;
    }

    public byte[] body() {
        return body.clone();
    }

    int bodyLength() {
        return body.length;
    }

    void copyBody(byte[] target, int at) {
        System.arraycopy(body, 0, target, at, body.length);
    }

    public NameAddr from() {
        return from;
    }

    public NameAddr to() {
        return to;
    }

    public String callId() {
        return callId;
    }

    public CSeq cseq() {
        return cseq;
    }

    /** The contacts; none when there is no Contact header, and none when it is {@code *}. */
    public List<Contact> contacts() {
        return contacts;
    }

    /** Whether the one Contact is {@code *}: all bindings (RFC 3261 §10.2.2). */
    public boolean contactsAll() {
        return isStar();
    }

    /** The hop nearest to the receiver. */
    public Via topVia() {
        return Via.parse(headers.elements("Via").get(0));
    }

    /** The Expires header in seconds, at most 2^32-1. */
    public Optional<Long> expiresSeconds() {
        return headers.single("Expires")
                .map(value -> DeltaSeconds.parse(value)
                        .orElseThrow(() -> new SipSyntaxException("Expires is not a number of seconds")));
    }

    @Override
    public String toString() {
        return startLine() + " " + headers;
    }
}
