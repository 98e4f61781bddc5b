package org.sipoauth.authz.activation;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a person enters at a phone: sixteen random digits, 53.1 bits. None is a check digit: that would cost 3.3 bits, and
 * could only tell a phone what the server tells it in the same second.
 */
final class ActivationCode {
    static final int LENGTH = 16;

    private static final int GROUP = 4;
    /** Nobody types so many separators; what is longer is not looked at. */
    private static final int LONGEST_ENTRY = 64;

    private static final Pattern SEPARATORS = Pattern.compile("[\\s\\p{Z}\\p{Pd}\\p{Pc}.,:;/']+");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{" + LENGTH + "}");

    private final String digits;

    private ActivationCode(String digits) {
        this.digits = digits;
    }

    static ActivationCode random(SecureRandom random) {
        StringBuilder digits = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            digits.append((char) ('0' + random.nextInt(10)));
        }
        return new ActivationCode(digits.toString());
    }

    /** Reads what a person typed, with any separators; empty if it cannot be a code. */
    static Optional<ActivationCode> parse(String typed) {
        if (typed.length() > LONGEST_ENTRY) {
            return Optional.empty();
        }
        String digits = SEPARATORS.matcher(typed).replaceAll("");
        return DIGITS.matcher(digits).matches() ? Optional.of(new ActivationCode(digits)) : Optional.empty();
    }

    /** Without separators. */
    String digits() {
        return digits;
    }

    /** As administrators are shown it, such as {@code 0123-4567-8901-2345}. */
    String shown() {
        StringBuilder shown = new StringBuilder(digits);
        for (int at = LENGTH - GROUP; at > 0; at -= GROUP) {
            shown.insert(at, '-');
        }
        return shown.toString();
    }

    /** A code is for the phone, not for logs. */
    @Override
    public String toString() {
        return "ActivationCode";
    }
}
