package org.sipoauth.authz.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.Modification;
import com.unboundid.ldap.sdk.ModificationType;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.LoopbackPorts;
import org.sipoauth.authz.TestClock;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RedisForTests;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.sipoauth.authz.subscriber.AccountsForTests;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.dao.QueryTimeoutException;

/** What becomes of people whom the directory has no more: UnboundID's, in memory, a real Redis, and a clock that is moved. */
class LeaverCheckIT {
    private static final String SEARCHER = "cn=searcher,dc=example,dc=com";
    private static final String PASSWORD = "the searcher's password";
    private static final Duration EVERY = Duration.ofHours(1);

    private static RedisForTests.Running store;
    private static InMemoryDirectoryServer server;
    private static Accounts accounts;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> ended = new ArrayList<>();
    private final List<String> codesEnded = new ArrayList<>();
    private final List<String> audited = new ArrayList<>();
    private Runnable whileEnding = () -> {};
    private boolean storeAway;
    private final TestClock clock = new TestClock(Instant.parse("2026-01-01T00:00:00Z"));

    @BeforeAll
    static void start() throws Exception {
        store = RedisForTests.open();
        accounts = AccountsForTests.on(store);
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
        config.setSchema(null);
        config.addAdditionalBindCredentials(SEARCHER, PASSWORD);
        config.setListenerConfigs(
                InMemoryListenerConfig.createLDAPConfig("ldap", InetAddress.getLoopbackAddress(), 0, null));
        server = new InMemoryDirectoryServer(config);
        server.startListening();
    }

    @AfterAll
    static void stop() {
        server.shutDown(true);
        store.close();
    }

    @BeforeEach
    void empty() throws Exception {
        store.empty();
        server.clear();
        server.add("dn: dc=example,dc=com", "objectClass: domain", "dc: example");
        server.add("dn: cn=phones,dc=example,dc=com", "objectClass: groupOfNames", "cn: phones");
    }

    @Test
    void endsWhatThoseHaveHereWhomTheDirectoryHasNoMore() throws Exception {
        people(30);
        server.delete(dn(1));
        server.modify("cn=phones,dc=example,dc=com", new Modification(ModificationType.DELETE, "member", dn(2)));
        server.modify(dn(3), new Modification(ModificationType.REPLACE, "employeeType", "left"));
        accounts.create("local", Account.Kind.SUBSCRIBER, "a password", false);
        accounts.admit("elsewhere", Account.Kind.SUBSCRIBER, "https://login.example.com subject-1");

        turn();

        assertThat(ended).containsOnly("user1", "user2", "user3");
        assertThat(codesEnded)
                .as("before they leave, and after")
                .containsExactly("user1", "user1", "user2", "user2", "user3", "user3");
        assertThat(List.of("user1", "user2", "user3")).noneMatch(accounts::isSubscriber);
        assertThat(List.of("user0", "user29", "local", "elsewhere")).allMatch(accounts::isSubscriber);
        assertThat(meters.counter("sipoauth.directory.left").count()).isEqualTo(3);
        assertThat(count("done")).isEqualTo(1);
    }

    @Test
    void letsThemInAgainWhenTheDirectoryHasThemAgainUnlessAnAdministratorDisabledThem() throws Exception {
        people(10);
        server.delete(dn(1));
        server.delete(dn(2));
        String markBefore = accounts.find("user1").orElseThrow().signInMark();
        turn();
        accounts.disable("user2", Expected.PRESENT);

        assertThat(accounts.admit("user1", Account.Kind.SUBSCRIBER, Accounts.DIRECTORY))
                .isPresent();
        assertThat(accounts.admit("user2", Account.Kind.SUBSCRIBER, Accounts.DIRECTORY))
                .isEmpty();

        assertThat(accounts.isSubscriber("user1")).isTrue();
        assertThat(accounts.find("user1").orElseThrow().signInMark())
                .as("sessions of before stay over")
                .isNotEqualTo(markBefore);
    }

    /** What is missing at once is missing for a reason that is not its people's. */
    @ParameterizedTest
    @CsvSource({
        "10, 3, done",
        "10, 4, too_many_gone",
        "50, 5, done",
        "50, 6, too_many_gone",
        "3, 2, done",
        "3, 3, too_many_gone",
        "1, 1, too_many_gone",
    })
    void endsNothingWhereTooManyAreGoneAtOnce(int people, int gone, String outcome) throws Exception {
        people(people);
        for (int i = 0; i < gone; i++) {
            server.delete(dn(i));
        }

        turn();

        assertThat(count(outcome)).isEqualTo(1);
        assertThat(ended.stream().distinct()).hasSize(outcome.equals("done") ? gone : 0);
        assertThat(accounts.isSubscriber("user0")).isEqualTo(!outcome.equals("done"));
    }

    /** As the advice in the audit has it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void endsWhateverIsGoneWhereTheShareIsAHundred(int people) throws Exception {
        people(people);
        for (int i = 0; i < people; i++) {
            server.delete(dn(i));
        }

        check(url(), "100").turn();

        assertThat(count("done")).isEqualTo(1);
        assertThat(ended.stream().distinct()).hasSize(people);
    }

    @Test
    void recordsLoginsThatItEndedOfAnAccountThatChangedMeanwhile() throws Exception {
        people(10);
        server.delete(dn(1));
        whileEnding = () -> accounts.changePassword("user1", "another password");

        turn();

        assertThat(ended).containsExactly("user1");
        assertThat(audited)
                .filteredOn(record -> record.contains("\"directory_left\""))
                .singleElement()
                .asString()
                .contains("\"user\":\"user1\"", "\"revoked\":\"1\"", "changed meanwhile");
    }

    @Test
    void endsNothingWhileTheDirectoryIsAwayAndAsksAgainSoon() throws Exception {
        people(10);
        server.delete(dn(1));
        LeaverCheck elsewhere = check("ldap://127.0.0.1:" + LoopbackPorts.free());

        elsewhere.turn();

        assertThat(count("away")).isEqualTo(1);
        assertThat(ended).isEmpty();
        clock.advance(LeaverCheck.LOOK);
        turn();
        assertThat(ended).containsOnly("user1");
    }

    @Test
    void endsAtTheNextTurnWhatTheStoreDidNotTake() throws Exception {
        people(10);
        server.delete(dn(1));
        LeaverCheck check = check(url());
        storeAway = true;
        check.turn();
        assertThat(accounts.isSubscriber("user1")).isTrue();

        storeAway = false;
        clock.advance(LeaverCheck.LOOK);
        check.turn();

        assertThat(ended).containsOnly("user1");
        assertThat(accounts.isSubscriber("user1")).isFalse();
    }

    @Test
    void checksOnceAnHourHoweverManyServersThereAre() throws Exception {
        people(10);
        turn();
        server.delete(dn(1));

        clock.advance(EVERY.minusSeconds(1));
        turn();
        assertThat(ended).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        turn();
        assertThat(ended).containsOnly("user1");
        assertThat(count("done")).isEqualTo(2);
    }

    @Test
    void leavesAServerAtWorkAloneUntilItsLeaseIsOver() {
        LeaverCheckStore claims = new LeaverCheckStore(store.template());
        Instant now = clock.instant();

        assertThat(claims.claim("one", now, now.plusSeconds(300))).isTrue();
        assertThat(claims.claim("two", now.plusSeconds(299), now.plusSeconds(599)))
                .isFalse();
        assertThat(claims.claim("one", now.plusSeconds(299), now.plusSeconds(599)))
                .as("goes on")
                .isTrue();
        assertThat(claims.claim("two", now.plusSeconds(599), now.plusSeconds(899)))
                .as("it has died")
                .isTrue();
        assertThat(claims.finish("one", now.plus(EVERY))).isFalse();
        assertThat(claims.finish("two", now.plus(EVERY))).isTrue();
        assertThat(claims.claim("one", now.plus(EVERY).minusMillis(1), now.plus(EVERY)))
                .isFalse();
        assertThat(claims.claim("one", now.plus(EVERY), now.plus(EVERY))).isTrue();
    }

    /** So many who are in the directory, of the group, and have signed in. */
    private static void people(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            server.add(
                    "dn: " + dn(i), "objectClass: inetOrgPerson", "uid: User" + i, "mail: user" + i + "@example.com");
            server.modify("cn=phones,dc=example,dc=com", new Modification(ModificationType.ADD, "member", dn(i)));
            accounts.admit("user" + i, Account.Kind.SUBSCRIBER, Accounts.DIRECTORY);
        }
    }

    private static String dn(int i) {
        return "uid=User" + i + ",dc=example,dc=com";
    }

    private static String url() {
        return "ldap://127.0.0.1:" + server.getListenPort("ldap");
    }

    /** By a server that has just started. */
    private void turn() {
        check(url()).turn();
    }

    private double count(String outcome) {
        return meters.counter("sipoauth.directory.checks", "outcome", outcome).count();
    }

    private LeaverCheck check(String url) {
        return check(url, "10");
    }

    private LeaverCheck check(String url, String mostGonePercent) {
        Settings.Ldap settings = new Binder(new MapConfigurationPropertySource(Map.of(
                        "urls", url,
                        "insecure-plain-ldap", "true",
                        "bind-dn", SEARCHER,
                        "base-dn", "dc=example,dc=com",
                        "most-gone-percent", mostGonePercent,
                        "user-filter", "(&(objectClass=inetOrgPerson)(mail={0})(!(employeeType=left)))",
                        "group-filter", "(&(cn=phones)(member={0}))")))
                .bind("", Settings.Ldap.class)
                .get();
        assertThat(settings.checkEvery()).isEqualTo(EVERY);
        return new LeaverCheck(
                new Directory(settings, DirectoryConnections.open(settings, PASSWORD), meters),
                accounts,
                sessions(),
                codesEnded::add,
                new LeaverCheckStore(store.template()),
                settings,
                clock,
                new Audit(clock, audited::add),
                meters);
    }

    /** Each user has a login, and nothing but ending all of a user's is asked for. */
    private Sessions sessions() {
        return (Sessions) Proxy.newProxyInstance(
                Sessions.class.getClassLoader(), new Class<?>[] {Sessions.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("revokeUser");
                    if (storeAway) {
                        throw new QueryTimeoutException("away");
                    }
                    ended.add((String) arguments[0]);
                    whileEnding.run();
                    return 1;
                });
    }
}
