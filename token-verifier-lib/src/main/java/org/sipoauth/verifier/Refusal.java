package org.sipoauth.verifier;

import org.sipoauth.verifier.internal.MalformedException;

/** How a check ends {@link TokenVerifier#verify} early. Stackless, and never leaves that method. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final String detail;

    Refusal(Reason reason, String detail) {
        super(null, null, false, false);
        this.reason = reason;
        this.detail = detail;
    }

    static Refusal of(MalformedException malformed) {
        return new Refusal(Reason.MALFORMED, String.valueOf(malformed.getMessage()));
    }

    Verdict.Rejected verdict() {
        return new Verdict.Rejected(reason, detail);
    }

    /** What a token says, fit for a line of log: short, and without characters that could forge one. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), 80); i++) {
            char c = text.charAt(i);
            quoted.append(c < ' ' || c > '~' || c == '"' ? '?' : c);
        }
        return quoted.append('"').toString();
    }
}
