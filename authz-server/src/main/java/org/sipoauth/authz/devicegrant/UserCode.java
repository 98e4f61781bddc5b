package org.sipoauth.authz.devicegrant;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a phone shows and a person types: eight of twenty consonants (RFC 8628 §6.1), so that it spells no word and holds
 * no letter that is taken for another; 34.5 bits.
 */
final class UserCode {
    static final String ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";

    private static final int LENGTH = 8;
    /** Nobody types so many separators; what is longer is not looked at. */
    private static final int LONGEST_ENTRY = 64;

    private static final Pattern SEPARATORS = Pattern.compile("[\\s\\p{Z}\\p{Pd}\\p{Pc}.,:;/']+");
    private static final Pattern LETTERS =
            Pattern.compile("[" + ALPHABET + "]{" + LENGTH + "}", Pattern.CASE_INSENSITIVE);

    private final String letters;

    private UserCode(String letters) {
        this.letters = letters;
    }

    static UserCode random(SecureRandom random) {
        StringBuilder letters = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            letters.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new UserCode(letters.toString());
    }

    /** Reads what a person typed, in any case and with any separators; empty if it cannot be a code. */
    static Optional<UserCode> parse(String typed) {
        if (typed.length() > LONGEST_ENTRY) {
            return Optional.empty();
        }
        String letters = SEPARATORS.matcher(typed).replaceAll("");
        return LETTERS.matcher(letters).matches()
                ? Optional.of(new UserCode(letters.toUpperCase(Locale.ROOT)))
                : Optional.empty();
    }

    /** Without separators. */
    String letters() {
        return letters;
    }

    /** As phones and pages show it, such as {@code WDJB-MJHT}. */
    String shown() {
        return letters.substring(0, LENGTH / 2) + "-" + letters.substring(LENGTH / 2);
    }

    /** A code is for the person in front of the phone, not for logs. */
    @Override
    public String toString() {
        return "UserCode";
    }
}
