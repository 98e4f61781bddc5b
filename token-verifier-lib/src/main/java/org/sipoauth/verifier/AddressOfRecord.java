package org.sipoauth.verifier;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A SIP address-of-record in the form in which two are compared: {@code user@host}, and a port where one is given
 * (RFC 3261 §19.1.4). URI parameters are left out, as a registrar does before it looks an address up (§10.3 step 5).
 *
 * @param user escapes of characters that need none are resolved, all others in upper case; case kept
 * @param hostAndPort in lower case
 */
record AddressOfRecord(boolean secure, String user, String hostAndPort) {
    /** §25.1, without password, headers and the user-less form: none of them belongs into an address-of-record. */
    private static final Pattern SIP_URI = Pattern.compile(
            "(?<scheme>sips?):" // case-insensitive
                    + "(?<user>[a-z0-9\\-_.!~*'()&=+$,;?/%]+)@" // what follows a % is checked below
                    + "(?<host>(?:[a-z0-9.\\-]+|\\[[0-9a-f:.]+])(?::[0-9]{1,5})?)"
                    + "(?:;[a-z0-9\\-_.!~*'()\\[\\]/:&+$;=%]*)?", // parameters, ignored
            Pattern.CASE_INSENSITIVE);

    private static final String UNRESERVED_MARKS = "-_.!~*'()";

    /** Empty where {@code uri} is no such address; it then equals no other. */
    static Optional<AddressOfRecord> parse(String uri) {
        Matcher parts = SIP_URI.matcher(uri);
        if (!parts.matches()) {
            return Optional.empty();
        }
        boolean secure = parts.group("scheme").length() == 4;
        String hostAndPort = parts.group("host").toLowerCase(Locale.ROOT);
        return resolveEscapes(parts.group("user")).map(user -> new AddressOfRecord(secure, user, hostAndPort));
    }

    /**
     * Whether the right to register this address is the right to register {@code other}. A SIP address covers its SIPS
     * form, to which anyone may upgrade it (§19.1); never the other way round.
     */
    boolean covers(AddressOfRecord other) {
        return user.equals(other.user) && hostAndPort.equals(other.hostAndPort) && (other.secure || !secure);
    }

    /** §19.1.4: a character outside the reserved set equals its escape; a reserved one and its escape differ. */
    private static Optional<String> resolveEscapes(String user) {
        StringBuilder resolved = new StringBuilder(user.length());
        for (int i = 0; i < user.length(); i++) {
            if (user.charAt(i) != '%') {
                resolved.append(user.charAt(i));
                continue;
            }
            int end = i + 3;
            if (end > user.length()
                    || !HexFormat.isHexDigit(user.charAt(i + 1))
                    || !HexFormat.isHexDigit(user.charAt(i + 2))) {
                return Optional.empty();
            }
            char c = (char) HexFormat.fromHexDigits(user, i + 1, end);
            if (isUnreserved(c)) {
                resolved.append(c);
            } else {
                resolved.append(user.substring(i, end).toUpperCase(Locale.ROOT));
            }
            i = end - 1;
        }
        return Optional.of(resolved.toString());
    }

    private static boolean isUnreserved(char c) {
        return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || UNRESERVED_MARKS.indexOf(c) >= 0;
    }
}
