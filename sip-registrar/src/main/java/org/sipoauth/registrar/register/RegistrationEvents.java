package org.sipoauth.registrar.register;

/** What the registrar reports as it happens; implementations return at once. */
public interface RegistrationEvents {
    /** A REGISTER was granted, be it to add, remove or look up bindings. */
    void accepted();

    /** A request without a token was asked for one. */
    void challenged();

    /** A request was answered with anything else but success. */
    void refused(RefusedRequest request);

    /** A binding ended before its time, for its login was revoked. */
    void revoked();
}
