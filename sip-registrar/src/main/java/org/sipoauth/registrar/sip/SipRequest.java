package org.sipoauth.registrar.sip;

import java.util.List;
import java.util.Optional;

/**
 * A request that has every header field RFC 3261 §8.1.1 demands, each well-formed, as are those others that a registrar
 * reads. Max-Forwards alone may be missing, for the sake of old phones.
 */
public final class SipRequest extends SipMessage {
    private static final List<String> OPTION_LISTS = List.of("Require", "Proxy-Require", "Supported");

    private final String method;
    private final String uri;
    private final Optional<SipUri> sipUri;

    private SipRequest(String method, String uri, Headers headers, byte[] body) {
        super(headers, body);
        if (!Grammar.isToken(method)) {
            throw new SipSyntaxException("method is not a token");
        }
        this.method = method;
        this.uri = uri;
        this.sipUri = SipUri.hasSipScheme(uri) ? Optional.of(SipUri.parse(uri)) : Optional.empty();
        if (sipUri.isEmpty() && !Grammar.isAbsoluteUri(uri)) {
            throw new SipSyntaxException("Request-URI is not an absolute URI");
        }
        if (!cseq().method().equals(method)) {
            throw new SipSyntaxException("CSeq names another method");
        }
        if (from().tag().isEmpty() && from().parameters().has("tag")) {
            throw new SipSyntaxException("From has an empty tag");
        }
        if (maxForwards() < 0) {
            throw new SipSyntaxException("Max-Forwards is not a number up to 255");
        }
        for (String name : OPTION_LISTS) {
            for (String option : headers.elements(name)) {
                if (!Grammar.isToken(option)) {
                    throw new SipSyntaxException("option tag is not a token");
                }
            }
        }
        headers.elements("Path").forEach(NameAddr::parse); // RFC 3327 §4
    }

    /** @throws SipSyntaxException if a part is malformed or a required header is missing */
    public static SipRequest of(String method, String uri, Headers headers, byte[] body) {
        return new SipRequest(method, uri, headers, body);
    }

    public static SipRequest of(String method, String uri, Headers headers) {
        return new SipRequest(method, uri, headers, new byte[0]);
    }

    public String method() {
        return method;
    }

    /** Whether {@code Supported}, {@code Require} or the like names the option tag (RFC 3261 §19.2, compared without case). */
    public boolean hasOption(String headerName, String option) {
        return headers().elements(headerName).stream().anyMatch(option::equalsIgnoreCase);
    }

    /** The Request-URI as it came; any scheme. */
    public String uri() {
        return uri;
    }

    /** The Request-URI when its scheme is one of ours. */
    public Optional<SipUri> sipUri() {
        return sipUri;
    }

    /** 70 when the header is missing (RFC 3261 §8.1.1.6). */
    public int maxForwards() {
        String value = headers().single("Max-Forwards").orElse("70");
        long hops = DeltaSeconds.parse(value).orElse(-1L);
        return hops <= 255 ? (int) hops : -1;
    }

    @Override
    public String startLine() {
        return method + " " + uri + " SIP/2.0";
    }
}
