package org.sipoauth.authz.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.LoopbackPorts;
import org.sipoauth.authz.TestCertificate;
import org.sipoauth.authz.directory.Directory.Answer;
import org.sipoauth.authz.directory.Directory.Why;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** What the directory is asked, and what its answers mean; the directory is UnboundID's, in memory. */
class DirectoryTest {
    private static final String SEARCHER = "cn=searcher,dc=example,dc=com";
    private static final String SEARCHER_PASSWORD = "the searcher's password";
    private static final String GROUPS = "(&(objectClass=groupOfNames)(cn=phones)(member={0}))";

    @TempDir
    static Path folder;

    private static InMemoryDirectoryServer server;

    @BeforeAll
    static void start() throws Exception {
        TestCertificate.create().writeTo(folder);
        SSLContext tls = SslBundle.of(new PemSslStoreBundle(
                        PemSslStoreDetails.forCertificate(
                                        folder.resolve("node.crt").toUri().toString())
                                .withPrivateKey(
                                        folder.resolve("node.key").toUri().toString()),
                        null))
                .createSslContext();
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
        config.setSchema(null);
        config.addAdditionalBindCredentials(SEARCHER, SEARCHER_PASSWORD);
        config.setListenerConfigs(
                InMemoryListenerConfig.createLDAPSConfig("ldaps", 0, tls.getServerSocketFactory()),
                InMemoryListenerConfig.createLDAPConfig("ldap", null, 0, tls.getSocketFactory()));
        server = new InMemoryDirectoryServer(config);
        server.add("dn: dc=example,dc=com", "objectClass: domain", "dc: example");
        person("Alice", "alice@example.com", "alice's password");
        person("bob", "shared@example.com", "bob's password");
        person("carol", "shared@example.com", "carol's password");
        server.add(
                "dn: cn=two names,dc=example,dc=com",
                "objectClass: inetOrgPerson",
                "uid: dora",
                "uid: dorothy",
                "userPassword: dora's password");
        server.add(
                "dn: cn=phones,dc=example,dc=com",
                "objectClass: groupOfNames",
                "cn: phones",
                "member: cn=Alice,dc=example,dc=com",
                "member: cn=two names,dc=example,dc=com");
        server.startListening();
    }

    @AfterAll
    static void stop() {
        server.shutDown(true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "Alice", "ALICE", "alice@example.com"})
    void namesTheSubscriberInOneWayHoweverTheNameIsTyped(String typed) throws Exception {
        try (Directory directory = open(Map.of("user-filter", "(|(uid={0})(mail={0}))"))) {
            assertThat(directory.signIn(typed, "alice's password")).isEqualTo(signedIn("alice"));
        }
    }

    @Test
    void refusesAWrongPasswordAndGoesOnSearching() throws Exception {
        try (Directory directory = open(Map.of("connections", "1"))) {
            assertThat(directory.signIn("alice", "wrong")).isEqualTo(refused(Why.WRONG_PASSWORD));
            assertThat(directory.signIn("alice", "alice's password")).isEqualTo(signedIn("alice"));
            assertThat(directory.signIn("bob", "bob's password")).isEqualTo(signedIn("bob"));
        }
    }

    /** To many a directory that is an anonymous bind, which succeeds: RFC 4513 §5.1.2. */
    @Test
    void refusesAnEmptyPasswordWithoutAsking() throws Exception {
        try (Directory directory = open(Map.of("urls", "ldaps://localhost:" + LoopbackPorts.free()))) {
            assertThat(directory.signIn("alice", "")).isEqualTo(refused(Why.NO_PASSWORD));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "a*", "*)(uid=*", "alice)(|(uid=*", "alice\\2a", "{0}", "{1}", "\0", "alice\0"})
    void findsNobodyByANameThatIsAFilter(String typed) throws Exception {
        try (Directory directory = open(Map.of())) {
            assertThat(directory.signIn(typed, "alice's password")).isEqualTo(refused(Why.UNKNOWN_NAME));
        }
    }

    /** A name that cannot close the parenthesis it is put into. */
    @Test
    void findsByANameOfFilterCharactersTheEntryOfThatName() throws Exception {
        person("(*)", "stars@example.com", "the password of stars");
        try (Directory directory = open(Map.of())) {
            assertThat(directory.signIn("(*)", "the password of stars")).isEqualTo(signedIn("(*)"));
        } finally {
            server.delete("cn=(*),dc=example,dc=com");
        }
    }

    @Test
    void refusesANameThatSeveralEntriesHave() throws Exception {
        try (Directory directory = open(Map.of("user-filter", "(mail={0})"))) {
            assertThat(directory.signIn("shared@example.com", "bob's password"))
                    .isEqualTo(refused(Why.SEVERAL_ENTRIES));
        }
    }

    @Test
    void refusesANameThatMoreEntriesHaveThanItAsksFor() throws Exception {
        try (Directory directory = open(Map.of("user-filter", "(&(objectClass=inetOrgPerson)(|(uid={0})(uid=*)))"))) {
            assertThat(directory.signIn("alice", "alice's password")).isEqualTo(refused(Why.SEVERAL_ENTRIES));
        }
    }

    @Test
    void refusesAnEntryOfSeveralNames() throws Exception {
        try (Directory directory = open(Map.of())) {
            assertThat(directory.signIn("dora", "dora's password")).isEqualTo(refused(Why.NOT_ONE_NAME));
        }
    }

    @Test
    void refusesAnEntryWithoutTheAttributeOfTheName() throws Exception {
        try (Directory directory = open(Map.of("name-attribute", "employeeNumber"))) {
            assertThat(directory.signIn("alice", "alice's password")).isEqualTo(refused(Why.NOT_ONE_NAME));
        }
    }

    /** Whoever is outside has the same answer with the right password: it is not even tried. */
    @ParameterizedTest
    @CsvSource({"alice, alice's password, true", "bob, bob's password, false", "bob, wrong, false"})
    void letsTheGroupInAndNobodyElse(String name, String password, boolean in) throws Exception {
        try (Directory directory = open(Map.of("group-filter", GROUPS))) {
            assertThat(directory.signIn(name, password)).isEqualTo(in ? signedIn(name) : refused(Why.NOT_IN_GROUP));
        }
    }

    /** The first filter that finds somebody decides; whoever has a role needs no group, and is no subscriber. */
    @ParameterizedTest
    @CsvSource({"alice, OPERATOR", "bob, ADMINISTRATOR", "carol, READ_ONLY"})
    void makesAdministratorsOfWhomTheirFilterFinds(String name, Kind kind) throws Exception {
        Map<String, String> settings = Map.of(
                "group-filter", GROUPS,
                "administrator-filter", "(&(uid=bob)(uid={1}))",
                "operator-filter", "(&(|(uid=alice)(uid=bob))(uid={1}))",
                "read-only-filter", "(&(uid=carol)(uid={1}))");
        try (Directory directory = open(settings)) {
            assertThat(directory.signIn(name, name + "'s password")).isEqualTo(new Answer.SignedIn(name, kind));
            assertThat(directory.has(name, kind)).isTrue();
            assertThat(directory.has(name, Kind.SUBSCRIBER)).isFalse();
        }
    }

    @Test
    void letsNobodyInWhereTheGroupIsNot() throws Exception {
        try (Directory directory = open(Map.of("group-filter", "(&(cn=other)(member={0}))"))) {
            assertThat(directory.signIn("alice", "alice's password")).isEqualTo(refused(Why.NOT_IN_GROUP));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "alice, (uid={0}), true",
        "alice, (mail={0}), true", // found by another attribute than that of the name
        "alice, (|(uid={0})(cn:caseExactMatch:={0})), true",
        "alice, (&(uid={0})(!(mail=alice@example.com))), false",
        "bob, (uid={0}), false", // not of the group
        "nobody, (uid={0}), false",
        "*, (uid={0}), false",
    })
    void hasThoseWhoCouldSignInWhateverTheyTypedThen(String name, String userFilter, boolean has) throws Exception {
        try (Directory directory = open(Map.of("user-filter", userFilter, "group-filter", GROUPS))) {
            assertThat(directory.has(name, Kind.SUBSCRIBER)).isEqualTo(has);
        }
    }

    @Test
    void signsInByStartTls() throws Exception {
        try (Directory directory = open(Map.of("urls", ldap("localhost"), "start-tls", "true"))) {
            assertThat(directory.signIn("alice", "alice's password")).isEqualTo(signedIn("alice"));
        }
    }

    /** The certificate is for localhost and 127.0.0.1. */
    @Test
    void refusesADirectoryWhoseCertificateIsForAnother() throws Exception {
        String url = ldaps("127.0.0.2");
        try (Directory directory = open(Map.of("urls", url))) {
            assertThatThrownBy(() -> directory.signIn("alice", "alice's password"))
                    .isInstanceOf(DirectoryAway.class);
        }
        String plainFirst = ldap("127.0.0.2");
        try (Directory directory = open(Map.of("urls", plainFirst, "start-tls", "true"))) {
            assertThatThrownBy(() -> directory.signIn("alice", "alice's password"))
                    .isInstanceOf(DirectoryAway.class);
        }
    }

    @Test
    void refusesADirectoryWhoseAuthorityIsNotTrusted(@TempDir Path other) throws Exception {
        TestCertificate.create().writeTo(other);
        try (Directory directory =
                open(Map.of("trust", other.resolve("node.crt").toString()))) {
            assertThatThrownBy(() -> directory.signIn("alice", "alice's password"))
                    .isInstanceOf(DirectoryAway.class);
        }
    }

    @Test
    void asksTheNextDirectoryWhereOneIsAway() throws Exception {
        String urls = "ldaps://localhost:" + LoopbackPorts.free() + "," + ldaps("localhost");
        try (Directory directory = open(Map.of("urls", urls))) {
            assertThat(directory.signIn("alice", "alice's password")).isEqualTo(signedIn("alice"));
        }
    }

    /** It takes connections, and says nothing: without bounds this test would not end. */
    @Test
    @Timeout(60)
    void givesUpOnADirectoryThatDoesNotAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Directory directory = open(Map.of(
                        "urls", "ldap://127.0.0.1:" + silent.getLocalPort(),
                        "insecure-plain-ldap", "true",
                        "connect-timeout", "200ms",
                        "response-timeout", "200ms"))) {
            assertThatThrownBy(() -> directory.signIn("alice", "alice's password"))
                    .isInstanceOf(DirectoryAway.class);
        }
    }

    @Test
    void asksTheNextDirectoryWhereOneDoesNotAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Directory directory = open(Map.of(
                        "urls", "ldap://127.0.0.1:" + silent.getLocalPort() + "," + ldap("127.0.0.1"),
                        "insecure-plain-ldap", "true",
                        "response-timeout", "3s"))) {
            assertThat(directory.signIn("alice", "alice's password")).isEqualTo(signedIn("alice"));
        }
    }

    @Test
    void saysThatTheDirectoryIsAwayWhereTheSearcherIsNotLetIn() throws Exception {
        try (Directory directory = open(Map.of("bind-dn", "cn=nobody,dc=example,dc=com"))) {
            assertThatThrownBy(() -> directory.signIn("alice", "alice's password"))
                    .isInstanceOf(DirectoryAway.class)
                    .hasMessageNotContaining(SEARCHER_PASSWORD);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ldap://localhost, false, false",
        "ldap://ldap.example.com, false, true", // in plain text, and not on this machine
        "'ldaps://one.example.com,ldap://two.example.com', false, false",
        "'ldaps://one.example.com,ldap://two.example.com', true, false",
        "ldaps://ldap.example.com, true, false",
        "ldaps://ldap.example.com, false, true",
        "ldap://localhost, true, true",
        "https://ldap.example.com, false, false",
        "ldaps://ldap.example.com/dc=example, false, false",
        "ldap.example.com, false, false",
    })
    void startsWithNoDirectoryThatPasswordsWouldGoToUnprotected(String urls, String startTls, String plain) {
        Map<String, String> settings = Map.of("urls", urls, "start-tls", startTls, "insecure-plain-ldap", plain);

        assertThatThrownBy(() -> open(settings)).isInstanceOf(StartupRefused.class);
    }

    @ParameterizedTest
    @CsvSource({
        "user-filter, (uid=alice)",
        "user-filter, (uid={1})",
        "user-filter, uid={0})",
        "group-filter, (member=all)",
        "administrator-filter, (member=all)",
        "group-filter, ((member={0})",
    })
    void startsWithNoFilterThatLetsEverybodyInOrIsNone(String setting, String filter) {
        assertThatThrownBy(() -> open(Map.of(setting, filter)))
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("sipoauth.ldap." + setting);
    }

    private static Directory open(Map<String, String> changes) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "urls",
                ldaps("localhost"),
                "trust",
                folder.resolve("node.crt").toString(),
                "bind-dn",
                SEARCHER,
                "base-dn",
                "dc=example,dc=com"));
        settings.putAll(changes);
        Settings.Ldap ldap = new Binder(new MapConfigurationPropertySource(settings))
                .bind("", Settings.Ldap.class)
                .get();
        return new Directory(ldap, DirectoryConnections.open(ldap, SEARCHER_PASSWORD), new SimpleMeterRegistry());
    }

    private static void person(String name, String mail, String password) throws Exception {
        server.add(
                "dn: cn=" + name + ",dc=example,dc=com",
                "objectClass: inetOrgPerson",
                "uid: " + name,
                "mail: " + mail,
                "userPassword: " + password);
    }

    private static String ldaps(String host) {
        return "ldaps://" + host + ":" + server.getListenPort("ldaps");
    }

    private static String ldap(String host) {
        return "ldap://" + host + ":" + server.getListenPort("ldap");
    }

    private static Answer signedIn(String name) {
        return new Answer.SignedIn(name, Kind.SUBSCRIBER);
    }

    private static Answer refused(Why why) {
        return new Answer.Refused(why);
    }
}
