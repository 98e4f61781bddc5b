package org.sipoauth.registrar.sip;

import java.util.List;
import java.util.Optional;

/**
 * The value of From, To, Contact, Path and their kind: a URI, a display name perhaps, and header parameters
 * (RFC 3261 §20.10). Without angle brackets, what follows a semicolon belongs to the header, not the URI.
 *
 * @param displayName as it was written, quotes included
 * @param uri any absolute URI; {@link #sipUri} when it is one of ours
 */
public record NameAddr(Optional<String> displayName, String uri, Optional<SipUri> sipUri, Parameters parameters) {

    /** @throws SipSyntaxException if the text is no such value */
    public static NameAddr parse(String text) {
        int open = openingBracket(text);
        if (open < 0) {
            List<String> parts = Grammar.split(text, ';');
            String uri = parts.get(0);
            if (uri.indexOf('?') >= 0 || uri.indexOf(',') >= 0) {
                throw new SipSyntaxException("URI with a comma or question mark needs angle brackets");
            }
            return of(Optional.empty(), uri, Parameters.of(parts.subList(1, parts.size())));
        }
        int close = text.indexOf('>', open);
        if (close < 0) {
            throw new SipSyntaxException("angle bracket is not closed");
        }
        String name = Grammar.trim(text.substring(0, open));
        requireDisplayName(name);
        String rest = Grammar.trim(text.substring(close + 1));
        if (!rest.isEmpty() && rest.charAt(0) != ';') {
            throw new SipSyntaxException("text behind the angle bracket");
        }
        return of(
                name.isEmpty() ? Optional.empty() : Optional.of(name),
                text.substring(open + 1, close),
                rest.isEmpty() ? Parameters.NONE : Parameters.of(Grammar.split(rest.substring(1), ';')));
    }

    /** A URI without display name and parameters. */
    public static NameAddr of(String uri) {
        return of(Optional.empty(), uri, Parameters.NONE);
    }

    private static NameAddr of(Optional<String> displayName, String uri, Parameters parameters) {
        if (SipUri.hasSipScheme(uri)) {
            return new NameAddr(displayName, uri, Optional.of(SipUri.parse(uri)), parameters);
        }
        if (!Grammar.isAbsoluteUri(uri)) {
            throw new SipSyntaxException("not an absolute URI");
        }
        return new NameAddr(displayName, uri, Optional.empty(), parameters);
    }

    private static int openingBracket(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                i = Grammar.closingQuote(text, i);
            } else if (c == '<') {
                return i;
            }
        }
        return -1;
    }

    private static void requireDisplayName(String name) {
        if (name.startsWith("\"")) {
            if (Grammar.closingQuote(name, 0) != name.length() - 1) {
                throw new SipSyntaxException("text behind the quoted display name");
            }
            return;
        }
        for (String word : name.isEmpty() ? new String[0] : name.split("[ \t]+")) {
            if (!Grammar.isToken(word)) {
                throw new SipSyntaxException("display name needs quotes");
            }
        }
    }

    /** The {@code tag} parameter of From and To. */
    public Optional<String> tag() {
        return parameters.value("tag");
    }

    public NameAddr withTag(String tag) {
        return with(parameters.with("tag", tag));
    }

    /** The same name and URI with other header parameters. */
    public NameAddr with(Parameters others) {
        return new NameAddr(displayName, uri, sipUri, others);
    }

    /** As on the wire, the URI in angle brackets. */
    @Override
    public String toString() {
        return displayName.map(name -> name + " ").orElse("") + "<" + uri + ">" + parameters;
    }
}
