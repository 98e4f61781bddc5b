package org.sipoauth.registrar.register;

import java.util.List;
import org.sipoauth.registrar.sip.Headers.Header;

/**
 * A step of the registration said no. Stackless; never leaves the package.
 *
 * @see Registrar#answer
 */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Refusal cause;
    private final int status;
    private final String phrase;
    private final transient List<Header> headers;

    /** @param detail for our log, never for the phone */
    Refused(Refusal cause, int status, String phrase, String detail, Header... headers) {
        super(detail, null, false, false);
        this.cause = cause;
        this.status = status;
        this.phrase = phrase;
        this.headers = List.of(headers);
    }

    static Refused forbidden(Refusal cause, String detail) {
        return new Refused(cause, 403, "Forbidden", detail);
    }

    static Refused bad(String detail) {
        return new Refused(Refusal.CONTACT, 400, "Bad Request", detail);
    }

    Refusal refusal() {
        return cause;
    }

    int status() {
        return status;
    }

    String phrase() {
        return phrase;
    }

    List<Header> headers() {
        return headers;
    }
}
