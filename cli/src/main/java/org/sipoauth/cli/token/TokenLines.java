package org.sipoauth.cli.token;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * One token a line, however long the stream and however long a line: of each line only so much is kept that the verifier
 * sees it is too long. White space around a token is dropped, blank lines are skipped.
 */
final class TokenLines {
    /** One more than the verifier takes (8 KiB), so that a cut line is refused and not taken for a token. */
    private static final int LONGEST_KEPT = 8 * 1024 + 1;

    private static final int END = -1;

    private final InputStream input;

    TokenLines(InputStream input) {
        this.input = new BufferedInputStream(input, 64 * 1024);
    }

    /** The next line that is not blank; empty at the end of the stream. */
    Optional<String> next() throws IOException {
        StringBuilder line = new StringBuilder(1024);
        for (int octet = input.read(); octet != END; octet = input.read()) {
            if (octet == '\n') {
                String token = line.toString().strip();
                if (!token.isEmpty()) {
                    return Optional.of(token);
                }
                line.setLength(0);
            } else if (line.length() < LONGEST_KEPT && !(line.isEmpty() && isBlank(octet))) {
                line.append((char) octet); // one character an octet: what is not ASCII stays what it is, refused
            }
        }
        String last = line.toString().strip();
        return last.isEmpty() ? Optional.empty() : Optional.of(last);
    }

    /** Whether {@link #next} would have to wait for its producer. */
    boolean wouldWait() throws IOException {
        return input.available() == 0;
    }

    private static boolean isBlank(int octet) {
        return octet == ' ' || octet == '\t' || octet == '\r';
    }
}
