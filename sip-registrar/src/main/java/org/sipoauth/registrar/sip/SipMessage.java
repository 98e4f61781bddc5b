package org.sipoauth.registrar.sip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A whole, well-formed SIP message; immutable. Its {@code toString} shows no header value, so no credential. */
public abstract sealed class SipMessage permits SipRequest, SipResponse {
    private final Headers headers;
    private final byte[] body;
    private final NameAddr from;
    private final NameAddr to;
    private final String callId;
    private final CSeq cseq;
    private final Via topVia;
    private @Nullable List<Contact> contacts;

    SipMessage(Headers headers, byte[] body) {
        this.headers = headers.without("Content-Length");
        this.body = body.clone();
        List<String> vias = headers.elements("Via");
        if (vias.isEmpty()) {
            throw new SipSyntaxException("Via is missing");
        }
        this.topVia = Via.parse(vias.get(0));
        vias.subList(1, vias.size()).forEach(Via::parse);
        this.from = NameAddr.parse(required("From"));
        this.to = NameAddr.parse(required("To"));
        this.callId = required("Call-ID");
        if (!Grammar.isCallId(callId)) {
            throw new SipSyntaxException("Call-ID is malformed");
        }
        this.cseq = CSeq.parse(required("CSeq"));
        this.contacts = parseContacts();
        expiresSeconds();
    }

    /**
     * What a message has of its own that has From, Call-ID and CSeq of another.
     *
     * @param headers all of them, {@code to} and {@code topVia} as text among them
     */
    record Parts(Headers headers, NameAddr to, Via topVia, byte[] body) {}

    /** Looks at nothing again: what is the original's was looked at, what is not is ours. */
    SipMessage(SipMessage original, Parts parts) {
        this.headers = parts.headers();
        this.body = parts.body();
        this.from = original.from;
        this.to = parts.to();
        this.callId = original.callId;
        this.cseq = original.cseq;
        this.topVia = parts.topVia();
    }

    private String required(String name) {
        return headers.single(name).orElseThrow(() -> new SipSyntaxException(name + " is missing"));
    }

    private boolean isStar() {
        return headers.all("Contact").equals(List.of("*"));
    }

    private List<Contact> parseContacts() {
        if (isStar()) {
            return List.of();
        }
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
        if (contacts == null) { // of a message of ours, which few ask
            contacts = parseContacts();
        }
        return contacts;
    }

    /** Whether the one Contact is {@code *}: all bindings (RFC 3261 §10.2.2). */
    public boolean contactsAll() {
        return isStar();
    }

    /** The hop nearest to the receiver. */
    public Via topVia() {
        return topVia;
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
