package org.sipoauth.cli.phone;

import org.sipoauth.cli.console.Printable;

/** The person has to sign in again: the tokens are used up, or the authorization server has ended the login. */
final class LoginEnded extends Exception {
    private static final long serialVersionUID = 1L;

    LoginEnded(String why) {
        super(Printable.line(why), null, false, false);
    }
}
