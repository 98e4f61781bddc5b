package org.sipoauth.authz.subscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.redis.RecordsForTests;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.sipoauth.authz.subscriber.Accounts.NewPassword;
import org.sipoauth.authz.subscriber.Accounts.Wish;
import org.springframework.boot.DefaultApplicationArguments;

/** Accounts on a real Redis. */
class AccountsIT {
    private static final NewPassword ONE_TIME = new NewPassword("made by the server", true);

    private static RedisForTests.Running store;
    private static Accounts accounts;

    @BeforeAll
    static void open() {
        store = RedisForTests.open();
        accounts = accounts(new Passwords());
    }

    @AfterAll
    static void close() {
        store.close();
    }

    private static Accounts accounts(Passwords passwords) {
        return new Accounts(RecordsForTests.on(store), store.template(), passwords);
    }

    @BeforeEach
    void empty() {
        store.empty();
    }

    /** Every start of the demo asks for its ten accounts again. */
    @Test
    void hashesNoPasswordForANameThatIsTaken() {
        assertThat(accounts.create("alice", Kind.SUBSCRIBER, "a password", false))
                .isTrue();
        Passwords none = null;

        assertThat(accounts(none).create("alice", Kind.SUBSCRIBER, "a password", false))
                .isFalse();
    }

    @Test
    void takesANameInWhateverCaseForTheSameAccount() {
        assertThat(accounts.create("Alice", Kind.SUBSCRIBER, "a password", false))
                .isTrue();

        assertThat(accounts.create("alice", Kind.SUBSCRIBER, "a password", false))
                .isFalse();
        assertThat(accounts.find("ALICE").orElseThrow().name()).isEqualTo("alice");
        assertThat(accounts.names(true, Optional.empty(), 10)).containsExactly("alice");
        assertThat(accounts.admit("aLICE", Kind.SUBSCRIBER, "somebody")).isEmpty();
        assertThatThrownBy(() -> accounts.put(
                        "ALICE", new Wish(Kind.OPERATOR, true, Optional.empty()), ONE_TIME, Expected.ANYTHING))
                .isInstanceOf(Accounts.OtherSort.class);
        accounts.remove(accounts.find("Alice").orElseThrow());
        assertThat(accounts.find("alice")).isEmpty();
    }

    @Test
    void givesTokensToEnabledSubscribersAlone() {
        accounts.create("alice", Kind.SUBSCRIBER, "a password", false);
        accounts.create("bob", Kind.OPERATOR, "a password", false);

        assertThat(accounts.isSubscriber("alice")).isTrue();
        assertThat(accounts.isSubscriber("bob")).isFalse();
        accounts.disable("alice", Expected.ANYTHING);
        assertThat(accounts.isSubscriber("alice")).isFalse();
    }

    @Test
    void marksAnAccountAnewWhenWhatItsSessionsRestOnChanges() {
        Account first = put("alice", true, Optional.empty());
        assertThat(put("alice", true, Optional.empty()).signInMark()).isEqualTo(first.signInMark());

        Account disabled = put("alice", false, Optional.empty());
        Account enabled = put("alice", true, Optional.empty());
        Account other = put("alice", true, Optional.of(new NewPassword("another one", false)));
        accounts.changePassword("alice", "one more");
        Account own = accounts.find("alice").orElseThrow();

        assertThat(List.of(
                        first.signInMark(),
                        disabled.signInMark(),
                        enabled.signInMark(),
                        other.signInMark(),
                        own.signInMark()))
                .doesNotHaveDuplicates();
        accounts.remove(own);
        assertThat(put("alice", true, Optional.empty()).signInMark()).isNotEqualTo(own.signInMark());
    }

    @Test
    void losesNoChangeOfManyAtOnce() throws Exception {
        put("alice", true, Optional.empty());
        ExecutorService many = Executors.newFixedThreadPool(2);
        try {
            List<Future<Account>> changes = new ArrayList<>();
            changes.add(many.submit(() -> put("alice", false, Optional.empty())));
            changes.add(many.submit(() -> accounts.resetPassword("alice", ONE_TIME, Expected.ANYTHING)));
            for (Future<Account> change : changes) {
                change.get();
            }
        } finally {
            many.shutdownNow();
        }

        Account after = accounts.find("alice").orElseThrow();
        assertThat(after.enabled()).isFalse();
        assertThat(new Passwords().matches(ONE_TIME.text(), after.passwordHash()))
                .isTrue();
    }

    @Test
    void changesNothingThatIsNotAsExpected() {
        Account first = put("alice", true, Optional.empty());
        put("alice", true, Optional.empty());
        Expected seen = new Expected.Revision(first.revision());

        assertThatThrownBy(() -> accounts.disable("alice", seen)).isInstanceOf(RecordChanged.class);
        assertThatThrownBy(() -> accounts.resetPassword("alice", ONE_TIME, seen))
                .isInstanceOf(RecordChanged.class);
        assertThatThrownBy(() -> accounts.resetPassword("nobody", ONE_TIME, Expected.ANYTHING))
                .isInstanceOf(RecordChanged.class);
        accounts.changePassword("nobody", "a password");
        assertThat(accounts.find("nobody")).isEmpty();
        assertThat(accounts.find("alice").orElseThrow().enabled()).isTrue();
    }

    @Test
    void listsSubscribersAndAdministratorsApart() {
        for (String name : List.of("carol", "alice", "bob")) {
            put(name, true, Optional.empty());
        }
        accounts.create("admin", Kind.ADMINISTRATOR, "a password", true);

        assertThat(accounts.names(true, Optional.empty(), 2)).containsExactly("alice", "bob");
        assertThat(accounts.names(true, Optional.of("bob"), 2)).containsExactly("carol");
        assertThat(accounts.names(false, Optional.empty(), 2)).containsExactly("admin");
        accounts.remove(accounts.find("alice").orElseThrow());
        assertThat(accounts.names(true, Optional.empty(), 2)).containsExactly("bob", "carol");
    }

    /** Operators remove {@code admin} once everybody has an account of their own; it must not be back after a restart. */
    @Test
    void makesAnAdministratorOnlyWhereThereIsNone() {
        FirstAdministrator start = new FirstAdministrator(accounts, new Audit(Clock.systemUTC(), record -> {}));

        start.run(new DefaultApplicationArguments());
        Account first = accounts.find(FirstAdministrator.NAME).orElseThrow();
        assertThat(first.kind()).isEqualTo(Kind.ADMINISTRATOR);
        assertThat(first.mustChangePassword()).isTrue();

        accounts.create("olga", Kind.ADMINISTRATOR, "a password", false);
        accounts.remove(first);
        start.run(new DefaultApplicationArguments());
        assertThat(accounts.find(FirstAdministrator.NAME)).isEmpty();

        accounts.remove(accounts.find("olga").orElseThrow());
        start.run(new DefaultApplicationArguments());
        assertThat(accounts.find(FirstAdministrator.NAME)).isPresent();
    }

    @Test
    void showsNoPassword() {
        Account alice = put("alice", true, Optional.of(new NewPassword("very secret", false)));

        assertThat(alice.toString() + ONE_TIME).doesNotContain("secret", "argon2", "server");
    }

    private static Account put(String name, boolean enabled, Optional<NewPassword> password) {
        return accounts.put(name, new Wish(Kind.SUBSCRIBER, enabled, password), ONE_TIME, Expected.ANYTHING)
                .account();
    }
}
