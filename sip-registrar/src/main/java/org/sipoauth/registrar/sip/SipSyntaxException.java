package org.sipoauth.registrar.sip;

/**
 * A text is not what the SIP grammar says it should be. The parser turns it into {@link Parsed.Malformed}; only code that
 * parses or builds a value itself ever sees it. Carries no stack trace: bad input is ordinary.
 */
public final class SipSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** {@code message} must not contain the offending input: it may hold a secret. */
    SipSyntaxException(String message) {
        super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
