package org.sipoauth.authz.consent;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;

/** People who are asked whether an application by others may sign in as them. Each test has a person of its own. */
class ConsentIT {
    @TempDir
    static Path folder;

    private static TestServer server;

    private final TestPhone browser = new TestPhone(server);

    @BeforeAll
    static void start() {
        server = TestServer.start(
                folder,
                "--sipoauth.clients[0].id=app-by-others",
                "--sipoauth.clients[0].third-party=true",
                "--sipoauth.clients[0].grant-types[0]=authorization_code",
                "--sipoauth.clients[0].grant-types[1]=refresh_token",
                "--sipoauth.clients[0].scopes[0]=sip.register",
                "--sipoauth.clients[0].scopes[1]=openid",
                "--sipoauth.clients[0].redirect-uris[0]=http://127.0.0.1/callback",
                "--sipoauth.clients[0].redirect-uris[1]=https://app.example.com/callback");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tellsInPlainWordsWhatIsAskedForAndOffersToDenyFirst() {
        HttpResponse<String> page = asked("alice", request("alice", "openid sip.register"));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("alice", "app-by-others", "make and take calls as you", "know who you are")
                .containsSubsequence("No, deny it", "Yes, allow it");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("frame-ancestors 'none'");
    }

    @Test
    void givesACodeWhenItIsAllowedAndDoesNotAskAgainForTheSame() {
        HttpResponse<String> page = asked("bob", request("bob", "sip.register"));
        Map<String, String> back = TestPhone.parameters(TestPhone.location(allow(page, "sip.register")));
        assertThat(back).containsEntry("iss", TestServer.ISSUER).containsEntry("state", "the state & more");
        assertThat(redeem(back.get("code")).status()).isEqualTo(200);

        assertThat(TestPhone.location(open(request("bob", "sip.register")))).hasHost("127.0.0.1");
        assertThat(TestPhone.location(open(request("bob", "openid sip.register"))))
                .hasPath("/consent");
    }

    /** OpenID Connect Core §3.1.2.6. */
    @Test
    void showsNoPageToWhomAnApplicationAsksSilently() {
        browser.signIn("judy", server.passwordOf("judy"));
        Map<String, String> request = request("judy", "openid");
        request.put("prompt", "none");

        assertThat(TestPhone.parameters(TestPhone.location(open(request))))
                .containsEntry("error", "consent_required")
                .containsEntry("iss", TestServer.ISSUER);
        assertThat(allow(asked("judy", request("judy", "openid")), "openid")
                        .headers()
                        .firstValue("Location"))
                .isPresent();
        assertThat(TestPhone.parameters(TestPhone.location(open(request)))).containsKey("code");
        request.put("prompt", "consent");
        assertThat(TestPhone.location(open(request))).hasPath("/consent");
    }

    @Test
    void tellsTheApplicationThatItWasDeniedAndAsksAgain() {
        HttpResponse<String> page = asked("carol", request("carol", "sip.register"));

        assertThat(TestPhone.parameters(TestPhone.location(answer(page, Map.of()))))
                .containsEntry("error", "access_denied")
                .containsEntry("iss", TestServer.ISSUER)
                .containsEntry("state", "the state & more");
        assertThat(TestPhone.location(open(request("carol", "sip.register")))).hasPath("/consent");
    }

    @Test
    void takesOneAnswerFromThePersonWhoWasAsked() {
        HttpResponse<String> page = asked("dave", request("dave", "sip.register"));
        TestPhone thief = new TestPhone(server);
        thief.signIn("erin", server.passwordOf("erin"));

        assertThat(answer(thief, page, Map.of("scope", "sip.register")).statusCode())
                .isEqualTo(400);
        assertThat(answer(new TestPhone(server), page, Map.of("scope", "sip.register"))
                        .headers()
                        .firstValue("Location")
                        .orElse(""))
                .endsWith("/login");
        assertThat(allow(page, "sip.register").statusCode())
                .as("RFC 9700 §4.12")
                .isEqualTo(303);
        assertThat(allow(page, "sip.register").statusCode()).isEqualTo(400);
    }

    @Test
    void givesNoMoreThanWasAskedFor() {
        HttpResponse<String> page = asked("frank", request("frank", "sip.register"));

        assertThat(TestPhone.parameters(TestPhone.location(allow(page, "openid"))))
                .containsEntry("error", "invalid_scope")
                .doesNotContainKey("code");
    }

    @Test
    void asksAlsoForOpenidAlone() {
        assertThat(asked("grace", request("grace", "openid")).body()).contains("know who you are");
    }

    @Test
    void endsTheLoginsOfAnApplicationWhoseConsentIsTakenBack() {
        HttpResponse<String> page = asked("heidi", request("heidi", "sip.register"));
        String code = TestPhone.parameters(TestPhone.location(allow(page, "sip.register")))
                .get("code");
        Answer tokens = redeem(code);
        assertThat(browser.get(server.url("/applications")).body()).contains("app-by-others");

        browser.postForm("/applications", "/applications/withdraw", Map.of("client_id", "app-by-others"));

        assertThat(browser.get(server.url("/applications")).body()).doesNotContain("app-by-others");
        assertThat(refresh(tokens).text("error")).isEqualTo("invalid_grant");
        assertThat(TestPhone.location(open(request("heidi", "sip.register")))).hasPath("/consent");
    }

    @Test
    void asksForPushedRequestsToo() {
        String pushed =
                browser.post("/oauth2/par", request("ivan", "sip.register")).text("request_uri");
        HttpResponse<String> page = asked("ivan", Map.of("client_id", "app-by-others", "request_uri", pushed));

        assertThat(page.body()).contains("make and take calls as you");
        assertThat(TestPhone.parameters(TestPhone.location(allow(page, "sip.register"))))
                .containsKey("code");
    }

    @Test
    void doesNotAskForOurOwnSoftphone() {
        assertThat(new TestPhone(server).authorize("judy", TestPhone.request("CSFJUDY")))
                .containsKey("code");
    }

    @ParameterizedTest
    @CsvSource({
        "client_id, softphone",
        "client_id, <script>",
        "scope, admin",
        "scope, <script>",
    })
    void showsNoPageThatWasMadeUp(String parameter, String value) {
        browser.signIn("alice", server.passwordOf("alice"));
        Map<String, String> query =
                new LinkedHashMap<>(Map.of("client_id", "app-by-others", "scope", "sip.register", "state", "made-up"));
        query.put(parameter, value);

        HttpResponse<String> page = browser.get(server.url("/consent?" + form(query)));

        assertThat(page.statusCode()).isEqualTo(400);
        assertThat(page.body()).doesNotContain("<script>");
    }

    /** RFC 8252 §7.3, §8.3: any port on a loopback address, and nothing else that is not registered to the letter. */
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:61023/callback, 302",
        "https://app.example.com/callback, 302",
        "http://127.0.0.1:61023/other, 400",
        "http://localhost:61023/callback, 400",
        "http://[::1]:61023/callback, 400",
        "https://app.example.com:444/callback, 400",
        "https://app.example.com/callback?x=1, 400",
        "https://app.example.com.evil.example/callback, 400",
        "https://app.example.com/callback/../callback, 400",
    })
    void isTiedToItsRedirectUris(String redirectUri, int status) {
        Map<String, String> request = request("alice", "sip.register");
        request.put("redirect_uri", redirectUri);

        assertThat(open(request).statusCode()).isEqualTo(status);
    }

    private static Map<String, String> request(String user, String scope) {
        Map<String, String> request = TestPhone.request("CSF" + user.toUpperCase(Locale.ROOT));
        request.put("client_id", "app-by-others");
        request.put("scope", scope);
        return request;
    }

    /** Signs in and asks: the page that asks for consent. */
    private HttpResponse<String> asked(String user, Map<String, String> request) {
        browser.signIn(user, server.passwordOf(user));
        return browser.follow(open(request));
    }

    private HttpResponse<String> open(Map<String, String> request) {
        return browser.get(server.url("/oauth2/authorize?" + form(request)));
    }

    private HttpResponse<String> allow(HttpResponse<String> page, String scope) {
        return answer(page, Map.of("scope", scope));
    }

    private HttpResponse<String> answer(HttpResponse<String> page, Map<String, String> fields) {
        return answer(browser, page, fields);
    }

    private static HttpResponse<String> answer(TestPhone who, HttpResponse<String> page, Map<String, String> fields) {
        Map<String, String> form = new LinkedHashMap<>(fields);
        form.put("client_id", "app-by-others");
        form.put("state", TestPhone.parameters(page.uri()).get("state"));
        return who.postForm("/style.css", "/oauth2/authorize", form);
    }

    private Answer redeem(String code) {
        return browser.token(Map.of(
                "grant_type",
                "authorization_code",
                "client_id",
                "app-by-others",
                "code",
                code,
                "redirect_uri",
                TestPhone.REDIRECT_URI,
                "code_verifier",
                TestPhone.VERIFIER));
    }

    private Answer refresh(Answer tokens) {
        return browser.token(Map.of(
                "grant_type",
                "refresh_token",
                "client_id",
                "app-by-others",
                "refresh_token",
                tokens.text("refresh_token")));
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
