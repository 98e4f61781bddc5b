package org.sipoauth.authz.signin;

import org.springframework.security.authentication.BadCredentialsException;

/** The directory says no; why is for the audit alone. */
final class DirectoryRefused extends BadCredentialsException {
    private static final long serialVersionUID = 1L;

    private final String why;

    DirectoryRefused(String why) {
        super("refused by the directory");
        this.why = why;
    }

    String why() {
        return why;
    }
}
