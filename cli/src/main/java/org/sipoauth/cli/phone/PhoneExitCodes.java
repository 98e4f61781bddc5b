package org.sipoauth.cli.phone;

/** Exit statuses of the phone commands beyond the common ones. */
final class PhoneExitCodes {
    /** The device's configuration has the SIP OAuth mode off. */
    static final int MODE_OFF = 3;

    /** Nobody is signed in, or the sign-in was refused. */
    static final int SIGN_IN = 4;

    /** The registrar refused the registration. */
    static final int REFUSED = 5;

    /** A server cannot be reached, or does not answer as it should. */
    static final int UNREACHABLE = 6;

    private PhoneExitCodes() {}
}
