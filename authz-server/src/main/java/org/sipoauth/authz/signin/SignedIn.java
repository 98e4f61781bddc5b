package org.sipoauth.authz.signin;

import org.sipoauth.authz.subscriber.Account;
import org.springframework.security.core.Authentication;

/** What somebody who has signed in may do, as Spring's authorities. */
final class SignedIn {
    private static final String CHANGE_PASSWORD = "CHANGE_PASSWORD";

    private SignedIn() {}

    static String authority(Account account) {
        return account.mustChangePassword() ? CHANGE_PASSWORD : "ROLE_" + account.kind();
    }

    static boolean isAdministrator(Authentication account) {
        return account.getAuthorities().stream()
                .anyMatch(authority -> ("ROLE_" + Account.Kind.ADMINISTRATOR).equals(authority.getAuthority()));
    }

    static boolean mustChangePassword(Authentication account) {
        return account.getAuthorities().stream()
                .anyMatch(authority -> CHANGE_PASSWORD.equals(authority.getAuthority()));
    }
}
