package org.sipoauth.authz.signin;

import java.util.Locale;
import org.sipoauth.authz.directory.Directory;
import org.sipoauth.authz.directory.Directory.Answer;
import org.sipoauth.authz.directory.DirectoryAway;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/**
 * Passwords of local accounts are checked here, all others by the directory. A local account is never asked for there, and
 * who signs in there never becomes one: no entry that somebody names {@code admin} makes that administrator.
 */
final class DirectoryPasswords implements AuthenticationProvider {
    private final Accounts accounts;
    private final Directory directory;
    private final AuthenticationProvider local;

    DirectoryPasswords(Accounts accounts, Directory directory, AuthenticationProvider local) {
        this.accounts = accounts;
        this.directory = directory;
        this.local = local;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return local.supports(authentication);
    }

    @Override
    public Authentication authenticate(Authentication attempt) {
        String typed = attempt.getName().strip();
        if (accounts.find(typed).filter(Account::hasPassword).isPresent()) {
            return local.authenticate(
                    UsernamePasswordAuthenticationToken.unauthenticated(typed, attempt.getCredentials()));
        }
        // a directory takes one name in many spellings (RFC 4518); those that the throttle would not know as one stay
        // out
        if (!Accounts.isName(typed)) {
            throw new DirectoryRefused("not_a_name");
        }
        Answer.SignedIn person = ask(typed, attempt.getCredentials() instanceof String password ? password : "");
        return SignedIn.now(admit(person));
    }

    private Account admit(Answer.SignedIn person) {
        try {
            return accounts.admit(person.name(), person.kind(), Accounts.DIRECTORY)
                    .orElseThrow(() -> new DirectoryRefused("not_a_name_of_the_directory"));
        } catch (Accounts.OtherSort known) {
            throw new DirectoryRefused("other_sort");
        }
    }

    private Answer.SignedIn ask(String name, String password) {
        try {
            Answer answer = directory.signIn(name, password);
            if (answer instanceof Answer.SignedIn signedIn) {
                return signedIn;
            }
            throw new DirectoryRefused(((Answer.Refused) answer).why().name().toLowerCase(Locale.ROOT));
        } catch (DirectoryAway e) {
            throw new AuthenticationServiceException("the directory gives no answer", e);
        }
    }
}
