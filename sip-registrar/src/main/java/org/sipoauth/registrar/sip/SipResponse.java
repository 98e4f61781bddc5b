package org.sipoauth.registrar.sip;

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
        Headers headers = Headers.NONE;
        for (String name : List.of("Via", "From", "To", "Call-ID", "CSeq")) {
            for (String value : request.all(name)) {
                headers = headers.plus(name, name.equals("To") ? tagged(value, toTag) : value);
            }
        }
        return new SipResponse(status, reason, headers, new byte[0]);
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

    public SipResponse with(String name, String value) {
        return new SipResponse(status, reason, headers().plus(name, value), body());
    }

    /** With the top Via completed by the address the request came from: see {@link Via#receivedFrom}. */
    public SipResponse receivedFrom(String address, int port) {
        List<String> vias = headers().elements("Via");
        Headers headers = Headers.NONE.plus(
                "Via", Via.parse(vias.get(0)).receivedFrom(address, port).toString());
        for (String via : vias.subList(1, vias.size())) {
            headers = headers.plus("Via", via);
        }
        for (Headers.Header field : headers().without("Via").fields()) {
            headers = headers.plus(field.name(), field.value());
        }
        return new SipResponse(status, reason, headers, body());
    }

    @Override
    public String startLine() {
        return "SIP/2.0 " + status + " " + reason;
    }
}
