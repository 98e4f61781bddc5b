package org.sipoauth.authz.federation;

import org.springframework.security.authentication.AuthenticationServiceException;

/** The provider cannot be asked now, or not as it is set up here: nothing is known about who wants to sign in. */
final class ProviderAway extends AuthenticationServiceException {
    private static final long serialVersionUID = 1L;

    ProviderAway(String why) {
        super(why);
    }

    ProviderAway(String why, Throwable cause) {
        super(why, cause);
    }
}
