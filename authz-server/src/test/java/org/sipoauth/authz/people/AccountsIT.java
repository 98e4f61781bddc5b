package org.sipoauth.authz.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.device.OwnedDevices;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.NameIndex;
import org.sipoauth.authz.redis.RecordChanged;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.sipoauth.authz.subscriber.Accounts.NewPassword;
import org.sipoauth.authz.subscriber.AccountsForTests;
import org.sipoauth.authz.subscriber.PasswordRules;
import org.sipoauth.authz.throttle.SharedBuckets;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsent;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsentService;

/** Users and administrators over TLS, as services manage them, and what that does to people and phones. */
class AccountsIT {
    private static final String API = "/admin/api/v1";
    private static final String GOOD = "seven green bicycles sing";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestPhone caller;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
        caller = new TestPhone(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void createsShowsReplacesAndRemovesAUser() throws Exception {
        HttpResponse<String> created = put("/users/mia", "{\"enabled\":true}");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).contains(API + "/users/mia");
        assertThat(created.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(json(created))
                .containsEntry("name", "mia")
                .containsEntry("enabled", true)
                .containsEntry("must_change_password", true)
                .containsKey("one_time_password");

        HttpResponse<String> shown = get("/users/mia");
        assertThat(json(shown)).containsOnlyKeys("name", "enabled", "must_change_password");
        assertThat(shown.headers().firstValue("ETag"))
                .isEqualTo(created.headers().firstValue("ETag"));

        HttpResponse<String> again = put("/users/mia", "{\"enabled\":true}");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again)).doesNotContainKey("one_time_password");

        assertThat(send("DELETE", "/users/mia", "").statusCode()).isEqualTo(204);
        assertThat(send("DELETE", "/users/mia", "").statusCode()).isEqualTo(404);
        assertThat(get("/users/mia").statusCode()).isEqualTo(404);
    }

    @Test
    void makesAOneTimePasswordThatIsGoodForChoosingAnother() throws Exception {
        String oneTime = text(put("/users/nora", "{\"enabled\":true}"), "one_time_password");
        TestPhone browser = new TestPhone(server);

        assertThat(TestPhone.location(browser.signIn("nora", oneTime))).hasPath("/change-password");
        assertThat(change(browser, oneTime, "nora.nora.nora.nora").body()).contains("one that others try first");
        assertThat(TestPhone.location(change(browser, oneTime, GOOD))).hasPath("/");
        assertThat(json(get("/users/nora"))).containsEntry("must_change_password", false);
        assertThat(TestPhone.location(new TestPhone(server).signIn("nora", oneTime)))
                .hasPath("/login");
        assertThat(TestPhone.location(new TestPhone(server).signIn("nora", GOOD)))
                .hasPath("/");
    }

    @Test
    void takesAPasswordThatAnAdministratorHasChosen() throws Exception {
        assertThat(json(put(
                        "/users/olga",
                        "{\"enabled\":true,\"password\":\"" + GOOD + "\",\"must_change_password\":false}")))
                .containsEntry("must_change_password", false)
                .doesNotContainKey("one_time_password");
        assertThat(TestPhone.location(new TestPhone(server).signIn("olga", GOOD)))
                .hasPath("/");

        HttpResponse<String> weak = put("/users/olga2", "{\"enabled\":true,\"password\":\"passwordpassword\"}");
        assertThat(weak.statusCode()).isEqualTo(400);
        assertThat(weak.body()).contains("one that others try first").doesNotContain("passwordpassword");
        assertThat(get("/users/olga2").statusCode()).isEqualTo(404);
    }

    @Test
    void endsAllThatADisabledUserHas() throws Exception {
        TestPhone phone = new TestPhone(server);
        TestPhone.Answer login = phone.logIn("bob", "CSFBOB");
        TestPhone browser = new TestPhone(server);
        browser.signIn("bob", server.passwordOf("bob"));
        assertThat(browser.get(server.url("/")).body()).contains("bob");
        String unused = activationCode("SEP00005E005302");

        assertThat(put("/users/bob", "{\"enabled\":false}").statusCode()).isEqualTo(200);

        assertThat(refresh(phone, login).status()).isEqualTo(400);
        assertThat(TestPhone.location(browser.get(server.url("/")))).hasPath("/login");
        assertThat(TestPhone.location(browser.signIn("bob", server.passwordOf("bob"))))
                .hasPath("/login");
        assertThat(get("/sessions?user=bob").body()).contains("user disabled");

        assertThat(put("/users/bob", "{\"enabled\":true}").statusCode()).isEqualTo(200);
        assertThat(refresh(phone, login).status()).as("what was ended stays so").isEqualTo(400);
        assertThat(new TestPhone(server).logIn("bob", "CSFBOB").status()).isEqualTo(200);
        assertThat(activate("SEP00005E005302", unused).text("error")).isEqualTo("invalid_grant");
        assertThat(activate("SEP00005E005302", activationCode("SEP00005E005302"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void leavesTheCodeOfAPhoneThatSomebodyElseHasByNow() throws Exception {
        assertThat(put("/users/quinn", "{\"enabled\":true}").statusCode()).isEqualTo(201);
        server.bean(StringRedisTemplate.class)
                .opsForZSet()
                .add("devices-of-owner:quinn", "SEP00005E005302", 0); // cut off
        String code = activationCode("SEP00005E005302");

        assertThat(put("/users/quinn", "{\"enabled\":false}").statusCode()).isEqualTo(200);

        assertThat(activate("SEP00005E005302", code).status()).isEqualTo(200);
    }

    @Test
    void endsAllThatARemovedUserHasEvenForAnotherOfThatName() throws Exception {
        TestPhone phone = new TestPhone(server);
        TestPhone.Answer login = phone.logIn("carol", "CSFCAROL");
        TestPhone browser = new TestPhone(server);
        browser.signIn("carol", server.passwordOf("carol"));

        assertThat(send("DELETE", "/users/carol", "").statusCode()).isEqualTo(204);
        assertThat(put("/users/carol", "{\"enabled\":true}").statusCode()).isEqualTo(201);

        assertThat(refresh(phone, login).status()).isEqualTo(400);
        assertThat(TestPhone.location(browser.get(server.url("/")))).hasPath("/login");
    }

    /** They are nobody's, until somebody gives them to somebody. */
    @Test
    void leavesTheDevicesOfARemovedUserDisabledAlsoForAnotherOfThatName() throws Exception {
        String unused = activationCode("SEP00005E00530A");
        assertThat(send("DELETE", "/users/judy", "").statusCode()).isEqualTo(204);

        assertThat(get("/devices/CSFJUDY").body())
                .contains("\"owner\":\"judy\"")
                .contains("\"enabled\":false");
        assertThat(get("/devices/SEP00005E00530A").body()).contains("\"enabled\":false");
        put("/users/judy", "{\"enabled\":true,\"password\":\"" + GOOD + "\",\"must_change_password\":false}");
        TestPhone phone = new TestPhone(server);
        phone.signIn("judy", GOOD);
        assertThat(phone.authorize("judy", TestPhone.request("CSFJUDY"))).containsEntry("error", "access_denied");
        await().untilAsserted(() -> assertThat(
                        get("/audit?event=device_disabled&user=judy").body())
                .contains("CSFJUDY", "SEP00005E00530A"));

        put(
                "/devices/CSFJUDY",
                "{\"owner\":\"judy\",\"addresses_of_record\":[\"sip:1010@example.com\"],\"enabled\":true}");
        assertThat(phone.redeem(phone.authorize("judy", TestPhone.request("CSFJUDY"))
                                .get("code"))
                        .status())
                .isEqualTo(200);
        put(
                "/devices/SEP00005E00530A",
                "{\"owner\":\"judy\",\"addresses_of_record\":[\"sip:1010@example.com\"],\"enabled\":true}");
        assertThat(activate("SEP00005E00530A", unused).text("error")).isEqualTo("invalid_grant");
    }

    private static String activationCode(String device) throws Exception {
        return text(send("POST", "/devices/" + device + "/activation-code", ""), "activation_code");
    }

    private static TestPhone.Answer activate(String device, String code) {
        return new TestPhone(server)
                .token(Map.of(
                        "grant_type",
                        "urn:sipoauth:params:oauth:grant-type:activation-code",
                        "client_id",
                        "deskphone",
                        "device_name",
                        device,
                        "activation_code",
                        code));
    }

    @Test
    void endsBrowserSessionsWithAPasswordAndPhonesOnlyOnSuspicion() throws Exception {
        TestPhone phone = new TestPhone(server);
        TestPhone.Answer login = phone.logIn("dave", "CSFDAVE");
        TestPhone browser = new TestPhone(server);
        browser.signIn("dave", server.passwordOf("dave"));

        String first = text(post("/users/dave/password", "{\"end_logins\":false}"), "one_time_password");

        assertThat(TestPhone.location(browser.get(server.url("/")))).hasPath("/login");
        TestPhone.Answer second = refresh(phone, login);
        assertThat(second.status()).isEqualTo(200);

        HttpResponse<String> suspected =
                post("/users/dave/password", "{\"end_logins\":true,\"password\":\"" + GOOD + "\"}");

        assertThat(json(suspected)).containsEntry("must_change_password", true).doesNotContainKey("one_time_password");
        assertThat(refresh(phone, second).status()).isEqualTo(400);
        assertThat(TestPhone.location(browser.signIn("dave", first))).hasPath("/login");
        assertThat(TestPhone.location(browser.signIn("dave", GOOD))).hasPath("/change-password");
    }

    /** A code that a stranger was given at the sign-in before is good for nothing any more, though it lives for a minute. */
    @Test
    void redeemsNoCodeThatWasGivenOutBeforeAllLoginsOfItsUserEnded() {
        TestPhone phone = new TestPhone(server);
        phone.signIn("ivan", server.passwordOf("ivan"));
        String before = phone.authorize("ivan", TestPhone.request("CSFIVAN")).get("code");

        assertThat(post("/revocations", "{\"user\":\"Ivan\"}").statusCode()).isEqualTo(200);

        assertThat(phone.redeem(before).text("error")).isEqualTo("invalid_grant");
        await().untilAsserted(() -> assertThat(get("/audit?user=ivan").body()).contains("ended_since"));
        assertThat(get("/sessions?user=ivan").body())
                .as("no login has begun, or it has ended")
                .matches("\\{\"sessions\":\\[(|.*\"revoked\".*)]}");
        String after = phone.authorize("ivan", TestPhone.request("CSFIVAN")).get("code");
        assertThat(phone.redeem(after).status()).isEqualTo(200);
    }

    /** As an earlier release kept them, for which case made a difference. */
    @Test
    void goesOnWithAnAccountThatAnEarlierReleaseKeptWithCapitals() {
        put("/users/uma", "{\"enabled\":true,\"password\":\"" + GOOD + "\",\"must_change_password\":false}");
        put("/devices/CSFUMA", "{\"owner\":\"uma\",\"addresses_of_record\":[\"sip:3001@example.com\"]}");
        TestPhone phone = new TestPhone(server);
        phone.signIn("Uma", GOOD);
        TestPhone.Answer login =
                phone.redeem(phone.authorize("uma", TestPhone.request("CSFUMA")).get("code"));
        keepAsBefore("uma", "Uma");
        StringRedisTemplate redis = server.bean(StringRedisTemplate.class);
        redis.rename("devices-of-owner:uma", "devices-of-owner:Uma");
        redis.opsForHash().put("device:CSFUMA", "owner", "Uma");
        redis.delete("devices-of-owners-in-lower-case");
        assertThat(get("/users/uma").statusCode()).isEqualTo(404);

        server.bean(NamesInLowerCase.class).afterSingletonsInstantiated();

        assertThat(get("/users/UMA").body()).contains("\"name\":\"uma\"");
        assertThat(get("/users?limit=1000").body()).contains("\"uma\"").doesNotContain("Uma");
        assertThat(get("/devices?owner=uma").body()).contains("CSFUMA").contains("\"owner\":\"uma\"");
        assertThat(refresh(phone, login).status()).isEqualTo(200);
        assertThat(TestPhone.location(new TestPhone(server).signIn("UMA", GOOD)))
                .hasPath("/");
        assertThat(redis.hasKey("account:Uma")).isFalse();
        assertThat(redis.hasKey("devices-of-owner:Uma")).isFalse();
        assertThat(redis.opsForHash().hasKey("account:uma", "former-name"))
                .as("an account that is made anew is none that was cut off")
                .isFalse();
        server.bean(NamesInLowerCase.class).afterSingletonsInstantiated(); // as at each start
    }

    @Test
    void startsWithNoTwoAccountsWhoseNamesDifferByCaseAlone() {
        put("/users/sven", "{\"enabled\":true}");
        keepAsBefore("sven", "Sven");
        put("/users/vera", "{\"enabled\":true}");
        keepAsBefore("vera", "Vera");
        put("/users/vera", "{\"enabled\":true}");

        assertThatThrownBy(() -> server.bean(NamesInLowerCase.class).afterSingletonsInstantiated())
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("Vera, vera")
                .message()
                .doesNotContain("Sven");

        StringRedisTemplate redis = server.bean(StringRedisTemplate.class);
        assertThat(redis.hasKey("account:Vera")).isTrue();
        assertThat(redis.hasKey("account:sven"))
                .as("the earlier release goes on with it")
                .isFalse();
        server.bean(Accounts.class).forgetFormerName("Vera");
        server.bean(Accounts.class).forgetFormerName("Sven");
    }

    @Test
    void leavesNothingOfARemovedUserToTheNextOfThatName() throws Exception {
        String password = text(put("/users/una", "{\"enabled\":true}"), "one_time_password");
        OAuth2AuthorizationConsentService consents = server.bean(OAuth2AuthorizationConsentService.class);
        consents.save(OAuth2AuthorizationConsent.withId("app-by-others", "una")
                .scope("sip.register")
                .build());
        new TestPhone(server).signIn("una", password);
        StringRedisTemplate redis = server.bean(StringRedisTemplate.class);
        String knownBrowsers = "known-browsers:" + SharedBuckets.hash("una");
        assertThat(redis.hasKey(knownBrowsers)).isTrue();

        assertThat(send("DELETE", "/users/una", "").statusCode()).isEqualTo(204);

        assertThat(redis.hasKey(knownBrowsers)).isFalse();
        assertThat(consents.findById("app-by-others", "una")).isNull();
    }

    @Test
    void findsTheDevicesOfAnOwnerWithCapitalsOfWhomThereIsNoAccount() {
        put("/devices/CSFGONE", "{\"owner\":\"gone\",\"addresses_of_record\":[\"sip:3002@example.com\"]}");
        StringRedisTemplate redis = server.bean(StringRedisTemplate.class);
        redis.rename("devices-of-owner:gone", "devices-of-owner:Gone");
        redis.opsForHash().put("device:CSFGONE", "owner", "Gone");
        redis.delete("devices-of-owners-in-lower-case");

        server.bean(NamesInLowerCase.class).afterSingletonsInstantiated();

        assertThat(get("/devices?owner=gone").body()).contains("CSFGONE");
    }

    @Test
    void endsLoginsWhenARequestThatTheStoreDidNotTakeIsSentAgainAndNoneForOneThatIsRefused() {
        put("/users/walt", "{\"enabled\":true}");
        Accounts accounts = server.bean(Accounts.class);
        Expected seen =
                new Expected.Revision(accounts.find("walt").orElseThrow().revision());
        AtomicBoolean away = new AtomicBoolean(true);
        List<Object> ended = new ArrayList<>();
        Sessions sessions = (Sessions) Proxy.newProxyInstance(
                Sessions.class.getClassLoader(), new Class<?>[] {Sessions.class}, (proxy, method, arguments) -> {
                    if (away.get()) {
                        throw new QueryTimeoutException("away");
                    }
                    ended.add(arguments[0]);
                    return 1;
                });
        AccountAdministration administration = new AccountAdministration(
                accounts,
                server.bean(LastAdministrator.class),
                sessions,
                server.bean(OwnedDevices.class),
                List.of(),
                server.bean(PasswordRules.class),
                server.bean(Audit.class));
        ThrowingCallable disable =
                () -> administration.put("walt", Account.Kind.SUBSCRIBER, false, Optional.empty(), seen, "this test");
        assertThatThrownBy(disable).isInstanceOf(QueryTimeoutException.class);
        away.set(false);

        assertThatCode(disable).doesNotThrowAnyException();

        assertThat(ended).contains("walt");
        assertThat(accounts.isSubscriber("walt")).isFalse();
        ended.clear();
        assertThatThrownBy(disable).isInstanceOf(RecordChanged.class);
        assertThat(ended).isEmpty();
    }

    @Test
    void refusesToTakeTheLastAdministratorWhatTheyMayDo() {
        disableAllBut("admin");

        List<HttpResponse<String>> answers = List.of(
                put("/administrators/admin", "{\"role\":\"administrator\",\"enabled\":false}"),
                put("/administrators/admin", "{\"role\":\"operator\",\"enabled\":true}"),
                send("DELETE", "/administrators/admin", ""));
        HttpResponse<String> same = put("/administrators/admin", "{\"role\":\"administrator\",\"enabled\":true}");

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.body()).contains("admin is the last enabled administrator", "first give somebody else");
        });
        assertThat(same.statusCode()).isEqualTo(200);
        put("/administrators/yara", "{\"role\":\"administrator\",\"enabled\":true}");
        assertThat(put("/administrators/admin", "{\"role\":\"operator\",\"enabled\":true}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(put("/administrators/admin", "{\"role\":\"administrator\",\"enabled\":true}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(send("DELETE", "/administrators/yara", "").statusCode()).isEqualTo(204);
    }

    /** Their role is the directory's to take, at any time, and then nobody would be left. */
    @Test
    void countsNobodyForWhomADirectoryVouchesAmongTheAdministratorsWhoAreLeft() {
        List<String> others = disableAllBut("admin");
        Accounts accounts = server.bean(Accounts.class);
        accounts.admit("vivian", Account.Kind.ADMINISTRATOR, Accounts.DIRECTORY).orElseThrow();

        List<HttpResponse<String>> answers = List.of(
                put("/administrators/admin", "{\"role\":\"administrator\",\"enabled\":false}"),
                put("/administrators/admin", "{\"role\":\"operator\",\"enabled\":true}"),
                send("DELETE", "/administrators/admin", ""));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.body()).contains("admin is the last enabled administrator", "and a password here");
        });
        accounts.admit("vivian", Account.Kind.OPERATOR, Accounts.DIRECTORY).orElseThrow();
        assertThat(whoMayDoEverything()).containsExactly("admin");
        accounts.admit("vivian", Account.Kind.ADMINISTRATOR, Accounts.DIRECTORY).orElseThrow();
        assertThat(send("DELETE", "/administrators/vivian", "").statusCode())
                .as("nobody stands or falls with her")
                .isEqualTo(204);
        restore(others);
    }

    /** As on a store of an earlier release, where one for whom a directory vouches could be left alone. */
    @Test
    void leavesTheLastAdministratorWhereNoneHasAPasswordHere() {
        List<String> others = disableAllBut("admin");
        Accounts accounts = server.bean(Accounts.class);
        accounts.admit("vivian", Account.Kind.ADMINISTRATOR, Accounts.DIRECTORY).orElseThrow();
        accounts.admit("wanda", Account.Kind.ADMINISTRATOR, Accounts.DIRECTORY).orElseThrow();
        accounts.disable("admin", Expected.PRESENT);

        assertThat(send("DELETE", "/administrators/wanda", "").statusCode())
                .as("vivian is there still")
                .isEqualTo(204);
        List<HttpResponse<String>> answers = List.of(
                put("/administrators/vivian", "{\"role\":\"administrator\",\"enabled\":false}"),
                put("/administrators/vivian", "{\"role\":\"operator\",\"enabled\":true}"),
                send("DELETE", "/administrators/vivian", ""));

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.body()).contains("vivian is the last enabled administrator", "first give somebody else");
        });
        assertThat(whoMayDoEverything()).containsExactly("vivian");
        put("/administrators/admin", "{\"role\":\"administrator\",\"enabled\":true}");
        assertThat(send("DELETE", "/administrators/vivian", "").statusCode()).isEqualTo(204);
        restore(others);
    }

    /** Each looks while the other is there still: a password is hashed after that look, and before the account changes. */
    @Test
    void leavesOneOfTheLastTwoAdministratorsWhenBothAreDemotedAtOnce() throws Exception {
        CountDownLatch bothHaveLooked = new CountDownLatch(2);
        AccountAdministration administration = administration(() -> awaitOther(bothHaveLooked));
        List<String> others = disableAllBut("admin");
        put("/administrators/zoe", "{\"role\":\"administrator\",\"enabled\":true}");
        ExecutorService threads = Executors.newFixedThreadPool(2);

        List<Future<Boolean>> done = new ArrayList<>();
        for (String name : List.of("admin", "zoe")) {
            done.add(threads.submit(() -> {
                try {
                    demote(name, administration);
                    return true;
                } catch (RequestRefused refused) {
                    return false;
                } finally {
                    bothHaveLooked.countDown();
                }
            }));
        }
        threads.shutdown();

        assertThat(List.of(done.get(0).get(), done.get(1).get())).containsExactlyInAnyOrder(true, false);
        assertThat(whoMayDoEverything()).hasSize(1).isSubsetOf("admin", "zoe");
        assertThatThrownBy(() -> demote(whoMayDoEverything().get(0), administration))
                .isInstanceOf(RequestRefused.class)
                .hasMessageContaining("is the last enabled administrator");
        restore(others);
    }

    @Test
    void removesNoAdministratorWhileTheOtherOneIsDemoted() {
        List<String> others = disableAllBut("admin");
        put("/administrators/zoe", "{\"role\":\"administrator\",\"enabled\":true}");
        List<HttpResponse<String>> answers = new ArrayList<>();

        demote("admin", administration(() -> answers.add(send("DELETE", "/administrators/zoe", ""))));

        assertThat(answers).singleElement().satisfies(answer -> {
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.body()).contains("another administrator is being disabled", "send it again");
        });
        assertThat(whoMayDoEverything()).containsExactly("zoe");
        restore(others);
    }

    private static void awaitOther(CountDownLatch both) {
        both.countDown();
        try {
            both.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param meanwhile what happens between the look whether it is the last administrator and the change */
    private static AccountAdministration administration(Runnable meanwhile) {
        Accounts accounts = AccountsForTests.of(server, new Argon2PasswordEncoder(16, 32, 1, 64, 1) {
            @Override
            protected String encodeNonNullPassword(String password) {
                meanwhile.run();
                return super.encodeNonNullPassword(password);
            }
        });
        return new AccountAdministration(
                accounts,
                server.bean(LastAdministrator.class),
                server.bean(Sessions.class),
                server.bean(OwnedDevices.class),
                List.of(),
                server.bean(PasswordRules.class),
                server.bean(Audit.class));
    }

    private static void demote(String name, AccountAdministration administration) {
        Optional<NewPassword> password = Optional.of(new NewPassword(GOOD, false));
        administration.put(name, Account.Kind.OPERATOR, true, password, Expected.PRESENT, "this test");
    }

    private static List<String> whoMayDoEverything() {
        Accounts accounts = server.bean(Accounts.class);
        return accounts.find(accounts.names(false, Optional.empty(), 100), false).stream()
                .filter(account -> account.kind() == Account.Kind.ADMINISTRATOR && account.enabled())
                .map(Account::name)
                .toList();
    }

    private static List<String> disableAllBut(String name) {
        put("/administrators/" + name, "{\"role\":\"administrator\",\"enabled\":true}");
        List<String> others = whoMayDoEverything().stream()
                .filter(other -> !other.equals(name))
                .toList();
        others.forEach(other -> server.bean(Accounts.class).disable(other, Expected.PRESENT));
        return others;
    }

    private static void restore(List<String> others) {
        put("/administrators/admin", "{\"role\":\"administrator\",\"enabled\":true}");
        others.forEach(other -> put("/administrators/" + other, "{\"role\":\"administrator\",\"enabled\":true}"));
        send("DELETE", "/administrators/zoe", "");
    }

    private static void keepAsBefore(String name, String former) {
        StringRedisTemplate redis = server.bean(StringRedisTemplate.class);
        redis.rename("account:" + name, "account:" + former);
        NameIndex names = new NameIndex(redis, "subscribers");
        names.enter(former);
        names.remove(name);
    }

    /** Nobody else's browser stays signed in; the phones do. */
    @Test
    void signsOtherBrowsersOutWhenSomebodyChangesTheirPassword() {
        TestPhone phone = new TestPhone(server);
        TestPhone.Answer login = phone.logIn("erin", "CSFERIN");
        TestPhone here = new TestPhone(server);
        TestPhone elsewhere = new TestPhone(server);
        here.signIn("erin", server.passwordOf("erin"));
        elsewhere.signIn("erin", server.passwordOf("erin"));
        assertThat(elsewhere.get(server.url("/")).body()).contains("erin");

        assertThat(change(here, "not the current one", GOOD).body()).contains("The current password is not right.");
        assertThat(change(here, server.passwordOf("erin"), server.passwordOf("erin"))
                        .body())
                .contains("not the current one.");
        assertThat(TestPhone.location(change(here, server.passwordOf("erin"), GOOD)))
                .hasPath("/");

        assertThat(here.get(server.url("/")).body()).contains("erin");
        assertThat(TestPhone.location(elsewhere.get(server.url("/")))).hasPath("/login");
        assertThat(refresh(phone, login).status()).isEqualTo(200);
    }

    @Test
    void slowsGuessesOfTheCurrentPasswordDown() {
        TestPhone browser = new TestPhone(server);
        browser.signIn("heidi", server.passwordOf("heidi"));

        for (int i = 0; i < 5; i++) {
            assertThat(change(browser, "guess", GOOD).body()).contains("The current password is not right.");
        }

        assertThat(change(browser, server.passwordOf("heidi"), GOOD).body()).contains("Too many attempts.");
    }

    @Test
    void changesOnlyWhatTheCallerHasSeen() {
        String first = put("/users/pia", "{\"enabled\":true}")
                .headers()
                .firstValue("ETag")
                .orElseThrow();
        String second = put("/users/pia", "{\"enabled\":false}", "If-Match", first)
                .headers()
                .firstValue("ETag")
                .orElseThrow();

        assertThat(put("/users/pia", "{\"enabled\":true}", "If-Match", first).statusCode())
                .isEqualTo(412);
        assertThat(put("/users/pia", "{\"enabled\":true}", "If-None-Match", "*").statusCode())
                .isEqualTo(412);
        assertThat(send("DELETE", "/users/pia", "", "If-Match", first).statusCode())
                .isEqualTo(412);
        assertThat(get("/users/pia").body()).contains("\"enabled\":false");
        assertThat(put("/users/nobody", "{\"enabled\":true}", "If-Match", "*").statusCode())
                .isEqualTo(412);
        assertThat(send("DELETE", "/users/pia", "", "If-Match", second).statusCode())
                .isEqualTo(204);
    }

    @Test
    void pagesThroughUsersInOrder() throws Exception {
        List<String> names = new ArrayList<>();
        String next = "";
        do {
            Map<String, Object> page = json(get("/users?limit=3" + next));
            for (Map<String, Object> user : JSONObjectUtils.getJSONObjectArray(page, "users")) {
                names.add((String) user.get("name"));
            }
            next = page.containsKey("next") ? "&after=" + page.get("next") : "";
        } while (!next.isEmpty());

        assertThat(names)
                .isSorted()
                .doesNotHaveDuplicates()
                .contains("frank", "grace", "ivan", "judy")
                .doesNotContain("admin");
        assertThat(get("/users?limit=0").statusCode()).isEqualTo(400);
        assertThat(get("/users?name=alice").statusCode()).isEqualTo(400);
        assertThat(get("/administrators").body()).contains("\"name\":\"admin\"").doesNotContain("frank");
    }

    @Test
    void keepsAdministratorsAndTheirRolesApart() throws Exception {
        HttpResponse<String> created = put("/administrators/quentin", "{\"role\":\"operator\",\"enabled\":true}");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(json(created)).containsEntry("role", "operator");
        String oneTime = text(created, "one_time_password");
        TestPhone browser = new TestPhone(server);
        browser.signIn("quentin", oneTime);
        assertThat(TestPhone.location(change(browser, oneTime, GOOD))).hasPath("/");

        assertThat(get("/users/quentin").statusCode()).isEqualTo(404);
        assertThat(put("/users/quentin", "{\"enabled\":true}").statusCode()).isEqualTo(409);
        assertThat(put("/administrators/alice", "{\"role\":\"operator\",\"enabled\":true}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(send("DELETE", "/users/quentin", "").statusCode()).isEqualTo(404);
        assertThat(browser.get(server.url("/console")).body()).contains("quentin");

        assertThat(put("/administrators/quentin", "{\"role\":\"operator\",\"enabled\":true}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(browser.get(server.url("/console")).body())
                .as("nothing has changed")
                .contains("quentin");
        assertThat(put("/administrators/quentin", "{\"role\":\"read_only\",\"enabled\":true}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(TestPhone.location(browser.get(server.url("/"))))
                .as("another role")
                .hasPath("/login");
        assertThat(json(post("/administrators/quentin/password", "{}"))).containsKey("one_time_password");
        assertThat(send("DELETE", "/administrators/quentin", "").statusCode()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"enabled\":\"true\"}",
                "{\"enabled\":null}",
                "{\"enabled\":true,\"role\":\"operator\"}",
                "{\"enabled\":true,\"password\":7}",
                "{\"enabled\":true,\"must_change_password\":true}",
                "{\"enabled\":true,\"enabled\":false,\"x\":1}",
                "[]",
                "{"
            })
    void saysWhatItDoesNotUnderstand(String body) {
        HttpResponse<String> answer = put("/users/rita", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("\"detail\"");
        assertThat(get("/users/rita").statusCode()).isEqualTo(404);
    }

    @Test
    void saysWhatIsNoName() {
        assertThat(put("/users/a%20b", "{\"enabled\":true}").body()).contains("1 to 64 letters");
        assertThat(put("/administrators/sam", "{\"role\":\"owner\",\"enabled\":true}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post("/users/nobody/password", "{\"end_logins\":true}").statusCode())
                .isEqualTo(404);
    }

    @Test
    void auditsWhoDidWhatWithoutPasswords() throws Exception {
        put("/users/tina", "{\"enabled\":true,\"password\":\"" + GOOD + "\"}");
        post("/users/tina/password", "{\"end_logins\":true}");
        send("DELETE", "/users/tina", "");

        await().untilAsserted(() -> assertThat(get("/audit?user=tina").body())
                .contains("account_created", "password_reset", "account_removed", "\"by\":\"admin\"")
                .doesNotContain(GOOD));
    }

    /** Each row of the table of rights, through the whole server: 403 is refused by it, anything else has passed. */
    @ParameterizedTest
    @CsvSource({
        "GET, /users, read",
        "GET, /users/zoe, read",
        "PUT, /users/zoe, operate",
        "DELETE, /users/zoe, operate",
        "POST, /users/zoe/password, operate",
        "GET, /administrators, read",
        "PUT, /administrators/zoe, all",
        "DELETE, /administrators/zoe, all",
        "POST, /administrators/zoe/password, all",
        "GET, /sessions, read",
        "GET, /sessions/x, read",
        "POST, /revocations, operate",
        "GET, /revocations/clients/x, read",
        "GET, /audit, read",
        "GET, /keys, read",
        "POST, /keys/rotate, all",
        "POST, /keys/x/revoke, all",
        "GET, /edges, read",
        "PUT, /edges/zoe, all",
        "DELETE, /edges/zoe, all",
        "GET, /sip-oauth-mode, read",
        "PUT, /sip-oauth-mode, all",
        "GET, /nothing-here, all",
        "OPTIONS, /users, all",
    })
    void letsAScopeDoWhatTheTableSays(String method, String path, String needed) {
        List<String> scopes = List.of("admin.read", "admin.operate", "admin");
        int least = List.of("read", "operate", "all").indexOf(needed);
        for (String scope : scopes) {
            HttpResponse<String> answer = sendAs(token(scope), method, path, "not JSON");
            boolean may = scopes.indexOf(scope) >= least;
            assertThat(answer.statusCode() == 403)
                    .as(scope + ": " + answer.statusCode())
                    .isNotEqualTo(may);
            if (!may) {
                assertThat(answer.headers().firstValue("WWW-Authenticate"))
                        .contains("Bearer error=\"insufficient_scope\", scope=\"" + scopes.get(least) + '"');
                assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
                assertThat(answer.body()).contains("with the scope " + scopes.get(least));
            }
        }
    }

    private static HttpResponse<String> change(TestPhone browser, String current, String chosen) {
        return browser.postForm("/change-password", Map.of("current", current, "chosen", chosen, "again", chosen));
    }

    private static TestPhone.Answer refresh(TestPhone phone, TestPhone.Answer login) {
        return phone.token(Map.of(
                "grant_type", "refresh_token", "client_id", "softphone", "refresh_token", login.text("refresh_token")));
    }

    private static Map<String, Object> json(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return JSONObjectUtils.parse(answer.body());
    }

    private static String text(HttpResponse<String> answer, String member) throws Exception {
        return JSONObjectUtils.getString(json(answer), member);
    }

    private static HttpResponse<String> get(String path) {
        return sendAs(token("admin"), "GET", path, "");
    }

    private static HttpResponse<String> put(String path, String body, String... headers) {
        return send("PUT", path, body, headers);
    }

    private static HttpResponse<String> post(String path, String body) {
        return send("POST", path, body);
    }

    private static HttpResponse<String> send(String method, String path, String body, String... headers) {
        return sendAs(token("admin"), method, path, body, headers);
    }

    private static HttpResponse<String> sendAs(
            String token, String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.url(API + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        return caller.send((headers.length == 0 ? request : request.headers(headers)).build());
    }

    private static String token(String scope) {
        try {
            String[] client = Files.readString(folder.resolve("data/admin-client.txt"))
                    .strip()
                    .split(":", 2);
            return caller.token(Map.of("grant_type", "client_credentials", "scope", scope), client[0], client[1])
                    .text("access_token");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
