package org.sipoauth.cli.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sipoauth.cli.console.CommandFailure;

class BrowserSignInTest {
    private static final URI ADDRESS = URI.create("https://as.example.com/authorize?x=1");

    private final HttpClient browser = HttpClient.newHttpClient();
    private final StringWriter printed = new StringWriter();
    private final List<HttpResponse<String>> pages = new ArrayList<>();

    @Test
    void hasTheBrowserBringTheAnswer() throws Exception {
        List<URI> shown = new ArrayList<>();
        URI redirectUri;
        try (BrowserSignIn signIn = signIn(shown::add)) {
            redirectUri = signIn.redirectUri();
            Thread person = new Thread(() -> {
                pages.add(visit(redirectUri.resolve("/favicon.ico")));
                pages.add(visit(redirectUri));
                pages.add(visit(URI.create(redirectUri + "?code=c1&state=s%20t")));
            });
            person.start();

            URI answer = signIn.answerTo(ADDRESS);
            person.join();

            assertThat(answer).isEqualTo(URI.create(redirectUri + "?code=c1&state=s%20t"));
        }
        assertThat(shown).containsExactly(ADDRESS);
        assertThat(printed.toString()).contains(ADDRESS.toString());
        assertThat(redirectUri.getHost()).isEqualTo("127.0.0.1");
        assertThat(pages).extracting(HttpResponse::statusCode).containsExactly(404, 404, 200);
        assertThat(pages.get(2).headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(pages.get(2).body()).contains("close this page").doesNotContain("c1");
        assertThatThrownBy(
                        () -> browser.send(HttpRequest.newBuilder(redirectUri).build(), BodyHandlers.discarding()))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void leavesTheAddressOnTheScreenIfNoBrowserCanBeOpened() throws Exception {
        try (BrowserSignIn signIn = signIn(address -> {
            throw new IOException("no display");
        })) {
            URI answer = URI.create(signIn.redirectUri() + "?error=access_denied");
            Thread person = new Thread(() -> visit(answer));
            person.start();

            assertThat(signIn.answerTo(ADDRESS)).isEqualTo(answer);
            person.join();
        }
        assertThat(printed.toString()).contains(ADDRESS.toString(), "open the address yourself");
    }

    @Test
    void doesNotWaitForEver() throws IOException {
        PrintWriter out = new PrintWriter(printed);
        try (BrowserSignIn signIn = new BrowserSignIn(out, address -> {}, Duration.ZERO)) {
            assertThatThrownBy(() -> signIn.answerTo(ADDRESS))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("nobody signed in");
        }
    }

    private BrowserSignIn signIn(BrowserSignIn.Browser shows) throws IOException {
        return new BrowserSignIn(new PrintWriter(printed), shows, Duration.ofSeconds(20));
    }

    private HttpResponse<String> visit(URI page) {
        try {
            return browser.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
