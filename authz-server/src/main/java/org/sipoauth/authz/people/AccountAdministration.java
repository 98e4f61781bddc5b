package org.sipoauth.authz.people;

import java.util.List;
import java.util.Optional;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.administration.PageRequest;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.device.OwnedDevices;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.settings.RandomSecret;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.sipoauth.authz.subscriber.Accounts;
import org.sipoauth.authz.subscriber.Accounts.NewPassword;
import org.sipoauth.authz.subscriber.Accounts.Wish;
import org.sipoauth.authz.subscriber.KeptForAccount;
import org.sipoauth.authz.subscriber.PasswordRules;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * What is done to an account, and to the logins and sessions that hang on it. Whatever takes something away is done in an
 * order in which a request that was cut off leaves less than before, and in which the same request sent again does the rest:
 * logins and codes end before the account changes, after which who sent {@code If-Match} would be refused, and again after
 * that, for some may have begun meanwhile.
 */
@Component
public final class AccountAdministration {
    private static final int ONE_TIME_PASSWORD_BITS = 120;
    private static final String DISABLED = "user disabled";
    private static final String RESET = "password reset on suspicion";
    private static final String REMOVED = "user removed";

    private final Accounts accounts;
    private final LastAdministrator last;
    private final Sessions sessions;
    private final OwnedDevices devices;
    private final List<KeptForAccount> keptElsewhere;
    private final PasswordRules rules;
    private final Audit audit;

    AccountAdministration(
            Accounts accounts,
            LastAdministrator last,
            Sessions sessions,
            OwnedDevices devices,
            List<KeptForAccount> keptElsewhere,
            PasswordRules rules,
            Audit audit) {
        this.accounts = accounts;
        this.last = last;
        this.sessions = sessions;
        this.devices = devices;
        this.keptElsewhere = keptElsewhere;
        this.rules = rules;
        this.audit = audit;
    }

    /** @param oneTimePassword made here; whoever asked is told once */
    public record Outcome(Account account, boolean created, Optional<String> oneTimePassword) {
        @Override
        public String toString() {
            return "Outcome[" + account + "]";
        }
    }

    /** @throws RequestRefused if there is no account of that name and sort */
    public Account find(String name, boolean subscriber) {
        return accounts.find(name)
                .filter(account -> account.kind().isSubscriber() == subscriber)
                .orElseThrow(() -> new RequestRefused(
                        HttpStatus.NOT_FOUND,
                        subscriber
                                ? "there is no user of that name; list the users for their names"
                                : "there is no administrator of that name; list the administrators for their names"));
    }

    List<String> names(boolean ofSubscribers, PageRequest page) {
        return accounts.names(ofSubscribers, page.after(), page.limit());
    }

    /** Those of the names that stand for somebody. */
    List<Account> read(List<String> names, boolean ofSubscribers) {
        return accounts.find(names, ofSubscribers);
    }

    /**
     * Creates an account or makes one as wished; a user who is disabled loses their logins, and the unused codes of their
     * phones.
     *
     * @param password empty: an account that is created is given a one-time password
     * @param by who asks for it, for the audit
     * @throws org.sipoauth.authz.redis.RecordChanged if it is not as expected
     * @throws RequestRefused if the password is no good, an account of the other sort has the name, nobody would be left
     *     who may do everything, or that of another is being taken just now
     * @throws IllegalArgumentException if that is no name for an account
     */
    public Outcome put(
            String name, Kind kind, boolean enabled, Optional<NewPassword> password, Expected expected, String by) {
        password.ifPresent(given -> requireGood(given, name));
        String oneTimePassword = RandomSecret.ofBits(ONE_TIME_PASSWORD_BITS);
        boolean endLogins = !enabled && kind.isSubscriber();
        if (endLogins) {
            endLogins(accounts.find(name, expected), DISABLED);
            devices.endCodes(name); // so that none is good again once the user is enabled
        }
        Wish wish = new Wish(kind, enabled, password);
        Accounts.Saved saved = kind.isSubscriber() || kind == Kind.ADMINISTRATOR && enabled
                ? put(name, wish, oneTimePassword, expected)
                : last.unlessLast(name, () -> put(name, wish, oneTimePassword, expected));
        audit.event(saved.created() ? "account_created" : "account_changed")
                .with("by", by)
                .with("user", saved.account().name())
                .with("role", AccountAnswers.role(kind))
                .with("enabled", enabled)
                .with("password_set", password.isPresent() ? true : null)
                .keep();
        if (endLogins) {
            sessions.revokeUser(name, DISABLED);
            devices.endCodes(name);
        }
        return new Outcome(
                saved.account(),
                saved.created(),
                saved.created() && password.isEmpty() ? Optional.of(oneTimePassword) : Optional.empty());
    }

    private void endLogins(Optional<Account> account, String why) {
        account.filter(somebody -> somebody.kind().isSubscriber())
                .ifPresent(subscriber -> sessions.revokeUser(subscriber.name(), why));
    }

    private Accounts.Saved put(String name, Wish wish, String oneTimePassword, Expected expected) {
        try {
            return accounts.put(name, wish, new NewPassword(oneTimePassword, true), expected);
        } catch (Accounts.OtherSort taken) {
            throw new RequestRefused(
                    HttpStatus.CONFLICT,
                    wish.kind().isSubscriber()
                            ? "an administrator has this name; choose another"
                            : "a user has this name; choose another");
        }
    }

    /**
     * Gives an account another password and ends its browser sessions.
     *
     * @param given empty: a one-time password is made
     * @param endLogins whether the phones' logins end as well: somebody else may know the old password
     * @throws org.sipoauth.authz.redis.RecordChanged if it is not as expected, or gone
     */
    public Outcome resetPassword(
            Account account, Optional<NewPassword> given, boolean endLogins, Expected expected, String by) {
        given.ifPresent(password -> requireGood(password, account.name()));
        NewPassword password =
                given.orElseGet(() -> new NewPassword(RandomSecret.ofBits(ONE_TIME_PASSWORD_BITS), true));
        if (endLogins) {
            endLogins(accounts.find(account.name(), expected), RESET);
        }
        Account changed = accounts.resetPassword(account.name(), password, expected);
        audit.event("password_reset")
                .with("by", by)
                .with("user", account.name())
                .with("end_logins", endLogins)
                .keep();
        if (endLogins) {
            sessions.revokeUser(account.name(), RESET);
        }
        return new Outcome(changed, false, given.isPresent() ? Optional.empty() : Optional.of(password.text()));
    }

    /**
     * Disabled on the way: no login begins any more while those that there are come to their end. The devices of a user stay,
     * disabled: they are nobody's until an administrator gives them to somebody, be it another user of the same name.
     *
     * @throws RequestRefused if nobody would be left who may do everything, or that of another is being taken just now
     */
    public void remove(Account account, Expected expected, String by) {
        if (account.kind().isSubscriber()) {
            endLogins(accounts.find(account.name(), expected), REMOVED);
            accounts.disable(account.name(), expected);
            sessions.revokeUser(account.name(), REMOVED);
            devices.disableAll(account.name(), by);
        } else {
            last.unlessLast(account.name(), () -> accounts.disable(account.name(), expected));
        }
        keptElsewhere.forEach(kept -> kept.forget(account.name()));
        accounts.remove(account);
        audit.event("account_removed")
                .with("by", by)
                .with("user", account.name())
                .with("role", AccountAnswers.role(account.kind()))
                .keep();
    }

    /** The members {@code password} and {@code must_change_password}, which is true unless said otherwise. */
    static Optional<NewPassword> password(Members members) {
        Optional<String> text = members.optionalText("password");
        Optional<Boolean> mustChange = members.optionalFlag("must_change_password");
        if (text.isEmpty() && mustChange.isPresent()) {
            throw members.refusal();
        }
        return text.map(password -> new NewPassword(password, mustChange.orElse(true)));
    }

    private void requireGood(NewPassword password, String account) {
        rules.objection(password.text(), account).ifPresent(objection -> {
            throw new RequestRefused(HttpStatus.BAD_REQUEST, objection);
        });
    }
}
