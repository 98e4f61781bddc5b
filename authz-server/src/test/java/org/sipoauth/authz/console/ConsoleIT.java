package org.sipoauth.authz.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.sipoauth.authz.Chromium;
import org.sipoauth.authz.Chromium.Look;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.DeviceChanges;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.edge.Edge;
import org.sipoauth.authz.edge.Edges;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.signing.KeyAdministration;
import org.sipoauth.authz.signing.ListedKey;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;

/** The console as an administrator sees it, in Chromium; pictures of it are left in {@code target/screenshots}. */
class ConsoleIT {
    private static final String ADMINISTRATOR = "olga";
    private static final String PASSWORD = "a password of the console's test";

    /** Both layouts, and both sets of colours. */
    private static final Look[] BOTH = {Look.DESKTOP_LIGHT, Look.PHONE_DARK};

    @TempDir
    private static Path folder;

    private static HttpServer registrar;
    private static TestServer server;
    private static Chromium browser;

    @BeforeAll
    static void start() throws IOException {
        browser = Chromium.start();
        registrar = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        says("/status", """
                {"node":"node1","status":"UP","mode":"enabled","bindings":11840,"lastRefusals":[
                 {"at":"%s","cause":"token_expired","status":407,"devices":["CSFDAVE"]}]}
                """.formatted(Instant.now().minusSeconds(400)));
        says("/bindings", """
                [{"aor":"sip:1001@example.com","device":"CSFALICE","expiresAt":"%s"}]
                """.formatted(Instant.now().plusSeconds(1800)));
        registrar.start();
        server = TestServer.start(
                folder,
                "--sipoauth.console.registrars=http://127.0.0.1:"
                        + registrar.getAddress().getPort(),
                "--sipoauth.keys.propagation=1ms",
                "--sipoauth.keys.verifier-refresh=1ms",
                "--sipoauth.keys.jwk-set-max-age=0s");
        server.bean(Accounts.class).create(ADMINISTRATOR, Account.Kind.ADMINISTRATOR, PASSWORD, false);
    }

    /** A registrar's management port. */
    private static void says(String path, String json) {
        registrar.createContext(path, exchange -> {
            try (exchange) {
                byte[] body = json.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (browser != null) {
            browser.close();
        }
        if (registrar != null) {
            registrar.stop(0);
        }
    }

    @BeforeEach
    void signIn() {
        browser.look(Look.DESKTOP_LIGHT);
        browser.open(server.url("/console"));
        if (!browser.elements("#username").isEmpty()) { // the first test, or one before has ended the session
            browser.type("#username", ADMINISTRATOR);
            browser.type("#password", PASSWORD);
            browser.press("Sign in");
        }
        browser.waitForText("h1", "Overview");
    }

    @AfterEach
    void wasQuietAndAtHome() {
        browser.assertQuietAndAtHome(server.url("").toString());
    }

    @ParameterizedTest
    @FieldSource("BOTH")
    void rotatesAKey(Look look) {
        browser.look(look);
        String before = active();

        browser.open(server.url("/console/keys"));
        browser.element("a[href$='rotate?use=access_token_signing']").click();
        browser.waitForText("main", "No token dies");
        browser.press("Rotate now");
        browser.waitForText("[role=status]", "The signing key was rotated");

        assertThat(active()).isNotEqualTo(before);
        browser.assertFitsItsWidth();
    }

    @Test
    void revokesALeakedKeyOnlyAfterItHasSaidWhatThatCosts() {
        String leaked = active();

        browser.open(server.url("/console/keys/revoke?kid=" + leaked));
        browser.waitForText("main", "Access tokens of that key are refused");
        assertThat(active()).isEqualTo(leaked);
        browser.press("Revoke it and rotate");
        browser.waitForText("[role=status]", "is revoked, and its successor has taken over");

        assertThat(active()).isNotEqualTo(leaked);
    }

    @ParameterizedTest
    @FieldSource("BOTH")
    void revokesAUser(Look look) {
        String user = "bob";
        new TestPhone(server).logIn(user, "CSFBOB");
        browser.look(look);

        browser.open(server.url("/console/sessions"));
        browser.type("#name", user);
        browser.press("Find");
        browser.waitForText("#results", "CSFBOB");
        browser.element("a[href*='revoke?user=bob']").click();
        browser.type("#reason", "phone lost");
        browser.press("Revoke");
        browser.waitForText("[role=status]", "revoked");

        assertThat(server.bean(Sessions.class).ofUser(user))
                .allSatisfy(session ->
                        assertThat(session.revoked().orElseThrow().reason()).isEqualTo("phone lost"));
        browser.assertFitsItsWidth();
    }

    @ParameterizedTest
    @FieldSource("BOTH")
    void addsAnEdgeAndSaysWhatIsWrongWithOne(Look look) {
        String name = "edge-" + look.name().toLowerCase(Locale.ROOT);
        browser.look(look);

        browser.open(server.url("/console/edges"));
        browser.type("#name", name);
        browser.type("#certificate_names", "*.example.com");
        browser.press("Add edge");
        browser.waitForText("[role=alert]", "a wildcard matches nothing");
        browser.type("#certificate_names", name.replace('_', '-') + ".example.com");
        browser.press("Add edge");
        browser.waitForText("[role=status]", "may connect");

        assertThat(server.bean(Edges.class).list().find(name)).isPresent();
        browser.assertFitsItsWidth();
    }

    @ParameterizedTest
    @FieldSource("BOTH")
    void searchesTheAudit(Look look) {
        browser.look(look);

        browser.open(server.url("/console/audit"));
        browser.type("#event", "administrator_created");
        browser.until(
                page -> { // a record is written behind the answer
                    browser.press("Search");
                    return page.findElement(By.id("summary")).getText().contains("1 record");
                });
        browser.waitForText("#results", "administrator_created");

        assertThat(browser.driver().getCurrentUrl()).contains("event=administrator_created");
        browser.assertFitsItsWidth();
    }

    @Test
    void doesAllOfItByKeyboard() {
        browser.open(server.url("/console/edges"));
        browser.script("document.activeElement.blur()");

        tab(1);
        assertThat(browser.focused().getText()).isEqualTo("Skip to the page");
        browser.focused().sendKeys(Keys.ENTER);
        assertThat(browser.focused().getAttribute("id")).isEqualTo("main");
        tabTo("#name");
        browser.focused().sendKeys("by-keyboard");
        tabTo("#certificate_names");
        browser.focused().sendKeys("keyboard.example.com");
        tabTo("main form button");
        browser.focused().sendKeys(Keys.ENTER);
        browser.waitForText("[role=status]", "Edge by-keyboard may connect");

        assertThat(server.bean(Edges.class).list().find("by-keyboard"))
                .contains(new Edge("by-keyboard", List.of("keyboard.example.com")));
    }

    @Test
    void showsAOneTimePasswordToWhoHasMadeASubscriberByKeyboard() {
        browser.open(server.url("/console/subscribers"));
        tabTo("a[href$=\"/subscribers/new\"]");
        browser.focused().sendKeys(Keys.ENTER);
        browser.waitForText("h1", "Add a subscriber");
        tabTo("#name");
        browser.focused().sendKeys("nils", Keys.ENTER);
        browser.waitForText("h1", "Subscriber nils was added");

        assertThat(browser.element("output").getText()).hasSize(20);
        for (Look look : BOTH) {
            browser.look(look);
            picture("shown-once", look);
        }
        assertThat(server.bean(Accounts.class).find("nils").orElseThrow().mustChangePassword())
                .isTrue();
    }

    @Test
    void keepsWhatWasTypedWhileSomebodyElseChangedTheDevice() {
        Devices devices = server.bean(Devices.class);
        devices.save(new Device("CSFJOINT", "grace", List.of("sip:1050@example.com")));
        browser.open(server.url("/console/devices/edit?name=CSFJOINT"));
        browser.type("#owner", "heidi");
        devices.save(new Device("CSFJOINT", "grace", List.of("sip:1051@example.com")));

        browser.press("Save");
        browser.waitForText("[role=alert]", "sip:1051@example.com");
        assertThat(browser.element("#owner").getAttribute("value")).isEqualTo("heidi");
        for (Look look : BOTH) {
            browser.look(look);
            picture("device-stale", look);
        }
        browser.press("Save");
        browser.waitForText("[role=status]", "Device CSFJOINT is changed");

        assertThat(devices.find("CSFJOINT").orElseThrow())
                .isEqualTo(new Device("CSFJOINT", "heidi", List.of("sip:1050@example.com")));
    }

    @Test
    void namesTheRangeOfAParameter() {
        browser.open(server.url("/console/parameters/change?name=softphone-refresh-token-expiry"));
        browser.type("#value", "400");
        browser.press("Save");
        browser.waitForText("[role=alert]", "a whole number of days from 1 to 365");

        assertThat(browser.element("#value").getAttribute("value")).isEqualTo("400");
    }

    @Test
    void walksThroughWhatKeepsADeviceFromRegistering() {
        browser.open(server.url("/console/diagnosis"));
        browser.type("#device", "CSFHEIDI");
        browser.press("Look");
        browser.waitForText("#conclusion", "Nobody is signed in on it");
        assertThat(browser.element("#first").getText()).startsWith("Have heidi sign in on the device.");

        new TestPhone(server).logIn("heidi", "CSFHEIDI");
        browser.press("Look");
        browser.waitForText("#conclusion", "Nothing stands in its way");
        assertThat(browser.elements(".walk > .holds")).hasSizeGreaterThanOrEqualTo(7);
    }

    @Test
    void leadsToTheSignInPageWhenTheSessionEndsUnderAnOpenPage() {
        browser.open(server.url("/console/sessions"));
        browser.driver().manage().deleteAllCookies();
        browser.type("#name", "alice");
        browser.press("Find");

        browser.waitForText("h1", "Sign in");
        browser.driver().manage().logs().get("browser"); // the 401 that led here
    }

    @Test
    void looksFinishedOnEveryPage() {
        liveAnAfternoon();
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("overview", "/console");
        pages.put("diagnosis", "/console/diagnosis?device=CSFCAROL");
        pages.put("devices", "/console/devices");
        pages.put("device", "/console/devices?name=CSFALICE");
        pages.put("keys", "/console/keys");
        pages.put("parameters", "/console/parameters");
        pages.forEach((name, path) -> lookAt(name, path, Look.values()));
        Map<String, String> further = new LinkedHashMap<>();
        further.put("diagnosis-registrar", "/console/diagnosis?device=CSFALICE&said=registrar.token_wrong_audience");
        further.put("diagnosis-blank", "/console/diagnosis");
        further.put("sessions", "/console/sessions?name=alice");
        further.put(
                "session",
                "/console/sessions/one?id="
                        + server.bean(Sessions.class).ofUser("carol").get(0).id());
        further.put("session-revoke", "/console/sessions/revoke?user=alice");
        further.put("client-revoke", "/console/sessions/revoke?client=softphone");
        further.put("device-new", "/console/devices/new");
        further.put("activation-code", "/console/devices/activation-code?name=SEP00005E005301");
        further.put("subscribers", "/console/subscribers");
        further.put("subscriber", "/console/subscribers?name=alice");
        further.put("subscriber-password", "/console/subscribers/password?name=alice");
        further.put("subscriber-disable", "/console/subscribers/change?name=alice&to=disabled");
        further.put("administrators", "/console/administrators");
        further.put("administrator", "/console/administrators?name=" + ADMINISTRATOR);
        further.put("administrator-new", "/console/administrators/new");
        further.put("administrator-role", "/console/administrators/role?name=" + ADMINISTRATOR);
        further.put("parameter", "/console/parameters/change?name=access-token-expiry");
        further.put("parameter-uris", "/console/parameters/change?name=third-party-redirect-uris");
        further.put("node", "/console/parameters/node?name=node1");
        further.put("key-rotate", "/console/keys/rotate?use=access_token_signing");
        further.put("key-revoke", "/console/keys/revoke?kid=" + active());
        further.put("edges", "/console/edges");
        further.put("edge", "/console/edges/west");
        further.put("edge-remove", "/console/edges/west/remove");
        further.put("mode", "/console/mode");
        further.put("mode-change", "/console/mode/change?to=disabled");
        further.put("audit", "/console/audit");
        further.put("change-password", "/change-password");
        further.forEach((name, path) -> lookAt(name, path, BOTH));
        browser.driver().manage().deleteAllCookies();
        lookAt("sign-in", "/login", BOTH);
    }

    private static void lookAt(String name, String path, Look... looks) {
        browser.open(server.url(path));
        browser.element("h1");
        for (Look look : looks) {
            browser.look(look);
            picture(name, look);
        }
    }

    /** Of the page as it is. */
    private static void picture(String name, Look look) {
        browser.screenshot(name, look);
        browser.assertFitsItsWidth();
        if (Arrays.asList(BOTH).contains(look)) {
            browser.assertAccessible();
        }
    }

    /** Logins, refusals, edges, and four hours of tokens, for pages that have something to show. */
    private static void liveAnAfternoon() {
        TestPhone alice = new TestPhone(server);
        String first = alice.logIn("alice", "CSFALICE").text("refresh_token");
        refresh(alice, first);
        TestPhone carol = new TestPhone(server);
        String stolen = carol.logIn("carol", "CSFCAROL").text("refresh_token");
        String second = refresh(carol, stolen);
        refresh(carol, refresh(carol, second));
        refresh(carol, stolen); // two hold it: the login is over
        carol.redeem("none");
        DeviceChanges devices = server.bean(DeviceChanges.class);
        devices.save(new Device("CSFMOVED", "alice", List.of("sip:1051@example.com")), Expected.ABSENT, ADMINISTRATOR);
        devices.save(new Device("CSFMOVED", "bob", List.of("sip:1052@example.com")), Expected.PRESENT, ADMINISTRATOR);
        server.bean(Edges.class)
                .put(new Edge("west", List.of("west.example.com", "Edge of the West")), Expected.ABSENT, ADMINISTRATOR);
        server.bean(Edges.class).put(new Edge("east", List.of("east.example.com")), Expected.ABSENT, ADMINISTRATOR);
        server.bean(KeyAdministration.class).rotate("access_token_signing", ADMINISTRATOR);
        MeterRegistry meters = server.bean(MeterRegistry.class);
        Rates rates = server.bean(Rates.class);
        Registrations registrations = server.bean(Registrations.class);
        Instant now = Instant.now();
        for (int minute = Rates.MINUTES; minute > 0; minute--) {
            meters.counter("sipoauth.grants.issued", "grant", "refresh_token")
                    .increment(40 + 25 * Math.sin(minute / 37.0) + minute % 7);
            if (minute % 23 == 0 || minute > 100 && minute < 110) {
                meters.counter("sipoauth.grants.refused", "grant", "authorization_code", "error", "invalid_grant")
                        .increment();
            }
            if (minute % 41 == 0) {
                meters.counter("sipoauth.refreshes", "outcome", "expired").increment();
            }
            rates.sample(now.minusSeconds(60L * minute));
            long phones = 11_900 - Math.max(0, 5_000 - 300L * Math.abs(120 - minute)); // a building without power
            registrations.add(
                    List.of(new Registrars.Seen(
                            URI.create("http://node1"), "node1", "UP", "enabled", phones, List.of())),
                    now.minusSeconds(60L * minute));
        }
    }

    private static String refresh(TestPhone phone, String token) {
        Map<String, Object> answer = phone.token(
                        Map.of("grant_type", "refresh_token", "client_id", "softphone", "refresh_token", token))
                .json();
        return (String) answer.getOrDefault("refresh_token", token);
    }

    private static String active() {
        return server.bean(KeyAdministration.class).keys().stream()
                .filter(key ->
                        key.use().equals("access_token_signing") && key.state().equals("active"))
                .map(ListedKey::kid)
                .findFirst()
                .orElseThrow();
    }

    private static void tab(int times) {
        for (int i = 0; i < times; i++) {
            browser.focused().sendKeys(Keys.TAB);
        }
    }

    private static void tabTo(String selector) {
        for (int i = 0; i < 40; i++) {
            tab(1);
            if (Boolean.TRUE.equals(browser.script("return document.activeElement.matches('" + selector + "')"))) {
                return;
            }
        }
        throw new AssertionError("Tab does not lead to " + selector);
    }
}
