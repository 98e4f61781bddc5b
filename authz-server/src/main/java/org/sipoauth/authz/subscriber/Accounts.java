package org.sipoauth.authz.subscriber;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.NameIndex;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.redis.Round;
import org.sipoauth.authz.redis.StoredRecord;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/**
 * The accounts, one small Redis hash each. Subscribers and administrators share one space of names, in which case makes no
 * difference: whatever is typed, a name is kept and handed on in lower case, as the profile UsernameCaseMapped has it
 * (RFC 8265 §3.3), of whose characters ours are some in ASCII.
 */
@Component
public final class Accounts {
    /** The voucher of people of a directory. */
    public static final String DIRECTORY = "directory";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
    private static final int MOST_TRIES = 5;
    private static final int PAGE = 1000;

    /** In a record that was kept under another spelling: which. */
    private static final String FORMER_NAME = "former-name";

    private final Records records;
    private final NameIndex subscribers;
    private final NameIndex administrators;
    private final Passwords passwords;

    Accounts(Records records, StringRedisTemplate redis, Passwords passwords) {
        this.records = records;
        this.subscribers = new NameIndex(redis, "subscribers");
        this.administrators = new NameIndex(redis, "administrators");
        this.passwords = passwords;
    }

    /** @param name in any case */
    public Optional<Account> find(String name) {
        return isName(name) ? records.find(key(name)).map(record -> read(inLowerCase(name), record)) : Optional.empty();
    }

    /** Those of a page of names that stand for an account of this sort, in their order. */
    public List<Account> find(List<String> page, boolean ofSubscribers) {
        List<Optional<StoredRecord>> found =
                records.find(page.stream().map(Accounts::key).toList());
        return IntStream.range(0, page.size())
                .boxed()
                .flatMap(i -> found.get(i).map(record -> read(inLowerCase(page.get(i)), record)).stream())
                .filter(account -> account.kind().isSubscriber() == ofSubscribers)
                .toList();
    }

    /** @throws RecordChanged if it is not as expected */
    public Optional<Account> find(String name, Expected expected) {
        Optional<Account> account = find(name);
        expected.require(account.map(Account::revision));
        return account;
    }

    /** Whether tokens may be issued to this account. */
    public boolean isSubscriber(String name) {
        return find(name).filter(Accounts::mayHaveTokens).isPresent();
    }

    /** The same, asked along with other questions. */
    public Supplier<Boolean> isSubscriber(String name, Round round) {
        if (!isName(name)) {
            return () -> false;
        }
        Supplier<Optional<StoredRecord>> record = records.find(key(name), round);
        return () -> record.get()
                .map(stored -> read(inLowerCase(name), stored))
                .filter(Accounts::mayHaveTokens)
                .isPresent();
    }

    private static boolean mayHaveTokens(Account account) {
        return account.enabled() && account.kind().isSubscriber();
    }

    /** @return the names of subscribers, or of administrators, that follow a name; one may stand for nobody any more */
    public List<String> names(boolean ofSubscribers, Optional<String> after, int limit) {
        return (ofSubscribers ? subscribers : administrators).page(after, limit);
    }

    /**
     * Whether an administrator may do everything, and nobody else may who could stand in. Those for whom a directory or another
     * provider vouches lose their role when they lose it there, and stand in for each other alone, not for one whose password
     * is known here.
     */
    public boolean isLastAdministrator(String name) {
        return find(name)
                .filter(Accounts::mayDoEverything)
                .filter(account -> !hasBeside(
                        name, account.hasPassword() ? Accounts::mayAlwaysDoEverything : Accounts::mayDoEverything))
                .isPresent();
    }

    private boolean hasBeside(String name, Predicate<Account> standsIn) {
        List<String> page = administrators.page(Optional.empty(), PAGE);
        while (!page.isEmpty()) {
            List<String> others =
                    page.stream().filter(other -> !other.equalsIgnoreCase(name)).toList();
            if (find(others, false).stream().anyMatch(standsIn)) {
                return true;
            }
            page = administrators.page(Optional.of(page.get(page.size() - 1)), PAGE);
        }
        return false;
    }

    private static boolean mayDoEverything(Account account) {
        return account.enabled() && account.kind() == Kind.ADMINISTRATOR;
    }

    private static boolean mayAlwaysDoEverything(Account account) {
        return mayDoEverything(account) && account.hasPassword();
    }

    /** @return false, with nothing changed, if the name is taken */
    public boolean create(String name, Kind kind, String password, boolean mustChangePassword) {
        requireName(name);
        if (find(name).isPresent()) {
            return false; // before a password is hashed for nothing, which takes longer than all else
        }
        try {
            save(Account.create(inLowerCase(name), kind, true, hash(password), mustChangePassword), Expected.ABSENT);
            return true;
        } catch (RecordChanged takenMeanwhile) {
            return false;
        }
    }

    /**
     * The account of somebody whom somebody else vouches for, made at the first time, and in another role if they say so. A
     * name belongs to whoever has had it first: to a local account, an administrator's above all, or to one voucher.
     *
     * @param voucher who says so, with what they know the subscriber by for good if that is not the name itself
     * @return empty, with nothing changed, if the name is another's, the account is disabled, or it is no name
     * @throws OtherSort if they were a subscriber and are an administrator now, or the other way round
     */
    public Optional<Account> admit(String name, Kind kind, String voucher) {
        if (!isName(name)) {
            return Optional.empty();
        }
        Optional<Account> known = find(name);
        if (known.isEmpty()) {
            try {
                return Optional.of(save(Account.vouchedFor(inLowerCase(name), kind, voucher), Expected.ABSENT));
            } catch (RecordChanged takenMeanwhile) {
                known = find(name);
            }
        }
        return known.filter(Accounts::mayBeAdmitted)
                .filter(account -> account.voucher().equals(voucher))
                .flatMap(account -> as(kind, account))
                .filter(Account::enabled);
    }

    private Optional<Account> as(Kind kind, Account account) {
        requireSort(account, kind.isSubscriber());
        if (account.kind() == kind && account.enabled()) {
            return Optional.of(account);
        }
        try {
            return Optional.of(change(account.name(), Expected.PRESENT, now -> {
                requireSort(now, kind.isSubscriber());
                return mayBeAdmitted(now) ? now.asLeft(false).as(kind, true) : now;
            }));
        } catch (RecordChanged gone) {
            return Optional.empty();
        }
    }

    private static boolean mayBeAdmitted(Account account) {
        return account.enabled() || account.left();
    }

    /**
     * Notes that whoever vouched for somebody has them no more, or not in this role: they get no tokens, and their sessions
     * are over, until they sign in there again.
     *
     * @param account as it was when that was seen
     * @throws RecordChanged if it is not so any more
     */
    public void leave(Account account) {
        save(account.asLeft(true), revision(account));
    }

    private static Expected revision(Account account) {
        return new Expected.Revision(account.revision());
    }

    /** Sets a password of the account's own choosing, and ends its other sessions; does nothing if the account is gone. */
    public void changePassword(String name, String password) {
        String hash = hash(password);
        try {
            change(name, Expected.PRESENT, account -> account.withPassword(hash, false));
        } catch (RecordChanged gone) {
            // nobody is there to have a password
        }
    }

    /** What an administrator wants an account to be like. */
    public record Wish(Kind kind, boolean enabled, Optional<NewPassword> password) {}

    /** @param mustChange whether it is good for nothing but choosing another */
    public record NewPassword(String text, boolean mustChange) {
        @Override
        public String toString() {
            return "NewPassword[mustChange=" + mustChange + "]";
        }
    }

    /** An account as it is now, and whether it was made just now. */
    public record Saved(Account account, boolean created) {}

    /** A name that belongs to an account of the other sort. */
    public static final class OtherSort extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OtherSort() {
            super("the name belongs to an account of the other sort", null, false, false);
        }
    }

    /**
     * Creates an account or makes one as wished, when this returns, in the replicas as well.
     *
     * @param passwordIfNew for an account that is created without another password
     * @throws RecordChanged if it is not as expected
     * @throws OtherSort if a subscriber is to be an administrator or the other way round
     * @throws IllegalArgumentException if that is no name for an account
     * @throws DataAccessException if the store or its replicas did not confirm it
     */
    public Saved put(String name, Wish wish, NewPassword passwordIfNew, Expected expected) {
        requireName(name);
        boolean mayCreate = expected.equals(Expected.ANYTHING) || expected.equals(Expected.ABSENT);
        if (mayCreate && find(name).isEmpty()) {
            NewPassword password = wish.password().orElse(passwordIfNew);
            try {
                Account created = Account.create(
                        inLowerCase(name), wish.kind(), wish.enabled(), hash(password.text()), password.mustChange());
                return new Saved(save(created, Expected.ABSENT), true);
            } catch (RecordChanged createdMeanwhile) {
                if (expected.equals(Expected.ABSENT)) {
                    throw createdMeanwhile;
                }
            }
        }
        Optional<String> hash = wish.password().map(password -> hash(password.text()));
        Account changed = change(name, expected, account -> {
            requireSort(account, wish.kind().isSubscriber());
            Account so = account.as(wish.kind(), wish.enabled());
            return hash.isEmpty()
                    ? so
                    : so.withPassword(hash.get(), wish.password().orElseThrow().mustChange());
        });
        return new Saved(changed, false);
    }

    /**
     * Gives an account another password, and ends its sessions.
     *
     * @throws RecordChanged if it is not as expected, or gone
     */
    public Account resetPassword(String name, NewPassword password, Expected expected) {
        String hash = hash(password.text());
        return change(name, expected, account -> account.withPassword(hash, password.mustChange()));
    }

    /**
     * Takes an account all it may do, as the first step to removing it.
     *
     * @throws RecordChanged if it is not as expected, or gone
     */
    public Account disable(String name, Expected expected) {
        return change(name, expected, account -> account.as(account.kind(), false));
    }

    public void remove(Account account) {
        records.remove(key(account.name()), Expected.ANYTHING);
        index(account).remove(account.name());
    }

    /** The names that an earlier release has kept in another spelling than {@link #find} looks for. */
    public List<String> namesWithCapitals() {
        List<String> found = new ArrayList<>();
        for (NameIndex index : List.of(subscribers, administrators)) {
            List<String> page = index.page(Optional.empty(), PAGE);
            while (!page.isEmpty()) {
                page.stream().filter(name -> !name.equals(inLowerCase(name))).forEach(found::add);
                page = index.page(Optional.of(page.get(page.size() - 1)), PAGE);
            }
        }
        return found;
    }

    /**
     * The accounts that would be one, each by its name in every spelling that is there.
     *
     * @param former as {@link #namesWithCapitals} has them
     */
    public List<String> sameButForCase(List<String> former) {
        Map<String, Set<String>> spellings = new TreeMap<>();
        for (String name : former) {
            Optional<StoredRecord> now = records.find(key(name)); // looked at first: another server may be at work
            if (records.find(formerKey(name)).isPresent()) {
                Set<String> same = spellings.computeIfAbsent(inLowerCase(name), none -> new TreeSet<>());
                same.add(name);
                if (now.isPresent() && !isCutOff(now.get(), name)) {
                    same.add(inLowerCase(name));
                }
            }
        }
        return spellings.values().stream()
                .filter(same -> same.size() > 1)
                .flatMap(Set::stream)
                .toList();
    }

    /**
     * Keeps an account by its name in lower case as well; to be called again if it was cut off.
     *
     * @param former as {@link #namesWithCapitals} has it
     * @throws RecordChanged if there is another account whose name differs by case alone
     */
    public void keepInLowerCase(String former) {
        Optional<StoredRecord> record = records.find(formerKey(former));
        if (record.isPresent()) {
            Map<String, String> fields = new HashMap<>(record.get().fields());
            fields.put(FORMER_NAME, former);
            saveUnlessThere(former, fields);
            index(read(former, record.get())).enter(inLowerCase(former));
        }
    }

    /** The last step of {@link #keepInLowerCase}; in an order in which it can be called again. */
    public void forgetFormerName(String former) {
        records.remove(formerKey(former), Expected.ANYTHING);
        if (records.find(key(former)).filter(now -> isCutOff(now, former)).isPresent()) {
            try {
                records.save(key(former), Collections.singletonMap(FORMER_NAME, null), Expected.PRESENT);
            } catch (RecordChanged gone) {
                // and its former name with it
            }
        }
        subscribers.remove(former);
        administrators.remove(former);
    }

    private static String formerKey(String former) {
        return "account:" + former;
    }

    private void saveUnlessThere(String former, Map<String, String> fields) {
        try {
            records.save(key(former), fields, Expected.ABSENT);
        } catch (RecordChanged there) {
            boolean cutOff = records.find(key(former))
                    .filter(now -> isCutOff(now, former))
                    .isPresent();
            boolean done = records.find(formerKey(former)).isEmpty(); // by another server that starts just now
            if (!cutOff && !done) {
                throw there;
            }
        }
    }

    private static boolean isCutOff(StoredRecord now, String former) {
        return former.equals(now.fields().get(FORMER_NAME));
    }

    private Account change(String name, Expected expected, UnaryOperator<Account> change) {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Account before = find(name, expected).orElseThrow(RecordChanged::new);
            try {
                return save(change.apply(before), revision(before));
            } catch (RecordChanged meanwhile) {
                // once more, with what it is now
            }
        }
        throw new OptimisticLockingFailureException("others changed the account all the while");
    }

    private Account save(Account account, Expected expected) {
        index(account).enter(account.name());
        Map<String, String> fields = new HashMap<>();
        fields.put("kind", account.kind().name().toLowerCase(Locale.ROOT));
        fields.put("password", account.passwordHash());
        fields.put("change", Boolean.toString(account.mustChangePassword()));
        fields.put("enabled", Boolean.toString(account.enabled()));
        fields.put("voucher", account.voucher());
        fields.put("left", Boolean.toString(account.left()));
        fields.put("mark", account.signInMark());
        return account.withRevision(
                records.save(key(account.name()), fields, expected).revision());
    }

    private NameIndex index(Account account) {
        return account.kind().isSubscriber() ? subscribers : administrators;
    }

    private String hash(String password) {
        return Objects.requireNonNull(passwords.encode(password));
    }

    private static void requireSort(Account account, boolean subscriber) {
        if (account.kind().isSubscriber() != subscriber) {
            throw new OtherSort();
        }
    }

    private static void requireName(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("an account's name is 1 to 64 letters, digits, '.', '_', '-' or '@'");
        }
    }

    /** Whether an account can have this name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    private static String inLowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static Account read(String name, StoredRecord record) {
        Map<String, String> fields = record.fields();
        return new Account(
                name,
                Kind.valueOf(fields.getOrDefault("kind", "").toUpperCase(Locale.ROOT)),
                fields.getOrDefault("password", ""),
                Boolean.parseBoolean(fields.get("change")),
                Boolean.parseBoolean(fields.getOrDefault("enabled", "true")),
                fields.getOrDefault("voucher", ""),
                Boolean.parseBoolean(fields.get("left")),
                fields.getOrDefault("mark", ""),
                record.revision());
    }

    private static String key(String name) {
        return "account:" + inLowerCase(name);
    }
}
