package org.sipoauth.registrar.sip;

import java.util.ArrayList;
import java.util.List;

/** Character classes and small scanners of RFC 3261 §25.1. */
final class Grammar {
    private static final boolean[] TOKEN = chars("-.!%*_+`'~");
    private static final boolean[] UNRESERVED = chars("-_.!~*'()");
    private static final boolean[] USER = chars("-_.!~*'()&=+$,;?/%");
    private static final boolean[] PASSWORD = chars("-_.!~*'()&=+$,%");
    private static final boolean[] URI_PARAMETER = chars("-_.!~*'()[]/:&+$%");
    private static final boolean[] URI_HEADERS = chars("-_.!~*'()[]/?:+$%=&");
    private static final boolean[] ABSOLUTE_URI = chars("-_.!~*'();/?:@&=+$,%[]#");
    private static final boolean[] WORD = chars("-.!%*_+`'~()<>:\\\"/[]?{}");
    /** A gen-value that is neither token nor quoted: a host, so dots, colons and brackets as well. */
    private static final boolean[] PARAMETER_VALUE = chars("-.!%*_+`'~[]:");

    private static final boolean[] SCHEME = chars("+-.");
    /** An underscore is not in the grammar, but in names that are in use. */
    private static final boolean[] LABEL = chars("-_");

    private static final int LONGEST_LABEL = 63;

    private Grammar() {}

    private static boolean[] chars(String others) {
        boolean[] set = new boolean[128];
        for (char c = '0'; c <= '9'; c++) set[c] = true;
        for (char c = 'a'; c <= 'z'; c++) set[c] = true;
        for (char c = 'A'; c <= 'Z'; c++) set[c] = true;
        for (char c : others.toCharArray()) set[c] = true;
        return set;
    }

    private static boolean all(boolean[] set, String text) {
        return all(set, text, 0, text.length());
    }

    private static boolean all(boolean[] set, String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c >= 128 || !set[c]) {
                return false;
            }
        }
        return true;
    }

    private static boolean some(boolean[] set, String text) {
        return !text.isEmpty() && all(set, text);
    }

    static boolean isTokenChar(int c) {
        return c >= 0 && c < 128 && TOKEN[c];
    }

    static boolean isToken(String text) {
        return some(TOKEN, text);
    }

    static boolean isUnreserved(char c) {
        return c < 128 && UNRESERVED[c];
    }

    static boolean isUser(String text) {
        return some(USER, text) && escapesAreWhole(text);
    }

    static boolean isPassword(String text) {
        return all(PASSWORD, text) && escapesAreWhole(text);
    }

    static boolean isUriParameter(String text) {
        return some(URI_PARAMETER, text) && escapesAreWhole(text);
    }

    static boolean isUriHeaders(String text) {
        return some(URI_HEADERS, text) && escapesAreWhole(text);
    }

    static boolean isParameterValue(String text) {
        return some(PARAMETER_VALUE, text);
    }

    static boolean isAbsoluteUri(String text) {
        int colon = text.indexOf(':');
        return colon > 0
                && colon < text.length() - 1
                && isScheme(text.substring(0, colon))
                && all(ABSOLUTE_URI, text)
                && escapesAreWhole(text);
    }

    private static boolean isScheme(String text) {
        return Character.isLetter(text.charAt(0)) && all(SCHEME, text);
    }

    /** {@code callid = word [ "@" word ]}. */
    static boolean isCallId(String text) {
        int at = text.indexOf('@');
        return at < 0 ? some(WORD, text) : some(WORD, text.substring(0, at)) && some(WORD, text.substring(at + 1));
    }

    static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean escapesAreWhole(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (i + 2 >= text.length() || hex(text.charAt(i + 1)) < 0 || hex(text.charAt(i + 2)) < 0) {
                return false;
            }
        }
        return true;
    }

    static int hex(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    /** Host name, IPv4 address or bracketed IPv6 reference. */
    static boolean isHost(String text) {
        if (text.startsWith("[")) {
            return text.endsWith("]") && isIpv6(text.substring(1, text.length() - 1));
        }
        if (text.isEmpty() || text.length() > 255) {
            return false;
        }
        int end = text.endsWith(".") ? text.length() - 1 : text.length();
        int label = 0;
        for (int dot = text.indexOf('.'); dot >= 0 && dot < end; dot = text.indexOf('.', label)) {
            if (!isLabel(text, label, dot)) {
                return false;
            }
            label = dot + 1;
        }
        return isLabel(text, label, end) && (!isDigit(text.charAt(label)) || isIpv4(text.substring(0, end)));
    }

    private static boolean isLabel(String text, int from, int to) {
        return from < to
                && to - from <= LONGEST_LABEL
                && text.charAt(from) != '-'
                && text.charAt(to - 1) != '-'
                && all(LABEL, text, from, to);
    }

    private static boolean isIpv4(String text) {
        int numbers = 1;
        int digits = 0;
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && digits > 0) {
                numbers++;
                digits = 0;
                number = 0;
            } else if (isDigit(c) && digits < 3) {
                digits++;
                number = 10 * number + c - '0';
            } else {
                return false;
            }
            if (number > 255) {
                return false;
            }
        }
        return numbers == 4 && digits > 0;
    }

    static boolean isIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return false;
        }
        int groups = gap < 0
                ? ipv6Groups(text, true)
                : plus(ipv6Groups(text.substring(0, gap), false), ipv6Groups(text.substring(gap + 2), true));
        return gap < 0 ? groups == 8 : groups >= 0 && groups <= 7;
    }

    private static int plus(int left, int right) {
        return left < 0 || right < 0 ? -1 : left + right;
    }

    private static int ipv6Groups(String text, boolean mayEndInIpv4) {
        if (text.isEmpty()) {
            return 0;
        }
        String[] parts = text.split(":", -1);
        int groups = 0;
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (i == parts.length - 1 && mayEndInIpv4 && part.indexOf('.') >= 0) {
                return isIpv4(part) ? groups + 2 : -1;
            }
            if (part.isEmpty() || part.length() > 4 || part.chars().anyMatch(c -> hex((char) c) < 0)) {
                return -1;
            }
            groups++;
        }
        return groups;
    }

    static int port(String digits) {
        if (!isDigits(digits) || digits.length() > 5) {
            throw new SipSyntaxException("port is not a number up to 65535");
        }
        int port = Integer.parseInt(digits);
        if (port == 0 || port > 65_535) {
            throw new SipSyntaxException("port is not a number from 1 to 65535");
        }
        return port;
    }

    /** Where the quoted string that opens at {@code open} closes; throws when it does not. */
    static int closingQuote(String text, int open) {
        int quote = text.indexOf('"', open + 1);
        int backslash = text.indexOf('\\', open + 1);
        while (quote >= 0 && backslash >= 0 && backslash < quote) {
            int behind = backslash + 2;
            if (quote < behind) { // else it is the nearest still: nothing is looked at twice
                quote = text.indexOf('"', behind);
            }
            backslash = text.indexOf('\\', behind);
        }
        if (quote < 0) {
            throw new SipSyntaxException("quoted string is not closed");
        }
        return quote;
    }

    /**
     * Splits at {@code separator}, but neither inside a quoted string nor inside angle brackets. Elements are trimmed; an
     * empty one is refused.
     */
    static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean bracketed = false;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && !bracketed) {
                i = closingQuote(text, i);
            } else if (c == '<') {
                bracketed = true;
            } else if (c == '>') {
                bracketed = false;
            } else if (c == separator && !bracketed) {
                parts.add(element(text, from, i));
                from = i + 1;
            }
        }
        parts.add(element(text, from, text.length()));
        return parts;
    }

    private static String element(String text, int from, int to) {
        String element = trim(text.substring(from, to));
        if (element.isEmpty()) {
            throw new SipSyntaxException("empty element in a list");
        }
        return element;
    }

    /** Without leading and trailing spaces and tabs, which is all the white space that a line can hold. */
    static String trim(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isBlank(text.charAt(from))) from++;
        while (to > from && isBlank(text.charAt(to - 1))) to--;
        return text.substring(from, to);
    }

    /** The first word, and what follows the blanks behind it, which is empty if nothing does. */
    static String[] firstWord(String text) {
        int end = 0;
        while (end < text.length() && !isBlank(text.charAt(end))) end++;
        return new String[] {text.substring(0, end), trim(text.substring(end))};
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
