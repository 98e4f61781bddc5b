package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.audit.AuditStream;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.device.SecurityProfile;
import org.sipoauth.authz.edge.Edge;
import org.sipoauth.authz.edge.Edges;
import org.sipoauth.authz.mode.ModeStore;
import org.sipoauth.authz.parameter.CurrentParameters;
import org.sipoauth.authz.parameter.Nodes;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.session.Revocations;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.http.HttpMethod;
import org.springframework.web.util.HtmlUtils;

/** Who gets into the console, how its pages are protected, and that each of its actions needs no script. */
class ConsoleAccessIT {
    private static final String PASSWORD = "a password of the console's test";

    /** With the token that every form needs, in that of signing out; it asks the store for nothing. */
    private static final String ANY_PAGE = "/console/diagnosis";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestPhone administrator;
    private static TestAdministrator service;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
        server.bean(Accounts.class).create("olga", Account.Kind.ADMINISTRATOR, PASSWORD, false);
        administrator = new TestPhone(server);
        administrator.signIn("olga", PASSWORD);
        service = new TestAdministrator(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void letsNobodyIn() {
        HttpResponse<String> page = new TestPhone(server).get(server.url("/console/keys"));

        assertThat(page.statusCode()).isEqualTo(302);
        assertThat(TestPhone.location(page)).hasPath("/login");
    }

    @Test
    void hasHtmxLoadTheWholePageOnceTheSessionHasEnded() {
        HttpResponse<String> part = new TestPhone(server).get(server.url("/console"), "HX-Request", "true");

        assertThat(part.statusCode()).isEqualTo(401);
        assertThat(part.headers().firstValue("HX-Refresh")).hasValue("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console", "/console/keys", "/console/audit", "/console/htmx-2.0.10/htmx.min.js"})
    void letsNoSubscriberIn(String path) {
        TestPhone alice = new TestPhone(server);
        alice.signIn("alice", server.passwordOf("alice"));

        assertThat(alice.get(server.url(path)).statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SUBSCRIBER")
    void refusesEachRoleWhatIsNotForIt(Account.Kind role) throws ClassNotFoundException {
        TestPhone who = signedInAs(role);
        List<Account.Kind> enoughFor = role == Account.Kind.ADMINISTRATOR
                ? List.of(Account.Kind.READ_ONLY, Account.Kind.OPERATOR, Account.Kind.ADMINISTRATOR)
                : role == Account.Kind.OPERATOR
                        ? List.of(Account.Kind.READ_ONLY, Account.Kind.OPERATOR)
                        : List.of(Account.Kind.READ_ONLY);
        for (ConsoleRightsTest.Mapping mapping : ConsoleRightsTest.mappings()) {
            String path = mapping.path().replace("{name}", "nowhere");
            HttpResponse<String> answer = mapping.method().equals(HttpMethod.GET)
                    ? who.get(server.url(path))
                    : who.postForm(ANY_PAGE, path, Map.of()); // without fields it changes nothing

            Account.Kind least = ConsoleRights.roleFor(mapping.method(), mapping.path());
            assertThat(answer.statusCode() == 403)
                    .as("%s %s: %d", role, mapping, answer.statusCode())
                    .isEqualTo(!enoughFor.contains(least));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OPERATOR", "READ_ONLY"})
    void showsEachRoleNothingThatWouldBeRefused(Account.Kind role) {
        new TestPhone(server).logIn("ivan", "CSFIVAN");
        server.bean(Edges.class).put(new Edge("shown", List.of("shown.example.com")), Expected.ANYTHING, "olga");
        TestPhone who = signedInAs(role);
        Set<String> seen = new HashSet<>();
        Set<String> actions = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(
                "/console/subscribers?name=ivan",
                "/console/devices?name=SEP00005E005309",
                "/console/sessions?name=ivan",
                "/console"));
        while (!open.isEmpty()) {
            String address = open.remove();
            if (!address.startsWith("/console") || !seen.add(address.replaceFirst("[?#].*", ""))) {
                continue;
            }
            HttpResponse<String> page = who.get(server.url(address));
            assertThat(page.statusCode()).as(address).isEqualTo(200);
            matches(page.body(), "<a [^>]*href=\"([^\"]+)\"").forEach(open::add);
            actions.addAll(matches(page.body(), "<form [^>]*method=\"post\" action=\"([^\"]+)\""));
        }

        assertThat(seen).contains("/console/sessions/one", "/console/keys", "/console/parameters");
        actions.remove("/logout");
        if (role == Account.Kind.READ_ONLY) {
            assertThat(actions).isEmpty();
        } else {
            assertThat(actions)
                    .contains("/console/devices/edit", "/console/subscribers/password", "/console/sessions/revoke")
                    .allSatisfy(action -> assertThat(ConsoleRights.roleFor(HttpMethod.POST, action))
                            .isEqualTo(Account.Kind.OPERATOR));
        }
    }

    private static TestPhone signedInAs(Account.Kind role) {
        String name = "has-role-" + role.name().toLowerCase(Locale.ROOT);
        server.bean(Accounts.class).create(name, role, PASSWORD, false);
        TestPhone who = new TestPhone(server);
        assertThat(TestPhone.location(who.follow(who.signIn(name, PASSWORD)))).hasPath("/console");
        return who;
    }

    private static List<String> matches(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1).replace("&amp;", "&"))
                .toList();
    }

    @Test
    void protectsItsPages() {
        HttpResponse<String> page = administrator.get(server.url("/console"));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().allValues("Content-Security-Policy"))
                .containsExactly("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
                        + " 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
        assertThat(page.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        assertThat(page.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(page.body())
                .doesNotContain("http://", "https://", " style=", " onclick=")
                .contains("\"allowEval\":false", "\"includeIndicatorStyles\":false");
        assertThat(page.body().split("<script", -1)).hasSize(2);
        assertThat(administrator
                        .get(server.url("/console/htmx-2.0.10/htmx.min.js"))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/keys/rotate",
                "/console/keys/revoke",
                "/console/sessions/revoke",
                "/console/edges",
                "/console/edges/west",
                "/console/edges/west/remove",
                "/console/mode/change",
                "/console/devices/new",
                "/console/devices/edit",
                "/console/devices/remove",
                "/console/devices/activation-code",
                "/console/subscribers/new",
                "/console/subscribers/change",
                "/console/subscribers/password",
                "/console/subscribers/remove",
                "/console/administrators/new",
                "/console/administrators/role",
                "/console/administrators/change",
                "/console/administrators/password",
                "/console/administrators/remove",
                "/console/parameters/change",
                "/console/parameters/reset",
                "/console/parameters/node",
                "/console/parameters/node-remove"
            })
    void takesNoActionWithoutItsToken(String path) {
        HttpRequest forged = HttpRequest.newBuilder(server.url(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("to=disabled&name=west&certificate_names=west.example.com"))
                .build();

        assertThat(administrator.send(forged).statusCode()).isEqualTo(403);
    }

    /** Every reason that {@link RemediesTest} finds in the system's own code. */
    static Stream<Arguments> everyRefusal() {
        return Stream.of(Remedies.Where.values())
                .flatMap(where -> Remedies.all(where).keySet().stream().map(cause -> Arguments.of(where, cause)));
    }

    @ParameterizedTest
    @MethodSource("everyRefusal")
    void explainsEveryRefusalThatSomebodyWasTold(Remedies.Where where, String cause) {
        String said = where.name().toLowerCase(Locale.ROOT) + "." + cause;

        String page = administrator
                .get(server.url("/console/diagnosis?device=CSFALICE&said=" + said))
                .body();

        assertThat(page).contains("<option value=\"" + said + "\" selected=\"selected\">");
        Remedies.Remedy remedy = Remedies.of(where, cause).orElseThrow();
        assertExplains(page, remedy);
        assertThat(service.get("/devices/CSFALICE/diagnosis?said=" + said).body())
                .contains(remedy.meaning(), remedy.action());
    }

    @Test
    void explainsEveryRefusalThatTheAuditTellsOf() {
        Device device = new Device("CSFQUINN", "quinn", List.of("sip:1060@example.com"));
        server.bean(Devices.class).save(device);
        Audit audit = server.bean(Audit.class);
        Remedies.all(Remedies.Where.SERVER).forEach((cause, remedy) -> {
            audit.event("refused")
                    .about(new Concerned(null, "quinn", device.name(), "softphone"))
                    .with("outcome", cause)
                    .keep();
            assertSoonExplains(device, "(" + cause + ")", remedy);
        });
        audit.event("device_denied")
                .about(new Concerned(null, "quinn", device.name(), "softphone"))
                .keep();
        assertSoonExplains(
                device, "(denied)", Remedies.of(Remedies.Where.SERVER, "denied").orElseThrow());
    }

    @Test
    void explainsEveryRefusalThatNamesNoDevice() {
        Device device = new Device("CSFRUTH", "ruth", List.of("sip:1061@example.com"));
        server.bean(Devices.class).save(device);
        Audit audit = server.bean(Audit.class);
        Remedies.all(Remedies.Where.SERVER).forEach((cause, remedy) -> {
            audit.event("refused")
                    .about(Concerned.client("softphone"))
                    .with("named_device", device.name())
                    .with("address", "192.0.2.7")
                    .with("outcome", cause)
                    .keep();
            assertSoonExplains(device, "<code>" + cause + "</code>", remedy);
        });
    }

    @Test
    void diagnosesForATerminalToo() {
        assertThat(service.get("/devices/CSFNOBODY/diagnosis").body())
                .contains(
                        "\"device\":\"CSFNOBODY\",\"fine\":false,\"conclusion\":\"There is no device of that name.\"",
                        "\"first\":\"Compare the name",
                        "{\"title\":\"Owner\",\"state\":\"open\",\"finding\":\"Not looked at: there is no device.\"}");
        for (String query : List.of("said=registrar.made_up", "said=", "sad=registrar.scope", "said=a&said=b")) {
            HttpResponse<String> answer = service.get("/devices/CSFALICE/diagnosis?" + query);
            assertThat(answer.statusCode()).as(query).isEqualTo(400);
            assertThat(answer.body()).contains("such as registrar.token_expired");
        }
    }

    private static void assertSoonExplains(Device device, String mark, Remedies.Remedy remedy) {
        Awaitility.await().untilAsserted(() -> {
            String page = administrator
                    .get(server.url("/console/diagnosis?device=" + device.name()))
                    .body();
            assertThat(page).contains(mark);
            assertExplains(page, remedy);
        });
    }

    private static void assertExplains(String page, Remedies.Remedy remedy) {
        assertThat(page).contains(escaped(remedy.meaning()), escaped(remedy.action()));
    }

    private static String escaped(String text) {
        return HtmlUtils.htmlEscape(text, "UTF-8"); // which leaves all but markup alone
    }

    /** Of nobody known a few a minute are recorded, whatever other tests are refused: see AdministrationRefusalsTest. */
    @Test
    void recordsWhatItRefusesWhoIsSignedIn() {
        TestPhone reader = signedInAs(Account.Kind.READ_ONLY);
        reader.postForm(ANY_PAGE, "/console/mode/change", Map.of("to", "disabled"));
        administrator.send(HttpRequest.newBuilder(server.url("/console/mode/change"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());

        Awaitility.await()
                .untilAsserted(() -> assertThat(refusedRecords())
                        .contains(
                                "console_refused not_for_role has-role-read_only",
                                "console_refused no_form_token olga"));
        assertThat(administrator
                        .get(server.url("/console/audit?event=console_refused"))
                        .body())
                .contains("not_for_role", "<b>has-role-read_only</b>");
    }

    private static List<String> refusedRecords() {
        return server
                .bean(AuditStream.class)
                .page(
                        record -> record.getOrDefault("event", "").equals("console_refused"),
                        Instant.EPOCH,
                        Optional.empty(),
                        1000)
                .records()
                .stream()
                .map(record -> record.get("event") + " " + record.get("outcome") + " " + record.getOrDefault("by", "-"))
                .toList();
    }

    @Test
    void rotatesAKeyOrSaysWhyNot() {
        HttpResponse<String> answer = administrator.postForm(
                "/console/keys/rotate?use=access_token_signing",
                "/console/keys/rotate",
                Map.of("use", "access_token_signing"));

        assertThat(TestPhone.location(answer)).hasPath("/console/keys");
        assertThat(administrator.follow(answer).body()).contains("role=\"alert\"", "less than the propagation time");
    }

    @Test
    void keepsTheListOfEdges() {
        Edges edges = server.bean(Edges.class);
        HttpResponse<String> added = administrator.postForm(
                "/console/edges", Map.of("name", "west", "certificate_names", "west.example.com\r\nwest2.example.com"));
        assertThat(administrator.follow(added).body()).contains("Edge west may connect");
        assertThat(edges.list().find("west").orElseThrow().certificateNames())
                .containsExactly("west.example.com", "west2.example.com");

        assertThat(administrator
                        .postForm("/console/edges", Map.of("name", "west", "certificate_names", "other.example.com"))
                        .body())
                .contains("There is an edge of that name");
        assertThat(administrator
                        .postForm("/console/edges", Map.of("name", "east", "certificate_names", "west.example.com"))
                        .body())
                .contains("The edge west has the certificate name west.example.com already", "value=\"east\"");

        String west = "/console/edges/west";
        Map<String, String> typed =
                new HashMap<>(Map.of("certificate_names", "west3.example.com", "revision", revision(west)));
        edges.put(new Edge("west", List.of("west2.example.com")), Expected.PRESENT, "somebody else");
        String stale = administrator.postForm(west, typed).body();
        assertThat(stale)
                .contains("It is not as it was when you opened the page", "<dd>west2.example.com</dd>")
                .contains(">west3.example.com</textarea>");
        assertThat(edges.list().find("west").orElseThrow().certificateNames()).containsExactly("west2.example.com");
        typed.put("revision", revisionIn(stale));
        assertThat(change(west, typed)).contains("Edge west is changed");
        assertThat(edges.list().find("west").orElseThrow().certificateNames()).containsExactly("west3.example.com");

        String seen = revision("/console/edges/west/remove");
        edges.put(new Edge("west", List.of("west4.example.com")), Expected.PRESENT, "somebody else");
        assertThat(change("/console/edges/west/remove", Map.of("revision", seen)))
                .contains("it is not as it was when you opened the page");
        assertThat(change("/console/edges/west/remove", Map.of("revision", revision("/console/edges/west/remove"))))
                .contains("Edge west is removed");
        assertThat(edges.list().find("west")).isEmpty();
        assertThat(administrator.get(server.url("/console/edges/west")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void switchesTheMode() {
        administrator.postForm("/console/mode/change?to=disabled", "/console/mode/change", Map.of("to", "disabled"));
        assertThat(server.bean(ModeStore.class).load().isEnabled()).isFalse();
        assertThat(administrator.get(server.url("/console")).body()).contains("SIP OAuth mode is disabled");

        administrator.postForm("/console/mode/change?to=enabled", "/console/mode/change", Map.of("to", "enabled"));
        assertThat(server.bean(ModeStore.class).load().isEnabled()).isTrue();
    }

    @Test
    void revokesOneLoginAndThenAllOnADevice() {
        Sessions sessions = server.bean(Sessions.class);
        new TestPhone(server).logIn("erin", "CSFERIN");
        new TestPhone(server).logIn("erin", "CSFERIN");
        String one = sessions.ofUser("erin").get(0).id().toString();

        HttpResponse<String> tooLong = administrator.postForm(
                "/console/sessions/revoke?session=" + one,
                "/console/sessions/revoke",
                Map.of("session", one, "reason", "x".repeat(65)));
        assertThat(tooLong.body()).contains("at most 64 bytes");
        HttpResponse<String> revoked = administrator.postForm(
                "/console/sessions/revoke?session=" + one,
                "/console/sessions/revoke",
                Map.of("session", one, "reason", "phone <lost>"));
        assertThat(administrator.follow(revoked).body()).contains("1 login is revoked", "phone &lt;lost&gt;");
        assertThat(sessions.ofDevice("CSFERIN"))
                .extracting(session -> session.revoked().isPresent())
                .containsExactlyInAnyOrder(true, false);

        administrator.postForm(
                "/console/sessions/revoke?device=CSFERIN",
                "/console/sessions/revoke",
                Map.of("device", "CSFERIN", "reason", ""));
        assertThat(sessions.ofDevice("CSFERIN"))
                .allSatisfy(session -> assertThat(session.revoked()).isPresent());
    }

    @Test
    void revokesAllLoginsOfAClient() {
        new TestPhone(server).logIn("judy", "CSFJUDY");

        HttpResponse<String> revoked = administrator.postForm(
                "/console/sessions/revoke?client=softphone",
                "/console/sessions/revoke",
                Map.of("client", "softphone", "reason", "app withdrawn"));

        assertThat(administrator.follow(revoked).body()).contains("All logins of softphone", "logins from before");
        assertThat(server.bean(Revocations.class).progress("softphone")).isPresent();
        assertThat(administrator
                        .get(server.url("/console/sessions/revoke?client=nobody"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void makesASubscriberAndShowsTheOneTimePasswordOnce() {
        HttpResponse<String> made = administrator.postForm("/console/subscribers/new", Map.of("name", "nina"));
        String oneTimePassword = secret(made);
        TestPhone nina = new TestPhone(server);
        assertThat(TestPhone.location(nina.signIn("nina", oneTimePassword))).hasPath("/change-password");
        assertThat(administrator
                        .get(server.url("/console/subscribers?name=nina"))
                        .body())
                .contains("one-time: to be changed")
                .doesNotContain(oneTimePassword);

        assertThat(administrator
                        .postForm("/console/subscribers/new", Map.of("name", "nina"))
                        .body())
                .contains("There is an account of that name already", "value=\"nina\"");
        assertThat(administrator
                        .postForm("/console/subscribers/new", Map.of("name", "not a name"))
                        .body())
                .contains("1 to 64 letters, digits", "value=\"not a name\"");
    }

    @Test
    void disablesResetsAndRemovesASubscriber() {
        Accounts accounts = server.bean(Accounts.class);
        accounts.create("otto", Account.Kind.SUBSCRIBER, PASSWORD, false);
        server.bean(Devices.class).save(new Device("CSFOTTO", "otto", List.of("sip:1042@example.com")));

        String reset = "/console/subscribers/password?name=otto";
        HttpResponse<String> made = administrator.postForm(
                reset,
                "/console/subscribers/password",
                Map.of("name", "otto", "revision", revision(reset), "end_logins", "yes"));
        assertThat(TestPhone.location(new TestPhone(server).signIn("otto", secret(made))))
                .hasPath("/change-password");

        String disable = "/console/subscribers/change?name=otto&to=disabled";
        String seen = revision(disable);
        assertThat(change("/console/subscribers/change", Map.of("name", "otto", "to", "disabled", "revision", seen)))
                .contains("otto is disabled", "Enable…");
        assertThat(accounts.find("otto").orElseThrow().enabled()).isFalse();
        assertThat(change("/console/subscribers/change", Map.of("name", "otto", "to", "enabled", "revision", seen)))
                .contains("it is not as it was when you opened the page");
        assertThat(accounts.find("otto").orElseThrow().enabled()).isFalse();

        String remove = "/console/subscribers/remove?name=otto";
        assertThat(change("/console/subscribers/remove", Map.of("name", "otto", "revision", revision(remove))))
                .contains("Subscriber otto is removed");
        assertThat(accounts.find("otto")).isEmpty();
        assertThat(administrator
                        .get(server.url("/console/subscribers/change?name=olga&to=disabled"))
                        .statusCode())
                .isEqualTo(404); // an administrator is no subscriber
    }

    @Test
    void makesAnAdministratorGivesAnotherRoleAndPasswordAndRemovesThem() {
        Accounts accounts = server.bean(Accounts.class);
        String add = "/console/administrators/new";
        assertThat(administrator
                        .postForm(add, Map.of("name", "pavel", "role", "subscriber"))
                        .statusCode())
                .isEqualTo(400);
        String first = secret(administrator.postForm(add, Map.of("name", "pavel", "role", "read_only")));
        assertThat(TestPhone.location(new TestPhone(server).signIn("pavel", first)))
                .hasPath("/change-password");
        assertThat(administrator
                        .postForm(add, Map.of("name", "pavel", "role", "operator"))
                        .body())
                .contains("There is an account of that name already", "value=\"pavel\"")
                .containsPattern("value=\"operator\"[^>]* checked");

        String role = "/console/administrators/role";
        Map<String, String> asked =
                Map.of("name", "pavel", "role", "operator", "revision", revision(role + "?name=pavel"));
        assertThat(change(role, asked)).contains("pavel has the role operator", "<dd>operator</dd>");
        assertThat(change(role, Map.of("name", "pavel", "role", "administrator", "revision", asked.get("revision"))))
                .contains("it is not as it was when you opened the page");
        assertThat(accounts.find("pavel").orElseThrow().kind()).isEqualTo(Account.Kind.OPERATOR);

        String reset = "/console/administrators/password";
        String second = secret(administrator.postForm(
                ANY_PAGE, reset, Map.of("name", "pavel", "revision", revision(reset + "?name=pavel"))));
        assertThat(TestPhone.location(new TestPhone(server).signIn("pavel", second)))
                .hasPath("/change-password");

        String remove = "/console/administrators/remove";
        assertThat(change(remove, Map.of("name", "pavel", "revision", revision(remove + "?name=pavel"))))
                .contains("Administrator pavel is removed");
        assertThat(accounts.find("pavel")).isEmpty();
        assertThat(administrator
                        .get(server.url("/console/administrators/change?name=alice&to=disabled"))
                        .statusCode())
                .isEqualTo(404); // a subscriber is no administrator
        Awaitility.await()
                .untilAsserted(() -> assertThat(administrator
                                .get(server.url("/console/audit?user=pavel&by=olga"))
                                .body())
                        .contains("account_created", "account_changed", "password_reset", "account_removed"));
    }

    @Test
    void warnsWhoTakesThemselvesWhatTheyMayDoAndRefusesThatOfTheLastAdministrator() {
        Accounts accounts = server.bean(Accounts.class);
        String disable = "/console/administrators/change?name=olga&to=disabled";
        assertThat(administrator.get(server.url(disable)).body())
                .contains("This is you")
                .doesNotContain("nobody else");
        String revision = revision(disable);
        List<Account> others = accounts.names(false, Optional.empty(), 100).stream()
                .filter(name -> !name.equals("olga"))
                .flatMap(name -> accounts.find(name).stream())
                .toList();

        others.forEach(other -> accounts.disable(other.name(), Expected.PRESENT));
        String asked = administrator.get(server.url(disable)).body();
        String page = administrator
                .get(server.url("/console/administrators?name=olga"))
                .body();
        Map<String, String> olga = Map.of("name", "olga", "revision", revision, "to", "disabled", "role", "operator");
        List<String> answers = Stream.of("change", "role", "remove")
                .map(change -> change("/console/administrators/" + change, olga))
                .toList();
        others.forEach(other -> accounts.put(
                other.name(),
                new Accounts.Wish(other.kind(), true, Optional.empty()),
                new Accounts.NewPassword(PASSWORD, false),
                Expected.PRESENT));

        assertThat(asked).contains("This is you", "It will be refused");
        assertThat(page).contains("Reset password…").doesNotContain("Disable…", "Remove…", "Change role…");
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer)
                        .contains("Olga is the last enabled administrator who may do everything", "first give"));
        assertThat(accounts.find("olga").orElseThrow().kind()).isEqualTo(Account.Kind.ADMINISTRATOR);
    }

    @Test
    void offersToDisableAndNotToEnableWhoHasLeftTheDirectory() {
        Accounts accounts = server.bean(Accounts.class);
        accounts.leave(accounts.admit("lena", Account.Kind.SUBSCRIBER, Accounts.DIRECTORY)
                .orElseThrow());

        assertThat(administrator
                        .get(server.url("/console/subscribers?name=lena"))
                        .body())
                .contains(">left the directory<", "name=lena&amp;to=disabled")
                .doesNotContain(">disabled<", "to=enabled");
    }

    @Test
    void endsTheLoginsOfASubscriberWhomAFirstTryOnlyDisabled() {
        new TestPhone(server).logIn("heidi", "CSFHEIDI");
        String seen = revision("/console/subscribers/change?name=heidi&to=disabled");
        server.bean(Accounts.class).disable("heidi", Expected.PRESENT);

        assertThat(change("/console/subscribers/change", Map.of("name", "heidi", "to", "disabled", "revision", seen)))
                .contains("heidi is disabled, and signed out everywhere");

        assertThat(server.bean(Sessions.class).ofUser("heidi"))
                .isNotEmpty()
                .allSatisfy(session -> assertThat(session.revoked()).isPresent());
    }

    @Test
    void showsAllDevicesOfASubscriberHoweverTheNameIsTyped() {
        Devices devices = server.bean(Devices.class);
        for (int i = 0; i < 51; i++) {
            devices.save(new Device("CSFPAT%02d".formatted(i), "pat", List.of("sip:pat@example.com")));
        }
        server.bean(Accounts.class).create("pat", Account.Kind.SUBSCRIBER, PASSWORD, false);

        String page =
                administrator.get(server.url("/console/subscribers?name=Pat")).body();
        assertThat(page).contains(">CSFPAT00<", ">CSFPAT49<").doesNotContain(">CSFPAT50<");
        String all = matches(page, "There are more: <a href=\"([^\"]+)\"").get(0);
        String rest = matches(administrator.get(server.url(all)).body(), "href=\"([^\"]+)\">Further")
                .get(0);
        assertThat(administrator.get(server.url(rest)).body()).contains(">CSFPAT50<", "Devices of pat");
    }

    @Test
    void keepsTheDevices() {
        Devices devices = server.bean(Devices.class);
        Map<String, String> typed = new HashMap<>(Map.of(
                "name", "SEP00005E0053FF",
                "owner", "alice",
                "addresses", "sip:1099@example.com\r\nsip:1098@example.com",
                "profile", "standard-oauth",
                "enabled", "yes"));
        assertThat(change("/console/devices/new", typed)).contains("Device SEP00005E0053FF was added");
        assertThat(devices.find("SEP00005E0053FF").orElseThrow().addressesOfRecord())
                .containsExactly("sip:1099@example.com", "sip:1098@example.com");
        assertThat(administrator.postForm("/console/devices/new", typed).body())
                .contains("There is a device of that name already", "sip:1099@example.com");
        typed.put("name", "SEP-nonsense");
        assertThat(administrator.postForm("/console/devices/new", typed).body())
                .contains("A device&#39;s name is one of", "value=\"SEP-nonsense\"");

        String activation = "/console/devices/activation-code";
        Map<String, String> asked =
                Map.of("name", "SEP00005E0053FF", "revision", revision(activation + "?name=SEP00005E0053FF"));
        assertThat(secret(administrator.postForm(ANY_PAGE, activation, asked))).matches("[0-9]{4}(-[0-9]{4}){3}");
        assertThat(change(activation, asked))
                .as("loaded anew")
                .contains("No other code was made")
                .doesNotContain("<output");
        assertThat(administrator
                        .get(server.url("/console/devices/activation-code?name=CSFALICE"))
                        .statusCode())
                .isEqualTo(404); // no desk phone

        String remove = "/console/devices/remove?name=SEP00005E0053FF";
        assertThat(change("/console/devices/remove", Map.of("name", "SEP00005E0053FF", "revision", revision(remove))))
                .contains("Device SEP00005E0053FF is removed");
        assertThat(devices.find("SEP00005E0053FF")).isEmpty();
    }

    @Test
    void losesNothingThatWasTypedIntoAStaleFormOfADevice() {
        Devices devices = server.bean(Devices.class);
        devices.save(new Device("CSFSTALE", "alice", List.of("sip:1077@example.com")));
        Map<String, String> typed = new HashMap<>(Map.of(
                "name", "CSFSTALE",
                "owner", "alice",
                "addresses", "sip:1078@example.com",
                "profile", "standard-oauth",
                "revision", revision("/console/devices/edit?name=CSFSTALE")));
        devices.save(new Device("CSFSTALE", "bob", List.of("sip:1077@example.com")));

        String stale = administrator
                .postForm("/console/devices/edit?name=CSFSTALE", "/console/devices/edit", typed)
                .body();

        assertThat(stale)
                .contains(
                        "It is not as it was when you opened the page",
                        "<dd>bob</dd>",
                        "sip:1078@example.com",
                        "value=\"alice\"");
        assertThat(devices.find("CSFSTALE").orElseThrow().owner()).isEqualTo("bob");
        typed.put("revision", revisionIn(stale));
        assertThat(administrator
                        .follow(administrator.postForm(
                                "/console/devices/edit?name=CSFSTALE", "/console/devices/edit", typed))
                        .body())
                .contains("Device CSFSTALE is changed", "no: no token is issued for it");
        assertThat(devices.find("CSFSTALE"))
                .contains(new Device(
                        "CSFSTALE", "alice", List.of("sip:1078@example.com"), SecurityProfile.WITH_OAUTH, false));
    }

    @Test
    void keepsTheParametersAndNamesTheRangeOfEach() {
        String page = "/console/parameters/change?name=access-token-expiry";
        String unset = revision(page);
        for (String wrong : List.of("0", "1441", "an hour", "")) {
            assertThat(administrator
                            .postForm(
                                    page,
                                    "/console/parameters/change",
                                    Map.of("name", "access-token-expiry", "value", wrong, "revision", unset))
                            .body())
                    .as(wrong)
                    .contains("Access-token-expiry is a whole number of minutes from 1 to 1440.")
                    .contains("value=\"" + wrong + "\"")
                    .doesNotContain("send {");
        }
        assertThat(change(
                        "/console/parameters/change",
                        Map.of("name", "access-token-expiry", "value", "90", "revision", unset)))
                .contains("access-token-expiry is changed", "90 minutes");

        assertThat(administrator
                        .postForm(
                                page,
                                "/console/parameters/change",
                                Map.of("name", "access-token-expiry", "value", "45", "revision", unset))
                        .body())
                .contains("It is not as it was when you opened the page", "90 minutes", "value=\"45\"");
        String refused = administrator
                .postForm(
                        page,
                        "/console/parameters/change",
                        Map.of("name", "access-token-expiry", "value", "0", "revision", unset))
                .body();
        assertThat(administrator
                        .postForm(
                                page,
                                "/console/parameters/change",
                                Map.of("name", "access-token-expiry", "value", "45", "revision", revisionIn(refused)))
                        .body())
                .as("what was refused before somebody else's change is no later than that")
                .contains("It is not as it was when you opened the page", "90 minutes", "value=\"45\"");

        String reset = "/console/parameters/reset?name=access-token-expiry";
        assertThat(administrator.get(server.url(reset)).body()).contains("holds again: 60 minutes.");
        assertThat(change(
                        "/console/parameters/reset",
                        Map.of("name", "access-token-expiry", "revision", revision(reset))))
                .contains("as the settings of the servers have it");
        assertThat(server.bean(CurrentParameters.class).get().accessToken()).isEqualTo(Duration.ofMinutes(60));
    }

    @Test
    void keepsTheNodesAndNamesTheRangeOfTheirPorts() {
        Nodes nodes = server.bean(Nodes.class);
        String add = "/console/parameters/node";
        Map<String, String> typed = new HashMap<>(Map.of(
                "original", "", "position", "1", "revision", revision(add), "name", "west", "address", "192.0.2.7"));
        Nodes.ports().forEach(port -> typed.put(port.name(), Integer.toString(port.usual())));
        typed.put("sip_oauth_port", "80");
        assertThat(administrator.postForm(add, add, typed).body())
                .contains("Sip_oauth_port of node west is 80: send a port from 1024 to 49151.", "value=\"192.0.2.7\"");
        typed.put("sip_oauth_port", "6090");
        assertThat(change(add, typed)).contains("Node west is saved");
        assertThat(nodes.load().get(0).sipOauthPort()).isEqualTo(6090);

        typed.put("name", "late");
        typed.put("sip_oauth_port", "80");
        typed.put("revision", revisionIn(administrator.postForm(add, add, typed).body()));
        typed.put("sip_oauth_port", "6091");
        assertThat(administrator.postForm(add, add, typed).body())
                .contains(
                        "The list of nodes is not as it was when you opened the page",
                        "<li>west, 192.0.2.7",
                        "value=\"late\"");

        String remove = "/console/parameters/node-remove";
        assertThat(change(remove, Map.of("name", "west", "revision", revision(remove + "?name=west"))))
                .contains("Node west is removed");
        assertThat(nodes.load()).extracting(Settings.Node::name).doesNotContain("west");
        nodes.reset(Expected.ANYTHING, "olga");
    }

    /** Posts a form and shows the page that it leads to. */
    private static String change(String action, Map<String, String> fields) {
        return administrator
                .follow(administrator.postForm(ANY_PAGE, action, fields))
                .body();
    }

    private static String revision(String page) {
        return revisionIn(administrator.get(server.url(page)).body());
    }

    private static String revisionIn(String page) {
        return matches(page, "name=\"revision\" value=\"([^\"]*)\"").get(0);
    }

    private static String secret(HttpResponse<String> page) {
        return matches(page.body(), "<output [^>]*>([^<]+)</output>").get(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/audit?since=yesterday",
                "/console/audit?after=nowhere",
                "/console/keys/rotate?use=none",
                "/console/mode/change?to=sometimes",
                "/console/sessions/revoke",
                "/console/sessions/revoke?user=a&device=b",
                "/console/subscribers/change?name=alice&to=sometimes",
                "/console/administrators/change?name=olga&to=sometimes"
            })
    void refusesWhatItDoesNotUnderstand(String path) {
        assertThat(administrator.get(server.url(path)).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<script>alert(1)</script>", "\"'><img src=x>", "a&b=c", "ünïcode", "../../etc/passwd"})
    void showsWhateverIsAskedForAsText(String name) {
        for (String page :
                new String[] {"sessions?name=", "devices?name=", "subscribers?name=", "diagnosis?device=", "audit?user="
                }) {
            HttpResponse<String> answer =
                    administrator.get(server.url("/console/" + page + URLEncoder.encode(name, StandardCharsets.UTF_8)));

            assertThat(answer.statusCode()).as(page).isEqualTo(200);
            assertThat(answer.body()).as(page).doesNotContain("<script>alert", "<img src=x");
        }
    }

    @Test
    void pagesThroughTheAudit() {
        for (int i = 0; i < 60; i++) {
            server.bean(Edges.class)
                    .put(new Edge("p" + i, List.of("p" + i + ".example.com")), Expected.ANYTHING, "olga");
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(administrator
                                .get(server.url("/console/audit?event=edge_listed"))
                                .body())
                        .contains("and there are older ones", ">p59<"));
        String newest = administrator
                .get(server.url("/console/audit?event=edge_listed"))
                .body();
        Matcher older = Pattern.compile("href=\"([^\"]+)\">Older records").matcher(newest);
        assertThat(older.find()).isTrue();

        String rest = administrator
                .get(server.url(older.group(1).replace("&amp;", "&")))
                .body();

        assertThat(newest).doesNotContain(">p0<");
        assertThat(rest).contains(">p0<", "Newest").doesNotContain(">p59<", "Older records");
    }

    @Test
    void saysHowFarBackItHasSearchedTheAuditAndGoesOnFromThere() {
        server.bean(StringRedisTemplate.class)
                .execute(
                        new DefaultRedisScript<>("""
                                redis.call('XADD', KEYS[1], '*', 'r', ARGV[1])
                                for i = 1, 6000 do redis.call('XADD', KEYS[1], '*', 'r', ARGV[2]) end
                                """),
                        List.of("audit"),
                        "{\"at\":\"2026-01-31T12:00:00Z\",\"event\":\"long_ago\"}",
                        "{\"at\":\"2026-01-31T12:00:01Z\",\"event\":\"after_that\"}");

        String first =
                administrator.get(server.url("/console/audit?event=long_ago")).body();
        String further = matches(first, "href=\"([^\"]+)\">Search further back").get(0);
        String second = administrator.get(server.url(further)).body();

        assertThat(first).contains("No record found, searched back to", "No record fits since");
        assertThat(second).contains("1 record found", ">long_ago<").doesNotContain("Search further back");
    }
}
