package org.sipoauth.verifier.sip;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.sipoauth.verifier.internal.MalformedException;

/**
 * The grammar that SIP's authentication headers share: a scheme, then parameters {@code name=value} between commas
 * (RFC 3261 §25.1, {@code auth-param}), or first a {@code token68} (RFC 9110 §11.2). The value of a header reaches us
 * unfolded, so a line break in it is malformed.
 */
final class AuthParameters {
    private static final String SCHEME = "Bearer";

    private final String text;
    private int position;

    private AuthParameters(String text, int position) {
        this.text = text;
        this.position = position;
    }

    /** Whether the scheme, which is not case-sensitive (RFC 3261 §25.1), is Bearer. */
    static boolean isBearer(String headerValue) {
        int start = afterSpace(headerValue);
        int end = start + SCHEME.length();
        return headerValue.regionMatches(true, start, SCHEME, 0, SCHEME.length())
                && (headerValue.length() == end || isSpace(headerValue.charAt(end)));
    }

    /** Reads what follows the scheme of a value for which {@link #isBearer} holds. */
    static AuthParameters afterScheme(String headerValue) {
        return new AuthParameters(headerValue, afterSpace(headerValue) + SCHEME.length());
    }

    boolean atEnd() {
        skipSpace();
        return position == text.length();
    }

    /**
     * Whether a token68 comes next: token68 characters up to the end or a comma. A parameter stops earlier, at the value
     * that its {@code =} promises.
     */
    boolean startsWithToken68() {
        skipSpace();
        int end = endOfToken68();
        int next = end;
        while (next < text.length() && isSpace(text.charAt(next))) {
            next++;
        }
        return end > position && (next == text.length() || text.charAt(next) == ',');
    }

    String token68() {
        String token = text.substring(position, endOfToken68());
        position += token.length();
        return token;
    }

    /** The remaining parameters by their names in lower case. */
    Map<String, String> parameters() throws MalformedException {
        Map<String, String> parameters = new LinkedHashMap<>();
        do {
            skipSpace();
            String name = token().toLowerCase(Locale.ROOT);
            skipSpace();
            expect('=');
            skipSpace();
            String value = nextIs('"') ? quotedString() : token();
            if (parameters.putIfAbsent(name, value) != null) {
                throw new MalformedException("parameter twice");
            }
        } while (nextAfterComma());
        return parameters;
    }

    /** Steps over a comma; false at the end. */
    boolean nextAfterComma() throws MalformedException {
        if (atEnd()) {
            return false;
        }
        expect(',');
        return true;
    }

    /** RFC 3261 §25.1, {@code quoted-string}, with everything escaped that must be. */
    static String quote(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Refuses what a header value cannot carry even in quotes; above all the line breaks that would end it. */
    static String requireQuotable(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (isControl(value.charAt(i))) {
                throw new IllegalArgumentException(name + " holds a control character");
            }
        }
        return value;
    }

    static boolean isToken68(String text) {
        return !text.isEmpty() && new AuthParameters(text, 0).endOfToken68() == text.length();
    }

    /** RFC 9110 §11.2: at least one character, then any number of {@code =}. */
    private int endOfToken68() {
        int end = position;
        while (end < text.length() && isToken68Character(text.charAt(end))) {
            end++;
        }
        if (end > position) {
            while (end < text.length() && text.charAt(end) == '=') {
                end++;
            }
        }
        return end;
    }

    private String token() throws MalformedException {
        int start = position;
        while (position < text.length() && isTokenCharacter(text.charAt(position))) {
            position++;
        }
        if (position == start) {
            throw new MalformedException("no token where one must be");
        }
        return text.substring(start, position);
    }

    private String quotedString() throws MalformedException {
        StringBuilder unescaped = new StringBuilder(0); // what stands before the last escape
        int from = ++position;
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == '"') {
                String rest = text.substring(from, position - 1);
                return unescaped.isEmpty() ? rest : unescaped.append(rest).toString();
            }
            if (c == '\\' && position < text.length()) {
                unescaped.append(text, from, position - 1);
                from = position;
                c = text.charAt(position++);
            }
            if (isControl(c)) {
                throw new MalformedException("control character in quoted string");
            }
        }
        throw new MalformedException("quoted string does not end");
    }

    private void expect(char c) throws MalformedException {
        if (!nextIs(c)) {
            throw new MalformedException("no " + c + " where one must be");
        }
        position++;
    }

    private boolean nextIs(char c) {
        return position < text.length() && text.charAt(position) == c;
    }

    private void skipSpace() {
        while (position < text.length() && isSpace(text.charAt(position))) {
            position++;
        }
    }

    private static int afterSpace(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return start;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isControl(int c) {
        return c < ' ' && c != '\t' || c == 0x7F;
    }

    private static boolean isToken68Character(char c) {
        return isAlphanumeric(c) || "-._~+/".indexOf(c) >= 0;
    }

    /** RFC 3261 §25.1, {@code token}. */
    private static boolean isTokenCharacter(char c) {
        return isAlphanumeric(c) || "-.!%*_+`'~".indexOf(c) >= 0;
    }

    private static boolean isAlphanumeric(char c) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
    }
}
