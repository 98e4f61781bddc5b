package org.sipoauth.authz.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;

/** People at the sign-in page. */
class SignInIT {
    private static final Pattern ONE_TIME = Pattern.compile("sign in as 'admin' with the one-time password (\\S+) and");

    @TempDir
    static Path folder;

    private static TestServer server;
    private static String printed = "";

    private final TestPhone browser = new TestPhone(server);

    @BeforeAll
    static void start() {
        PrintStream console = System.out;
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        System.setOut(new PrintStream(copy, true, StandardCharsets.UTF_8));
        try {
            server = TestServer.start(folder);
        } finally {
            System.setOut(console);
            printed = copy.toString(StandardCharsets.UTF_8);
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void makesTheAdministratorChooseAPasswordFirst() {
        Matcher oneTime = ONE_TIME.matcher(printed);
        assertThat(oneTime.find()).isTrue();
        assertThat(TestPhone.location(browser.signIn("admin", oneTime.group(1))))
                .hasPath("/change-password");
        assertThat(TestPhone.location(browser.get(server.url("/")))).hasPath("/change-password");

        HttpResponse<String> tooShort = change(oneTime.group(1), "short");
        assertThat(tooShort.body()).contains("A password has 15 to 200 characters.");
        HttpResponse<String> wrong = change("not the current one", "correct horse battery");
        assertThat(wrong.body()).contains("The current password is not right.");
        HttpResponse<String> changed = change(oneTime.group(1), "correct horse battery");

        assertThat(TestPhone.location(changed)).hasPath("/");
        assertThat(TestPhone.location(browser.get(server.url("/")))).hasPath("/console");
        assertThat(browser.get(server.url("/console")).body()).contains("admin");
        TestPhone other = new TestPhone(server);
        assertThat(TestPhone.location(other.signIn("admin", oneTime.group(1)))).hasPath("/login");
        assertThat(TestPhone.location(other.signIn("admin", "correct horse battery")))
                .hasPath("/");
        assertThat(other.authorize("admin", TestPhone.request("CSFALICE"))).containsEntry("error", "access_denied");
    }

    @Test
    void printsTheOneTimePasswordOnceAndPastTheLog() {
        Matcher oneTime = ONE_TIME.matcher(printed);
        assertThat(oneTime.find()).isTrue();

        assertThat(printed.lines().filter(line -> line.contains(oneTime.group(1))))
                .singleElement()
                .asString()
                .startsWith("First start:");
    }

    @Test
    void saysTheSameForAWrongPasswordAndAnUnknownName() {
        HttpResponse<String> wrong = browser.signIn("dave", "wrong");
        HttpResponse<String> unknown = browser.signIn("nobody", "wrong");

        assertThat(TestPhone.location(wrong)).isEqualTo(TestPhone.location(unknown));
        assertThat(browser.follow(wrong).body()).contains("role=\"alert\"", "Name or password is not right.");
    }

    @Test
    void slowsAGuesserDownButNotOthersBehindTheSameAddress() {
        HttpResponse<String> answer = browser.signIn("erin", "guess 0");
        for (int i = 1; i <= 5 && answer.statusCode() == 303; i++) {
            answer = browser.signIn("erin", "guess " + i);
        }

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(TestPhone.location(browser.signIn("frank", server.passwordOf("frank"))))
                .hasPath("/");
    }

    @Test
    void countsAttemptsAtOtherSpellingsOfThePathToo() {
        HttpResponse<String> answer = attempt("heidi");
        for (int i = 1; i <= 5 && answer.statusCode() == 303; i++) {
            answer = attempt("heidi");
        }

        assertThat(answer.statusCode()).isEqualTo(429);
    }

    private HttpResponse<String> attempt(String name) {
        return browser.postForm("/login", "/%6Cogin", Map.of("username", name, "password", "guess"));
    }

    @Test
    void takesNoFormWithoutItsToken() {
        HttpRequest forged = HttpRequest.newBuilder(server.url("/login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("username=alice&password=" + server.passwordOf("alice")))
                .build();

        assertThat(browser.send(forged).statusCode()).isEqualTo(403);
    }

    @Test
    void endsTheSessionAtTheSignOut() {
        browser.signIn("grace", server.passwordOf("grace"));
        assertThat(browser.get(server.url("/")).body()).contains("grace");

        HttpResponse<String> out = browser.postForm("/", "/logout", Map.of());

        assertThat(TestPhone.location(out)).hasPath("/login");
        assertThat(TestPhone.location(browser.get(server.url("/")))).hasPath("/login");
    }

    @Test
    void keepsGeneratedSecretsForTheOwnerAlone() throws Exception {
        for (String file : new String[] {"demo-passwords.txt", "demo-clients.txt", "master.key", "keyring.jwe"}) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(folder.resolve("data").resolve(file))))
                    .as(file)
                    .isEqualTo("rw-------");
        }
    }

    private HttpResponse<String> change(String current, String chosen) {
        return browser.postForm("/change-password", Map.of("current", current, "chosen", chosen, "again", chosen));
    }
}
