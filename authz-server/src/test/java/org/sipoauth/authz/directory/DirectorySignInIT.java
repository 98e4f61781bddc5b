package org.sipoauth.authz.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.Modification;
import com.unboundid.ldap.sdk.ModificationType;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;

/** People of a real directory, OpenLDAP, at the sign-in page, and their phones. */
class DirectorySignInIT {
    private static final String SEARCHER_PASSWORD = "password of the account that searches";

    /** Wanda is of the group, Walter is not; admin and alice have the names of local accounts. */
    private static final String ENTRIES = """
            dn: dc=example,dc=com
            objectClass: domain
            dc: example

            dn: ou=people,dc=example,dc=com
            objectClass: organizationalUnit
            ou: people

            dn: uid=Wanda,ou=people,dc=example,dc=com
            objectClass: inetOrgPerson
            uid: Wanda
            cn: Wanda
            sn: Wanda
            mail: wanda@example.com
            userPassword: password of wanda

            dn: uid=wilma,ou=people,dc=example,dc=com
            objectClass: inetOrgPerson
            uid: wilma
            cn: Wilma
            sn: Wilma
            userPassword: password of wilma

            dn: uid=walter,ou=people,dc=example,dc=com
            objectClass: inetOrgPerson
            uid: walter
            cn: Walter
            sn: Walter
            userPassword: password of walter

            dn: uid=admin,ou=people,dc=example,dc=com
            objectClass: inetOrgPerson
            uid: admin
            cn: Admin
            sn: Admin
            mail: root@example.com
            userPassword: password of admin

            dn: uid=alice,ou=people,dc=example,dc=com
            objectClass: inetOrgPerson
            uid: alice
            cn: Alice
            sn: Alice
            userPassword: password of alice in the directory

            dn: ou=elsewhere,dc=example,dc=com
            objectClass: referral
            objectClass: extensibleObject
            ou: elsewhere
            ref: ldap://127.0.0.1:1/ou=elsewhere,dc=example,dc=com

            dn: cn=phones,dc=example,dc=com
            objectClass: groupOfNames
            cn: phones
            member: uid=Wanda,ou=people,dc=example,dc=com
            member: uid=wilma,ou=people,dc=example,dc=com
            member: uid=admin,ou=people,dc=example,dc=com
            member: uid=alice,ou=people,dc=example,dc=com
            """;

    @TempDir
    static Path folder;

    private static OpenLdap directory;
    private static TestServer server;

    private final TestPhone browser = new TestPhone(server);

    @BeforeAll
    static void start() throws Exception {
        directory = OpenLdap.start(Files.createDirectory(folder.resolve("ldap")), SEARCHER_PASSWORD, ENTRIES);
        Path password = Files.writeString(folder.resolve("password"), SEARCHER_PASSWORD + "\n");
        server = TestServer.start(
                Files.createDirectory(folder.resolve("server")),
                "--sipoauth.ldap.urls=" + directory.url(),
                "--sipoauth.ldap.trust=" + directory.trust(),
                "--sipoauth.ldap.bind-dn=cn=searcher,dc=example,dc=com",
                "--sipoauth.ldap.password-file=" + password,
                "--sipoauth.ldap.base-dn=dc=example,dc=com",
                "--sipoauth.ldap.user-filter=(&(objectClass=inetOrgPerson)(|(uid={0})(mail={0})))",
                "--sipoauth.ldap.group-filter=(&(objectClass=groupOfNames)(cn=phones)(member={0}))",
                "--sipoauth.ldap.check-every=1ms", // due whenever a test asks for it
                "--sipoauth.ldap.response-timeout=5s");
        server.bean(Devices.class).save(new Device("CSFWANDA", "wanda", List.of("sip:2001@example.com")));
    }

    @AfterAll
    static void stop() {
        try {
            if (server != null) {
                server.close();
            }
        } finally {
            if (directory != null) {
                directory.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wanda", "Wanda", " WANDA ", "wanda@example.com"})
    void makesOneSubscriberOfSomebodyOfTheGroupHoweverTheyTypeTheirName(String typed) {
        assertThat(TestPhone.location(browser.signIn(typed, "password of wanda")))
                .hasPath("/");

        assertThat(browser.get(server.url("/")).body())
                .contains("<strong>wanda</strong>")
                .doesNotContain("/change-password"); // there is none to change here
        Account account = server.bean(Accounts.class).find("wanda").orElseThrow();
        assertThat(account.kind()).isEqualTo(Account.Kind.SUBSCRIBER);
        assertThat(account.hasPassword()).isFalse();
    }

    @Test
    void givesTheirPhoneTokens() {
        Answer tokens = phoneOfWanda();

        assertThat(tokens.status()).isEqualTo(200);
        assertThat(refresh(tokens).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "wanda, wrong",
        "wanda, ''",
        "walter, password of walter", // not of the group
        "nobody, password of wanda",
        "*, password of wanda",
        "*)(uid=*, password of wanda",
        "ＷANDA, password of wanda", // full width: the same to a directory, another to whoever counts attempts
    })
    void saysTheSameWhateverIsNotRight(String name, String password) {
        HttpResponse<String> answer = browser.signIn(name, password);

        assertThat(TestPhone.location(answer)).hasPath("/login").hasQuery("failed");
        assertThat(browser.follow(answer).body()).contains("Name or password is not right.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "Admin", "root@example.com"})
    void makesNobodyAnAdministratorByTheirName(String name) {
        assertThat(TestPhone.location(browser.signIn(name, "password of admin")))
                .hasPath("/login")
                .hasQuery("failed");
        assertThat(server.bean(Accounts.class).find("admin").orElseThrow().hasPassword())
                .isTrue();
    }

    @Test
    void asksTheDirectoryForNoLocalAccount() {
        assertThat(TestPhone.location(browser.signIn("alice", "password of alice in the directory")))
                .hasQuery("failed");
        assertThat(TestPhone.location(new TestPhone(server).signIn("alice", server.passwordOf("alice"))))
                .hasPath("/");
    }

    @Test
    void keepsPhonesRunningAndCountsNothingWhileTheDirectoryIsAway() throws Exception {
        Answer tokens = phoneOfWanda();
        directory.stop();
        try {
            for (int i = 0; i < 7; i++) { // more than wrong passwords are let pass
                HttpResponse<String> answer = browser.signIn("wanda", "password of wanda");
                assertThat(TestPhone.location(answer)).hasPath("/login").hasQuery("unavailable");
                assertThat(browser.follow(answer).body()).contains("Signing in is not possible right now.");
            }
            assertThat(refresh(tokens).status()).isEqualTo(200);
            assertThat(health("/readiness")).contains("\"status\":\"UP\"");
            assertThat(health("")).contains("\"directory\":{\"status\":\"DOWN\"}");
            assertThat(TestPhone.location(new TestPhone(server).signIn("bob", server.passwordOf("bob"))))
                    .hasPath("/");
        } finally {
            directory.start();
        }
        assertThat(TestPhone.location(browser.signIn("wanda", "password of wanda")))
                .hasPath("/");
        assertThat(health("")).contains("\"directory\":{\"status\":\"UP\"}");
    }

    @Test
    void endsWhatSomebodyHasHereWhoLeavesTheGroupAndBeginsAgainWhenTheyAreBack() throws Exception {
        new TestPhone(server).signIn("wilma", "password of wilma");
        Answer tokens = phoneOfWanda();
        browser.signIn("wanda", "password of wanda");

        ofTheGroup(ModificationType.DELETE, "uid=Wanda,ou=people,dc=example,dc=com");
        try {
            await().until(server.bean(LeaverCheck.class)::check); // again if it could not be made

            assertThat(refresh(tokens).text("error")).isEqualTo("invalid_grant");
            assertThat(TestPhone.location(browser.get(server.url("/")))).hasPath("/login");
            assertThat(server.bean(Sessions.class).ofUser("wanda"))
                    .allSatisfy(session -> assertThat(session.revoked()).isPresent());
            assertThat(server.bean(Accounts.class).isSubscriber("wilma")).isTrue();
        } finally {
            ofTheGroup(ModificationType.ADD, "uid=Wanda,ou=people,dc=example,dc=com");
        }
        assertThat(phoneOfWanda().status()).isEqualTo(200);
    }

    private static void ofTheGroup(ModificationType change, String member) throws Exception {
        Settings.Ldap ldap = server.bean(Settings.class).ldap();
        try (LDAPConnectionPool connections = DirectoryConnections.open(ldap, SEARCHER_PASSWORD)) {
            connections.modify("cn=phones,dc=example,dc=com", new Modification(change, "member", member));
        }
    }

    @Test
    void waitsNoLongerThanItIsSetToForADirectoryThatDoesNotAnswer() throws Exception {
        directory.pause();
        try {
            assertThat(TestPhone.location(browser.signIn("wanda", "password of wanda")))
                    .hasQuery("unavailable");
        } finally {
            directory.goOn();
        }
        assertThat(TestPhone.location(browser.signIn("wanda", "password of wanda")))
                .hasPath("/");
    }

    private static Answer phoneOfWanda() {
        TestPhone phone = new TestPhone(server);
        phone.signIn("wanda", "password of wanda");
        return phone.redeem(
                phone.authorize("wanda", TestPhone.request("CSFWANDA")).get("code"));
    }

    private static Answer refresh(Answer tokens) {
        return new TestPhone(server)
                .token(Map.of(
                        "grant_type", "refresh_token",
                        "client_id", "softphone",
                        "refresh_token", tokens.text("refresh_token")));
    }

    private String health(String group) {
        return browser.get(server.managementUrl("/actuator/health" + group)).body();
    }
}
