package org.sipoauth.authz.client;

import java.util.List;

/** The scopes that this server knows, beside {@code openid}. */
public final class Scopes {
    /** Lets a phone register at the SIP platform. */
    public static final String REGISTER = "sip.register";

    /** Lets a service administer this server; such a token is for this server, not for the SIP platform. */
    public static final String ADMIN = "admin";

    /** The same for the daily work on people, phones and their logins, but not for keys, settings and administrators. */
    public static final String ADMIN_OPERATE = "admin.operate";

    /** The same to see, and change nothing. */
    public static final String ADMIN_READ = "admin.read";

    /** Those three, of which each has the rights of the ones after it. */
    public static final List<String> ADMINISTRATION = List.of(ADMIN, ADMIN_OPERATE, ADMIN_READ);

    /** Lets a service ask what a token is and whether it is still good (RFC 7662). */
    public static final String INTROSPECT = "introspect";

    private Scopes() {}
}
