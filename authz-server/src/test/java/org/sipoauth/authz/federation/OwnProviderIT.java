package org.sipoauth.authz.federation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.LoopbackPorts;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.client.MachineSecretEncoder;
import org.sipoauth.authz.settings.TrustedAuthorities;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.sipoauth.authz.subscriber.Accounts;

/** This server as the provider of another one. */
class OwnProviderIT {
    private static final String SECRET = "a secret that both of them know";
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    @TempDir
    Path folder;

    /** By names and addresses of their own, so that a browser keeps their cookies apart. */
    @Test
    void signsInByAnotherServerOfItsKind() throws Exception {
        int port = LoopbackPorts.free();
        int providerPort = LoopbackPorts.free();
        String issuer = "https://127.0.0.1:" + providerPort;
        try (TestServer provider = TestServer.startWithEmbeddedRedis(
                Files.createDirectory(folder.resolve("provider")),
                "--server.port=" + providerPort,
                "--sipoauth.issuer=" + issuer,
                "--sipoauth.clients[0].id=the-other-server",
                "--sipoauth.clients[0].secret-hash=" + new MachineSecretEncoder().encode(SECRET),
                "--sipoauth.clients[0].grant-types=authorization_code",
                "--sipoauth.clients[0].scopes=openid",
                "--sipoauth.clients[0].redirect-uris=https://localhost:" + port + "/login/openid-connect/callback")) {
            provider.bean(Accounts.class).create("nina", Kind.SUBSCRIBER, "the password of nina", false);
            Path secret = Files.writeString(folder.resolve("secret"), SECRET);
            try (TestServer server = TestServer.startWithEmbeddedRedis(
                    Files.createDirectory(folder.resolve("server")),
                    "--server.port=" + port,
                    "--sipoauth.issuer=https://localhost:" + port,
                    "--sipoauth.openid-connect.issuer=" + issuer,
                    "--sipoauth.openid-connect.client-id=the-other-server",
                    "--sipoauth.openid-connect.client-secret-file=" + secret,
                    "--sipoauth.openid-connect.trust=" + provider.folder().resolve("node.crt"),
                    "--sipoauth.openid-connect.scopes=",
                    "--sipoauth.openid-connect.name-claim=sub")) {
                assertThat(signIn(browser(provider, server), issuer, server))
                        .contains("You are signed in as <strong>nina</strong>");
                assertThat(server.bean(Accounts.class).isSubscriber("nina")).isTrue();
            }
        }
    }

    private static String signIn(HttpClient browser, String issuer, TestServer server) throws Exception {
        HttpResponse<String> page = get(browser, server.url("/login/openid-connect"));
        while (page.statusCode() == 302) {
            page = get(browser, TestPhone.location(page));
        }
        assertThat(page.uri()).hasToString(issuer + "/login");
        Matcher csrf = CSRF.matcher(page.body());
        assertThat(csrf.find()).isTrue();
        HttpResponse<String> answer = send(
                browser,
                HttpRequest.newBuilder(page.uri())
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form(Map.of(
                                "username", "nina", "password", "the password of nina", "_csrf", csrf.group(1)))))
                        .build());
        assertThat(answer.statusCode()).isEqualTo(303);
        while (answer.statusCode() / 100 == 3) {
            answer = get(browser, TestPhone.location(answer));
        }
        assertThat(answer.uri()).isEqualTo(server.url("/"));
        return answer.body();
    }

    private HttpClient browser(TestServer one, TestServer other) throws IOException {
        Path both = Files.writeString(
                folder.resolve("both.crt"),
                Files.readString(one.folder().resolve("node.crt"))
                        + Files.readString(other.folder().resolve("node.crt")));
        return HttpClient.newBuilder()
                .sslContext(TrustedAuthorities.trusting(both, ""))
                .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                .build();
    }

    private static HttpResponse<String> get(HttpClient browser, URI uri) throws Exception {
        return send(browser, HttpRequest.newBuilder(uri).build());
    }

    private static HttpResponse<String> send(HttpClient browser, HttpRequest request) throws Exception {
        return browser.send(request, BodyHandlers.ofString());
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }
}
