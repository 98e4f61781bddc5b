package org.sipoauth.registrar.sip;

import java.util.Optional;

/** {@code delta-seconds} (RFC 3261 §25.1): digits; what exceeds 2^32-1 counts as that. */
final class DeltaSeconds {
    static final long MAX = 0xFFFF_FFFFL;

    private DeltaSeconds() {}

    static Optional<Long> parse(String text) {
        if (!Grammar.isDigits(text)) {
            return Optional.empty();
        }
        return Optional.of(text.length() > 18 ? MAX : Math.min(MAX, Long.parseLong(text)));
    }
}
