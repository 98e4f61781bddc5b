package org.sipoauth.authz.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;

/** How long a browser stays signed in, and what ends it. */
class SignInMemoryIT {
    @TempDir
    static Path folder;

    private static TestServer server;

    private final TestPhone browser = new TestPhone(server);
    private final TestPhone other = new TestPhone(server);

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void keepsACookieForTwelveHoursForWhoSaysSo() {
        assertThat(browser.get(server.url("/login")).body())
                .contains("12 hours")
                .doesNotContain("checked");

        String cookie = cookie(signIn(browser, "alice", server.passwordOf("alice"), true));

        assertThat(cookie).contains("Max-Age=43200", "Secure", "HttpOnly", "SameSite=Lax", "Path=/");
        assertThat(isSignedIn(browser)).isTrue();
    }

    @Test
    void leavesACookieThatGoesWithTheBrowserForAnybodyElse() {
        String cookie = cookie(signIn(browser, "alice", server.passwordOf("alice"), false));

        assertThat(cookie)
                .contains("Secure", "HttpOnly", "SameSite=Lax", "Path=/")
                .doesNotContain("Max-Age", "Expires");
    }

    @Test
    void endsAllSignInsButThatOfWhoChangesThePassword() {
        String old = server.passwordOf("bob");
        signIn(browser, "bob", old, true);
        signIn(other, "bob", old, true);

        browser.postForm(
                "/change-password", Map.of("current", old, "chosen", "another password", "again", "another password"));

        assertThat(isSignedIn(browser)).isTrue();
        assertThat(isSignedIn(other)).isFalse();
    }

    @Test
    void endsWithSigningOut() {
        signIn(browser, "carol", server.passwordOf("carol"), true);
        signIn(other, "carol", server.passwordOf("carol"), true);
        assertThat(browser.get(server.url("/logout")).body()).contains("Sign out?", "carol");

        HttpResponse<String> out = browser.postForm("/logout", Map.of());

        assertThat(TestPhone.location(out)).hasPath("/login");
        assertThat(isSignedIn(browser)).isFalse();
        assertThat(isSignedIn(other)).isTrue();
    }

    @Test
    void doesNotEndForALinkAlone() {
        signIn(browser, "dave", server.passwordOf("dave"), true);

        browser.get(server.url("/logout"));

        assertThat(isSignedIn(browser)).isTrue();
    }

    private static HttpResponse<String> signIn(TestPhone browser, String user, String password, boolean remember) {
        Map<String, String> form = remember
                ? Map.of("username", user, "password", password, "remember", "yes")
                : Map.of("username", user, "password", password);
        return browser.postForm("/login", form);
    }

    private static boolean isSignedIn(TestPhone browser) {
        return browser.get(server.url("/")).statusCode() == 200;
    }

    private static String cookie(HttpResponse<String> answer) {
        return answer.headers().allValues("Set-Cookie").stream()
                .filter(cookie -> cookie.startsWith("SESSION="))
                .findFirst()
                .orElseThrow();
    }
}
