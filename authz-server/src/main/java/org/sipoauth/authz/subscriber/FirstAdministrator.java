package org.sipoauth.authz.subscriber;

import java.util.List;
import java.util.Optional;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.WriteNotConfirmed;
import org.sipoauth.authz.settings.RandomSecret;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Makes an administrator at a start that finds none: the very first, or after the last was removed. The password goes to the console once, past the log, and is good for
 * choosing another one only.
 */
@Component
@Order(0)
final class FirstAdministrator implements ApplicationRunner {
    static final String NAME = "admin";
    private static final int PAGE = 100;

    private final Accounts accounts;
    private final Audit audit;

    FirstAdministrator(Accounts accounts, Audit audit) {
        this.accounts = accounts;
        this.audit = audit;
    }

    @Override
    public void run(ApplicationArguments args) {
        if (hasAdministrator()) {
            return;
        }
        String oneTimePassword = RandomSecret.ofBits(120);
        if (create(oneTimePassword)) {
            audit.event("administrator_created").with("user", NAME).keep();
            print("First start: sign in as '" + NAME + "' with the one-time password " + oneTimePassword
                    + " and choose your own. It is not shown again.");
        }
    }

    /** A replica that is away keeps no server from its first start: what a failover loses, the next start makes anew. */
    private boolean create(String oneTimePassword) {
        try {
            return accounts.create(NAME, Kind.ADMINISTRATOR, oneTimePassword, true);
        } catch (WriteNotConfirmed made) {
            return true;
        }
    }

    private boolean hasAdministrator() {
        Optional<String> after = Optional.empty();
        while (true) {
            List<String> names = accounts.names(false, after, PAGE);
            if (names.stream().anyMatch(name -> accounts.find(name).isPresent())) {
                return true;
            }
            if (names.size() < PAGE) {
                return false;
            }
            after = Optional.of(names.get(PAGE - 1));
        }
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
