package org.sipoauth.registrar.sip;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A {@code sip:} or {@code sips:} URI (RFC 3261 §19.1). Keeps the text it was read from, which is what is sent on.
 * {@link #equals} compares that text; {@link #isEquivalentTo} compares as §19.1.4 says.
 */
public final class SipUri {
    /** Parameters that make two URIs differ even when only one of them has it (§19.1.4). */
    private static final Set<String> DECISIVE_WHEN_MISSING = Set.of("user", "ttl", "method", "maddr", "transport");

    private final String text;
    private final boolean secure;
    private final Optional<String> user;
    private final Optional<String> password;
    private final String host;
    private final OptionalInt port;
    private final Map<String, String> parameters;
    private final Map<String, List<String>> headers;

    private SipUri(String text) {
        this.text = text;
        int colon = text.indexOf(':');
        String scheme = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!scheme.equals("sip") && !scheme.equals("sips")) {
            throw new SipSyntaxException("URI scheme is neither sip nor sips");
        }
        this.secure = scheme.equals("sips");
        String rest = text.substring(colon + 1);

        int at = rest.indexOf('@');
        if (at >= 0) {
            String userInfo = rest.substring(0, at);
            int separator = userInfo.indexOf(':');
            String name = separator < 0 ? userInfo : userInfo.substring(0, separator);
            if (!Grammar.isUser(name)) {
                throw new SipSyntaxException("user part of the URI is malformed");
            }
            this.user = Optional.of(normalized(name));
            this.password = separator < 0 ? Optional.empty() : Optional.of(userInfo.substring(separator + 1));
            if (!Grammar.isPassword(password.orElse(""))) {
                throw new SipSyntaxException("password part of the URI is malformed");
            }
            rest = rest.substring(at + 1);
        } else {
            this.user = Optional.empty();
            this.password = Optional.empty();
        }

        int question = rest.indexOf('?');
        this.headers = question < 0 ? Map.of() : headers(rest.substring(question + 1));
        String[] parts = (question < 0 ? rest : rest.substring(0, question)).split(";", -1);
        HostPort hostPort = HostPort.parse(parts[0]);
        this.host = hostPort.host();
        this.port = hostPort.port();
        this.parameters = parameters(parts);
    }

    /** @throws SipSyntaxException if the text is no SIP or SIPS URI */
    public static SipUri parse(String text) {
        return new SipUri(text);
    }

    /** Whether the text begins with one of the two schemes, so that {@link #parse} decides over the rest. */
    static boolean hasSipScheme(String text) {
        return text.regionMatches(true, 0, "sip:", 0, 4) || text.regionMatches(true, 0, "sips:", 0, 5);
    }

    private static Map<String, String> parameters(String[] parts) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String name = equals < 0 ? parts[i] : parts[i].substring(0, equals);
            String value = equals < 0 ? "" : parts[i].substring(equals + 1);
            if (!Grammar.isUriParameter(name) || equals >= 0 && !Grammar.isUriParameter(value)) {
                throw new SipSyntaxException("parameter of the URI is malformed");
            }
            if (parameters.put(normalized(name).toLowerCase(Locale.ROOT), normalized(value)) != null) {
                throw new SipSyntaxException("parameter of the URI occurs twice");
            }
        }
        return Map.copyOf(parameters);
    }

    private static Map<String, List<String>> headers(String text) {
        if (!Grammar.isUriHeaders(text)) {
            throw new SipSyntaxException("header part of the URI is malformed");
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String header : text.split("&", -1)) {
            int equals = header.indexOf('=');
            if (equals < 1) {
                throw new SipSyntaxException("header of the URI has no name or no value");
            }
            headers.computeIfAbsent(
                            normalized(header.substring(0, equals)).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(normalized(header.substring(equals + 1)));
        }
        return headers;
    }

    /** Escapes of characters that need none are resolved, the others get upper-case digits (§19.1.4). */
    private static String normalized(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                result.append(c);
                continue;
            }
            char decoded = (char) (Grammar.hex(text.charAt(i + 1)) << 4 | Grammar.hex(text.charAt(i + 2)));
            if (Grammar.isUnreserved(decoded)) {
                result.append(decoded);
            } else {
                result.append(text.substring(i, i + 3).toUpperCase(Locale.ROOT));
            }
            i += 2;
        }
        return result.toString();
    }

    public boolean isSecure() {
        return secure;
    }

    /** The user part, needless escapes resolved; case-sensitive. */
    public Optional<String> user() {
        return user;
    }

    /** One text for all of the same host: see {@link Host#canonical}. */
    public String host() {
        return host;
    }

    public OptionalInt port() {
        return port;
    }

    /** The parameter's value, {@code ""} when it stands alone; empty when it does not occur. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Whether both URIs name the same resource, RFC 3261 §19.1.4. The headers part is compared value by value. */
    public boolean isEquivalentTo(SipUri other) {
        return secure == other.secure
                && user.equals(other.user)
                && password.equals(other.password)
                && host.equals(other.host)
                && port.equals(other.port)
                && headers.equals(other.headers)
                && parametersAgree(other)
                && other.parametersAgree(this);
    }

    private boolean parametersAgree(SipUri other) {
        return parameters.entrySet().stream().allMatch(mine -> {
            String theirs = other.parameters.get(mine.getKey());
            return theirs == null
                    ? !DECISIVE_WHEN_MISSING.contains(mine.getKey())
                    : theirs.equalsIgnoreCase(mine.getValue());
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SipUri that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The text this URI was read from. */
    @Override
    public String toString() {
        return text;
    }
}
