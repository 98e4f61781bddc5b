package org.sipoauth.authz.directory;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.settings.RandomSecret;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Asks the directory, now and then, for everybody who has ever signed in by it, and ends what those have here whom it has no
 * more: who was deleted, who has left the group or has another role, or whom the filters do not find any more. One server
 * does, and when it dies another begins anew.
 *
 * <p>Everybody is asked for before anything is ended. So a directory that goes away meanwhile ends nothing, and one that
 * lacks many at once, or everybody, is taken for one that is broken or set up anew: then nothing is ended either, and
 * somebody is told. By a share of 100 an administrator says that it is whole.
 */
final class LeaverCheck {
    private static final Logger LOG = LoggerFactory.getLogger(LeaverCheck.class);

    /** So many may always be missing: of ten people one is a tenth. */
    static final int FEW = 3;

    /** Each with an answer just in time takes a minute or so in all. */
    static final int PAGE = 20;

    static final Duration LEASE = Duration.ofMinutes(5);

    /** How often a server looks whether a check is due, and one is tried again that could not be made. */
    static final Duration LOOK = Duration.ofMinutes(1);

    private static final String REASON = "left the directory";

    private final Directory directory;
    private final Accounts accounts;
    private final Sessions sessions;
    private final Consumer<String> codes;
    private final LeaverCheckStore store;
    private final Duration every;
    private final int mostGonePercent;
    private final Clock clock;
    private final Audit audit;
    private final Counter left;
    private final Counter done;
    private final Counter tooManyGone;
    private final Counter away;
    private final String server = RandomSecret.ofBits(64);
    private Instant nextLook = Instant.MIN;

    /** @param codes ends the unused codes of a user's devices */
    LeaverCheck(
            Directory directory,
            Accounts accounts,
            Sessions sessions,
            Consumer<String> codes,
            LeaverCheckStore store,
            Settings.Ldap settings,
            Clock clock,
            Audit audit,
            MeterRegistry meters) {
        this.directory = directory;
        this.accounts = accounts;
        this.sessions = sessions;
        this.codes = codes;
        this.store = store;
        this.every = settings.checkEvery();
        this.mostGonePercent = settings.mostGonePercent();
        this.clock = clock;
        this.audit = audit;
        this.left = Counter.builder("sipoauth.directory.left")
                .description("People who have left the directory")
                .register(meters);
        this.done = checks(meters, "done");
        this.tooManyGone = checks(meters, "too_many_gone");
        this.away = checks(meters, "away");
    }

    /** Checks if it is time to, which may take minutes. */
    void turn() {
        Instant now = clock.instant();
        if (every.isZero() || now.isBefore(nextLook)) {
            return;
        }
        nextLook = now.plus(LOOK);
        try {
            if (claim()) {
                Duration pause = check() ? every : LOOK;
                store.finish(server, clock.instant().plus(pause));
            }
        } catch (DataAccessException e) {
            LOG.warn("who has left the directory is looked for later: {}", e.getMessage());
        }
    }

    /** @param gone of those, as they were */
    private record Seen(int people, List<Account> gone) {}

    /** @return false if it could not be made, and is to be made soon */
    boolean check() {
        Optional<Seen> seen;
        try {
            seen = look();
        } catch (DirectoryAway e) {
            away.increment();
            return false;
        }
        if (seen.isEmpty()) {
            return false;
        }
        List<Account> gone = seen.get().gone();
        int people = seen.get().people();
        if (areTooMany(gone.size(), people)) {
            refuse(gone.size(), people);
            return true;
        }
        gone.forEach(this::end);
        done.increment();
        return true;
    }

    /** @return empty if another server has taken over, or this one stops */
    private Optional<Seen> look() throws DirectoryAway {
        int people = 0;
        List<Account> gone = new ArrayList<>();
        for (boolean subscribers : List.of(true, false)) {
            List<String> page = accounts.names(subscribers, Optional.empty(), PAGE);
            while (!page.isEmpty()) {
                for (Account account : ofTheDirectory(page, subscribers)) {
                    people++;
                    if (!directory.has(account.name(), account.kind())) {
                        gone.add(account);
                    }
                }
                if (Thread.currentThread().isInterrupted() || !claim()) {
                    return Optional.empty();
                }
                page = accounts.names(subscribers, Optional.of(page.get(page.size() - 1)), PAGE);
            }
        }
        return Optional.of(new Seen(people, gone));
    }

    private List<Account> ofTheDirectory(List<String> names, boolean subscribers) {
        return accounts.find(names, subscribers).stream()
                .filter(LeaverCheck::isOfTheDirectory)
                .toList();
    }

    private static boolean isOfTheDirectory(Account account) {
        return account.enabled() && account.voucher().equals(Accounts.DIRECTORY);
    }

    private boolean areTooMany(int gone, int people) {
        return gone > 0
                && mostGonePercent < 100
                && (gone == people || gone > Math.max(FEW, (long) people * mostGonePercent / 100));
    }

    /**
     * Logins and codes first: if this is cut off after that, the next check does it again. Then those that have begun
     * meanwhile.
     */
    private void end(Account account) {
        int ended = sessions.revokeUser(account.name(), REASON);
        codes.accept(account.name());
        Audit.Entry entry = audit.event("directory_left").with("user", account.name());
        try {
            accounts.leave(account);
            ended += sessions.revokeUser(account.name(), REASON);
            codes.accept(account.name());
            left.increment();
        } catch (RecordChanged meanwhile) {
            entry.with("detail", "the account changed meanwhile, and stays as it is until the next check");
            LOG.info("the account {} changed meanwhile: the next check looks at it", account.name());
        }
        entry.with("revoked", ended).keep();
    }

    private void refuse(int gone, int people) {
        tooManyGone.increment();
        LOG.error(
                "the directory lacks {} of the {} people whom it had: nobody's logins are ended, see the audit",
                gone,
                people);
        audit.event("directory_check_refused")
                .with("gone", gone)
                .with("people", people)
                .with(
                        "advice",
                        "See whether the directory is whole, and the searching account may read all of it. If so many"
                                + " have left, raise sipoauth.ldap.most-gone-percent for one check, or revoke their"
                                + " logins.")
                .keep();
    }

    private boolean claim() {
        Instant now = clock.instant();
        return store.claim(server, now, now.plus(LEASE));
    }

    private static Counter checks(MeterRegistry meters, String outcome) {
        return Counter.builder("sipoauth.directory.checks")
                .description("Looks for those who have left the directory")
                .tag("outcome", outcome)
                .register(meters);
    }
}
