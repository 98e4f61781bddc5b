package org.sipoauth.registrar.sip;

import java.util.ArrayList;
import java.util.List;

/** A response; what {@link #answering} makes goes the way back that its request came (RFC 3261 §8.2.6). */
public final class SipResponse extends SipMessage {
    private final int status;
    private final String reason;

    private SipResponse(int status, String reason, Headers headers, byte[] body) {
        super(headers, body);
        if (status < 100 || status > 699) {
            throw new SipSyntaxException("status is not from 100 to 699");
        }
        this.status = status;
        this.reason = reason;
    }

    private SipResponse(SipResponse original, Headers headers) {
        super(original, headers);
        this.status = original.status;
        this.reason = original.reason;
    }

    /** @throws SipSyntaxException if a part is malformed or a required header is missing */
    public static SipResponse of(int status, String reason, Headers headers, byte[] body) {
        return new SipResponse(status, reason, headers, body);
    }

    /**
     * A response without further headers: Via, From, To, Call-ID and CSeq are the request's.
     *
     * @param toTag set on To unless the request brought one
     */
    public static SipResponse answering(SipRequest request, int status, String reason, String toTag) {
        return answering(request.headers(), status, reason, toTag);
    }

    /** The same from the headers alone, which is all there is of a malformed request. */
    static SipResponse answering(Headers request, int status, String reason, String toTag) {
        List<Headers.Header> fields = new ArrayList<>();
        for (String name : List.of("Via", "From", "To", "Call-ID", "CSeq")) {
            for (String value : request.all(name)) {
                fields.add(new Headers.Header(name, name.equals("To") ? tagged(value, toTag) : value));
            }
        }
        return new SipResponse(status, reason, new Headers(fields), new byte[0]);
    }

    private static String tagged(String to, String tag) {
        NameAddr address = NameAddr.parse(to);
        return address.parameters().has("tag") ? to : address.withTag(tag).toString();
    }

    public int status() {
        return status;
    }

    public String reason() {
        return reason;
    }

    /** With these fields behind the others. */
    public SipResponse with(List<Headers.Header> more) {
        List<Headers.Header> fields = new ArrayList<>(headers().fields());
        fields.addAll(more);
        return new SipResponse(this, new Headers(fields));
    }

    /** With the top Via completed by the address the request came from: see {@link Via#receivedFrom}. */
    public SipResponse receivedFrom(String address, int port) {
        List<String> vias = headers().elements("Via");
        List<Headers.Header> fields = new ArrayList<>();
        fields.add(new Headers.Header(
                "Via", Via.parse(vias.get(0)).receivedFrom(address, port).toString()));
        for (String via : vias.subList(1, vias.size())) {
            fields.add(new Headers.Header("Via", via));
        }
        fields.addAll(headers().without("Via").fields());
        return new SipResponse(this, new Headers(fields));
    }

    @Override
    public String startLine() {
        return "SIP/2.0 " + status + " " + reason;
    }
}
