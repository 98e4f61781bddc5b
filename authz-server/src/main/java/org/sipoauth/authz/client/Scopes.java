package org.sipoauth.authz.client;

/** The scopes that this server knows, beside {@code openid}. */
public final class Scopes {
    /** Lets a phone register at the SIP platform. */
    public static final String REGISTER = "sip.register";

    /** Lets a service administer this server; such a token is for this server, not for the SIP platform. */
    public static final String ADMIN = "admin";

    /** Lets a service ask what a token is and whether it is still good (RFC 7662). */
    public static final String INTROSPECT = "introspect";

    private Scopes() {}
}
