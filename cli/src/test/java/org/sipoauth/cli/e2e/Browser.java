package org.sipoauth.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sipoauth.cli.http.HttpsClient;
import org.sipoauth.cli.http.Trust;

/** As far as the server's pages need one: it keeps cookies, follows redirects and fills in forms. */
final class Browser {
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    /** Where a subscriber's password is. */
    interface PasswordFiles {
        Path of(String subscriber) throws IOException;
    }

    private final URI issuer;
    private final PasswordFiles passwordFiles;
    private final HttpsClient https;

    Browser(Platform platform) {
        this(platform.issuer(), platform.authority(), platform::passwordFile);
    }

    Browser(URI issuer, Path authority, PasswordFiles passwordFiles) {
        this.issuer = issuer;
        this.passwordFiles = passwordFiles;
        this.https =
                new HttpsClient(Trust.context(Optional.of(authority)), Duration.ofSeconds(15), new CookieManager());
    }

    /** Opens a page, signs in on the way, and returns the page. */
    String signIn(String subscriber, String path) throws IOException, InterruptedException {
        return get(afterSignIn(subscriber, issuer.resolve(path))).body();
    }

    /** Sends an authorization request, signs in on the way, and returns the address that leads back to the client. */
    URI answerTo(String subscriber, URI request) throws IOException, InterruptedException {
        HttpsClient.Answer answer = get(afterSignIn(subscriber, request));
        return URI.create(answer.header("Location").orElseThrow());
    }

    private URI afterSignIn(String subscriber, URI page) throws IOException, InterruptedException {
        HttpsClient.Answer away = get(page);
        assertThat(away.header("Location").orElse("")).endsWith("/login");
        String login = get(issuer.resolve("/login")).body();
        String password = Files.readString(passwordFiles.of(subscriber)).strip();
        HttpsClient.Answer signedIn = post(login, "/login", Map.of("username", subscriber, "password", password));
        return issuer.resolve(signedIn.header("Location").orElseThrow());
    }

    String decide(String page, String code, String decision) throws IOException, InterruptedException {
        return post(page, "/device/decision", Map.of("user_code", code, "decision", decision))
                .body();
    }

    private HttpsClient.Answer get(URI address) throws IOException, InterruptedException {
        return https.get(address, Map.of("Accept", "text/html"));
    }

    private HttpsClient.Answer post(String page, String action, Map<String, String> fields)
            throws IOException, InterruptedException {
        Matcher csrf = CSRF.matcher(page);
        assertThat(csrf.find()).as(page).isTrue();
        Map<String, String> form = new LinkedHashMap<>(fields);
        form.put("_csrf", csrf.group(1));
        return https.postForm(issuer.resolve(action), form);
    }
}
