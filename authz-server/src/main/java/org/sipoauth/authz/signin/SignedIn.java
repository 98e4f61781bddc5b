package org.sipoauth.authz.signin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.authority.FactorGrantedAuthority;

/** What somebody who has signed in may do, as Spring's authorities, and whether that still holds. */
final class SignedIn {
    private static final String CHANGE_PASSWORD = "CHANGE_PASSWORD";

    /** Before the account's mark: an authority goes wherever a sign-in goes, into the stored session first of all. */
    private static final String MARK = "SIGN_IN_";

    private SignedIn() {}

    static List<GrantedAuthority> authorities(Account account) {
        return AuthorityUtils.createAuthorityList(
                account.mustChangePassword() ? CHANGE_PASSWORD : "ROLE_" + account.kind(), MARK + account.signInMark());
    }

    /** Who proved just now who they are, which the sign-in says as Spring's own check of a password does. */
    static Authentication now(Account account) {
        return by(account, FactorGrantedAuthority.fromAuthority(FactorGrantedAuthority.PASSWORD_AUTHORITY));
    }

    /** Who proved who they are at that time. */
    static Authentication at(Account account, Instant proved) {
        return by(
                account,
                FactorGrantedAuthority.withAuthority(FactorGrantedAuthority.PASSWORD_AUTHORITY)
                        .issuedAt(proved)
                        .build());
    }

    private static Authentication by(Account account, FactorGrantedAuthority proof) {
        List<GrantedAuthority> all = new ArrayList<>(authorities(account));
        all.add(proof);
        return UsernamePasswordAuthenticationToken.authenticated(account.name(), null, all);
    }

    /** Of whichever role: the console has something for each. */
    static boolean isAdministrator(Authentication account) {
        return Arrays.stream(Account.Kind.values())
                .filter(kind -> !kind.isSubscriber())
                .anyMatch(role -> has(account, "ROLE_" + role));
    }

    static boolean mustChangePassword(Authentication account) {
        return has(account, CHANGE_PASSWORD);
    }

    /** Not so once the account is gone or disabled, or its password or role is another. */
    static boolean stillHolds(Authentication signedIn, Accounts accounts) {
        return accounts.find(signedIn.getName())
                .filter(Account::enabled)
                .filter(account -> has(signedIn, MARK + account.signInMark()))
                .isPresent();
    }

    private static boolean has(Authentication account, String authority) {
        return account.getAuthorities().stream().anyMatch(one -> authority.equals(one.getAuthority()));
    }
}
