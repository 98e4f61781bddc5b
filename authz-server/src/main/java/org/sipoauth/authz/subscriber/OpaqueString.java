package org.sipoauth.authz.subscriber;

import java.text.Normalizer;
import java.util.Optional;

/**
 * Brings a password into the form that is hashed, so that it is the same on every keyboard: the OpaqueString profile of RFC
 * 8265 §4.2. Spaces of any kind become U+0020, all else is composed (NFC), and case is kept. Of RFC 8264's rules for single
 * characters it holds one, by their general category: controls, format characters, line separators, and what has no meaning
 * of its own are not allowed.
 */
final class OpaqueString {
    private OpaqueString() {}

    /** Empty if it is empty or holds what is not allowed. */
    static Optional<String> enforce(CharSequence password) {
        StringBuilder spaced = new StringBuilder(password.length());
        password.codePoints()
                .map(c -> Character.getType(c) == Character.SPACE_SEPARATOR ? ' ' : c)
                .forEach(spaced::appendCodePoint);
        String composed = Normalizer.normalize(spaced, Normalizer.Form.NFC);
        return composed.isEmpty() || !composed.codePoints().allMatch(OpaqueString::isAllowed)
                ? Optional.empty()
                : Optional.of(composed);
    }

    private static boolean isAllowed(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
