package org.sipoauth.registrar.sip;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Header names: the spelling of the standards, the compact forms, and which values are comma lists. */
final class HeaderName {
    private static final Map<String, String> CANONICAL = new HashMap<>();

    /**
     * The headers whose grammar is {@code value *(COMMA value)} or a list of tokens. Never the four of authentication:
     * there a comma separates parameters (RFC 3261 §7.3.1).
     */
    private static final Set<String> COMMA_LISTS = new HashSet<>();

    /** Of these, those that may be empty (§25.1). */
    private static final Set<String> MAY_BE_EMPTY =
            Set.of("Accept", "Accept-Encoding", "Accept-Language", "Allow", "Supported");

    static {
        for (String name : ("Accept Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Call-Info Contact"
                        + " Content-Encoding Content-Language Error-Info In-Reply-To Path Proxy-Require Record-Route"
                        + " Require Route Service-Route Supported Unsupported Via Warning")
                .split(" ")) {
            COMMA_LISTS.add(name);
            know(name);
        }
        for (String name :
                ("Authentication-Info Authorization Call-ID Client-Cert Content-Disposition Content-Length Content-Type"
                                + " CSeq Date Event Expires Flow-Timer From Max-Forwards MIME-Version Min-Expires Organization"
                                + " Priority Proxy-Authenticate Proxy-Authorization Reason Refer-To Referred-By Reply-To"
                                + " Retry-After Server Subject Timestamp To User-Agent WWW-Authenticate")
                        .split(" ")) {
            know(name);
        }
        CANONICAL.put("a", "Accept-Contact");
        CANONICAL.put("b", "Referred-By");
        CANONICAL.put("c", "Content-Type");
        CANONICAL.put("d", "Request-Disposition");
        CANONICAL.put("e", "Content-Encoding");
        CANONICAL.put("f", "From");
        CANONICAL.put("i", "Call-ID");
        CANONICAL.put("j", "Reject-Contact");
        CANONICAL.put("k", "Supported");
        CANONICAL.put("l", "Content-Length");
        CANONICAL.put("m", "Contact");
        CANONICAL.put("n", "Identity-Info");
        CANONICAL.put("o", "Event");
        CANONICAL.put("r", "Refer-To");
        CANONICAL.put("s", "Subject");
        CANONICAL.put("t", "To");
        CANONICAL.put("u", "Allow-Events");
        CANONICAL.put("v", "Via");
        CANONICAL.put("x", "Session-Expires");
        CANONICAL.put("y", "Identity");
    }

    private HeaderName() {}

    /** In its own spelling too, which is the one that most messages have. */
    private static void know(String name) {
        CANONICAL.put(name, name);
        CANONICAL.put(name.toLowerCase(Locale.ROOT), name);
    }

    /** The standard spelling, compact forms written out; a name unknown here stays as it is. */
    static String canonical(String name) {
        String known = CANONICAL.get(name);
        if (known != null) {
            return known;
        }
        if (!Grammar.isToken(name)) {
            throw new SipSyntaxException("header name is not a token");
        }
        return CANONICAL.getOrDefault(name.toLowerCase(Locale.ROOT), name);
    }

    static boolean mayBeEmpty(String canonicalName) {
        return MAY_BE_EMPTY.contains(canonicalName);
    }

    static boolean isCommaList(String canonicalName) {
        return COMMA_LISTS.contains(canonicalName);
    }
}
