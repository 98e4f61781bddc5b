package org.sipoauth.registrar.sip;

import java.util.ArrayList;
import java.util.List;

/** A response; what {@link #answering} makes goes the way back that its request came (RFC 3261 §8.2.6). */
public final class SipResponse extends SipMessage {
    private static final List<String> OF_THE_REQUEST = List.of("Via", "From", "To", "Call-ID", "CSeq");

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

    /** One that has much of another message: see the constructor of {@link SipMessage}. */
    private SipResponse(SipMessage original, Parts parts, int status, String reason) {
        super(original, parts);
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
        boolean tagged = request.to().parameters().has("tag");
        NameAddr to = tagged ? request.to() : request.to().withTag(toTag);
        String toText = tagged ? request.headers().first("To").orElseThrow() : to.toString();
        Parts parts = new Parts(dialogue(request.headers(), toText), to, request.topVia(), new byte[0]);
        return new SipResponse(request, parts, status, reason);
    }

    /** The same from the headers alone, which is all there is of a malformed request. */
    static SipResponse answering(Headers request, int status, String reason, String toTag) {
        String to = request.single("To").orElseThrow(() -> new SipSyntaxException("To is missing"));
        NameAddr address = NameAddr.parse(to);
        String tagged =
                address.parameters().has("tag") ? to : address.withTag(toTag).toString();
        return new SipResponse(status, reason, dialogue(request, tagged), new byte[0]);
    }

    private static Headers dialogue(Headers request, String to) {
        List<Headers.Header> fields = new ArrayList<>();
        for (String name : OF_THE_REQUEST) {
            for (String value : request.all(name)) {
                fields.add(new Headers.Header(name, name.equals("To") ? to : value));
            }
        }
        return new Headers(fields);
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
        return new SipResponse(this, new Parts(new Headers(fields), to(), topVia(), body()), status, reason);
    }

    /** With the top Via completed by the address the request came from: see {@link Via#receivedFrom}. */
    public SipResponse receivedFrom(String address, int port) {
        Via completed = topVia().receivedFrom(address, port);
        List<String> vias = headers().elements("Via");
        List<Headers.Header> fields = new ArrayList<>();
        fields.add(new Headers.Header("Via", completed.toString()));
        for (String via : vias.subList(1, vias.size())) {
            fields.add(new Headers.Header("Via", via));
        }
        fields.addAll(headers().without("Via").fields());
        return new SipResponse(this, new Parts(new Headers(fields), to(), completed, body()), status, reason);
    }

    @Override
    public String startLine() {
        return "SIP/2.0 " + status + " " + reason;
    }
}
