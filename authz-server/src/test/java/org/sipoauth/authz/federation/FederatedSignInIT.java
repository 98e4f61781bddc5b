package org.sipoauth.authz.federation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.HostileInput;
import org.sipoauth.authz.LoopbackPorts;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.settings.TrustedAuthorities;
import org.sipoauth.authz.subscriber.Account;
import org.sipoauth.authz.subscriber.Accounts;

/** People who sign in at another provider: one that does right, and one that does not. */
class FederatedSignInIT {
    private static final String FAILED = "/login?failed-elsewhere";

    @TempDir
    static Path folder;

    private static TestProvider provider;
    private static TestServer server;
    private static Path trust;
    private static URI whileItWasAway;

    private final HttpClient browser = browser();

    @BeforeAll
    static void start() throws Exception {
        provider = new TestProvider(Files.createDirectory(folder.resolve("provider")), LoopbackPorts.free());
        Path secret = Files.writeString(folder.resolve("secret"), "the client's secret\n");
        int port = LoopbackPorts.free();
        server = TestServer.start(
                Files.createDirectory(folder.resolve("server")),
                "--server.port=" + port,
                "--sipoauth.issuer=https://localhost:" + port,
                "--sipoauth.openid-connect.issuer=" + provider.issuer(),
                "--sipoauth.openid-connect.client-id=" + TestProvider.CLIENT,
                "--sipoauth.openid-connect.client-secret-file=" + secret,
                "--sipoauth.openid-connect.trust=" + provider.trust(),
                "--sipoauth.openid-connect.required-claim=groups",
                "--sipoauth.openid-connect.required-values=phones",
                "--sipoauth.openid-connect.role-claim=groups",
                "--sipoauth.openid-connect.administrator-values=sip-admins",
                "--sipoauth.openid-connect.operator-values=helpdesk",
                "--sipoauth.openid-connect.button=Sign in with Example");
        trust = Files.writeString(
                folder.resolve("both.crt"),
                Files.readString(provider.trust())
                        + Files.readString(server.folder().resolve("node.crt")));
        server.bean(Devices.class).save(new Device("CSFWANDA", "wanda", List.of("sip:2001@example.com")));
        HttpClient early = browser();
        whileItWasAway = location(get(early, server.url(FederatedSignIn.START)));
        provider.start();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> location(get(early, server.url(FederatedSignIn.START)))
                        .toString()
                        .startsWith(provider.issuer()));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        provider.close();
    }

    @BeforeEach
    void behave() {
        provider.behave();
    }

    @Test
    void startsWhileTheProviderIsAwayAndSaysSoToWhoWantsToSignIn() {
        assertThat(whileItWasAway).isEqualTo(server.url("/login?unavailable"));
    }

    @Test
    void showsALinkOnTheSignInPage() {
        assertThat(get(browser, server.url("/login")).body())
                .contains("<a href=\"/login/openid-connect\">Sign in with Example</a>");
    }

    @Test
    void asksWithStateNonceAndProofKey() {
        get(browser, location(get(browser, server.url(FederatedSignIn.START))));

        assertThat(provider.asked())
                .containsEntry("response_type", "code")
                .containsEntry("client_id", TestProvider.CLIENT)
                .containsEntry(
                        "redirect_uri",
                        server.url("/login/openid-connect/callback").toString())
                .containsEntry("code_challenge_method", "S256")
                .containsKeys("code_challenge", "state", "nonce")
                .hasEntrySatisfying(
                        "scope",
                        scope -> assertThat(scope.split(" ")).containsExactlyInAnyOrder("openid", "profile", "email"));
    }

    /** OpenID Connect Core 1.0 §3.1.2.1: else whoever is signed in at the provider would not sign in at all. */
    @Test
    void hasTheProviderAskAnewWhomTheRequestWantsToSignInAnewAndTakesItsWordForWhenTheyDid() {
        Map<String, String> request = TestPhone.request("CSFWANDA");
        request.putAll(Map.of("scope", "openid sip.register", "prompt", "consent login", "max_age", "60"));
        get(browser, server.url("/oauth2/authorize?" + form(request)));
        provider.idToken = claims -> claims.claim("auth_time", Instant.now().getEpochSecond() - 3600);

        URI errand = location(signIn(browser));

        assertThat(provider.asked()).containsEntry("prompt", "login").containsEntry("max_age", "60");
        assertThat(location(get(browser, errand))).as("it did not ask anew").isEqualTo(server.url("/login"));
        provider.behave();
        errand = location(signIn(browser));
        assertThat(location(get(browser, errand)).getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void makesASubscriberOfWhoComesBackAndTheirPhoneGoesOn() {
        URI asked = server.url("/oauth2/authorize?" + form(TestPhone.request("CSFWANDA")));
        assertThat(location(get(browser, asked)).getPath()).isEqualTo("/login");

        URI errand = location(signIn(browser));
        URI phone = location(get(browser, errand));

        assertThat(errand.getPath()).isEqualTo("/oauth2/authorize");
        TestPhone.Answer tokens =
                new TestPhone(server).redeem(TestPhone.parameters(phone).get("code"));
        assertThat(tokens.status()).isEqualTo(200);
        Account account = server.bean(Accounts.class).find("wanda").orElseThrow();
        assertThat(account.kind()).isEqualTo(Account.Kind.SUBSCRIBER);
        assertThat(account.hasPassword()).isFalse();
        assertThat(get(browser, server.url("/")).body()).contains("<strong>wanda</strong>");
    }

    @Test
    void givesTheSessionAnotherIdAtTheSignIn() {
        get(browser, server.url("/login"));
        String before = session(browser);

        signIn(browser);

        assertThat(session(browser)).isNotEqualTo(before);
    }

    /** Each alone is enough to refuse. */
    enum Wrong {
        NONCE(p -> p.idToken = claims -> claims.claim("nonce", "another")),
        NO_NONCE(p -> p.idToken = claims -> claims.claim("nonce", null)),
        ISSUER_OF_ID_TOKEN(p -> p.idToken = claims -> claims.issuer("https://other.example.com")),
        AUDIENCE(p -> p.idToken = claims -> claims.audience("another-client")),
        AUTHORIZED_PARTY(p -> p.idToken = claims -> claims.claim("azp", "another-client")),
        EXPIRED(p -> p.idToken =
                claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(120)))),
        NO_SUBJECT(p -> p.idToken = claims -> claims.subject(null)),
        UNSIGNED(p -> p.unsigned = true),
        KEY(p -> p.signedByAnother = true),
        SUBJECT_OF_USER_INFO(p -> p.userInfo = claims -> claims.put("sub", "another")),
        ISSUER_OF_RESPONSE(p -> p.response = parameters -> parameters.put("iss", "https://other.example.com")),
        NO_ISSUER_OF_RESPONSE(p -> p.response = parameters -> parameters.remove("iss")),
        STATE(p -> p.response = parameters -> parameters.put("state", "another")),
        CODE(p -> p.response = parameters -> parameters.put("code", "another")),
        ERROR(p -> p.response = parameters -> {
            parameters.remove("code");
            parameters.put("error", "access_denied");
            parameters.put("error_description", "<script>alert(1)</script>");
        }),
        NOT_OF_THE_GROUP(p -> p.idToken = claims -> claims.claim("groups", List.of("staff"))),
        NO_GROUPS(p -> p.idToken = claims -> claims.claim("groups", null)),
        NO_NAME(p -> p.idToken = claims -> claims.claim("preferred_username", null)),
        NO_NAME_OF_AN_ACCOUNT(p -> p.idToken = claims -> claims.claim("preferred_username", "wanda <b>"));

        private final Consumer<TestProvider> misbehaviour;

        Wrong(Consumer<TestProvider> misbehaviour) {
            this.misbehaviour = misbehaviour;
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhateverIsWrongInAnAnswer(Wrong wrong) {
        wrong.misbehaviour.accept(provider);

        HttpResponse<String> answer = signIn(browser);

        assertThat(location(answer)).isEqualTo(server.url(FAILED));
        assertThat(get(browser, location(answer)).body())
                .contains("You were not signed in there, or you may not sign in here.")
                .doesNotContain("<script");
        assertThat(location(get(browser, server.url("/"))).getPath()).isEqualTo("/login");
    }

    @Test
    void takesAnAnswerOnce() {
        URI answer = location(get(browser, location(get(browser, server.url(FederatedSignIn.START)))));
        assertThat(location(get(browser, answer)).getPath()).isEqualTo("/");

        assertThat(location(get(browser, answer))).isEqualTo(server.url(FAILED));
    }

    @Test
    void takesNoAnswerThatAnotherBrowserAskedFor() {
        URI answer = location(get(browser, location(get(browser, server.url(FederatedSignIn.START)))));

        assertThat(location(get(browser(), answer))).isEqualTo(server.url(FAILED));
    }

    /** A name that the provider gives to somebody else later brings none of what it brought before. */
    @Test
    void keepsANameForWhoHadItFirst() {
        assertThat(location(signIn(browser)).getPath()).isEqualTo("/");
        provider.idToken = claims -> claims.subject("subject-2");

        assertThat(location(signIn(browser()))).isEqualTo(server.url(FAILED));
    }

    /** Another role there is another role here with the next sign-in, and ends what was signed in to with the old one. */
    @Test
    void makesAnAdministratorOfWhoHasTheRoleAndNeverASubscriberOfOne() {
        olga("sip-admins", "phones");
        signIn(browser);
        assertThat(get(browser, server.url("/console")).statusCode()).isEqualTo(200);
        Accounts accounts = server.bean(Accounts.class);
        assertThat(accounts.find("olga").orElseThrow().kind()).isEqualTo(Account.Kind.ADMINISTRATOR);
        assertThat(accounts.isSubscriber("olga")).isFalse();

        olga("helpdesk");
        signIn(browser());
        assertThat(accounts.find("olga").orElseThrow().kind()).isEqualTo(Account.Kind.OPERATOR);
        assertThat(location(get(browser, server.url("/console"))).getPath()).isEqualTo("/login");

        olga("phones");
        assertThat(location(signIn(browser()))).isEqualTo(server.url(FAILED));
        assertThat(accounts.isSubscriber("olga")).isFalse();
    }

    /** Whatever the provider says of its people: who has the file of the data folder comes in again. */
    @Test
    void leavesAnAdministratorWhomTheProviderCannotDemote() throws Exception {
        olga("sip-admins");
        signIn(browser);
        TestAdministrator operations = new TestAdministrator(server);
        assertThat(operations
                        .put("/administrators/admin", "{\"role\":\"operator\",\"enabled\":true}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(operations.delete("/administrators/admin").statusCode()).isEqualTo(409);

        olga("helpdesk");
        signIn(browser());

        HttpResponse<String> reset = operations.post("/administrators/admin/password", "{}");
        String password = (String) JSONObjectUtils.parse(reset.body()).get("one_time_password");
        assertThat(TestPhone.location(new TestPhone(server).signIn("admin", password)))
                .hasPath("/change-password");
        assertThat(server.bean(Accounts.class).find("admin").orElseThrow().kind())
                .isEqualTo(Account.Kind.ADMINISTRATOR);
    }

    private static void olga(String... groups) {
        provider.idToken = claims -> claims.subject("subject-of-olga")
                .claim("preferred_username", "Olga")
                .claim("groups", List.of(groups));
    }

    @Test
    void makesNoAdministratorOfWhoIsASubscriberAlready() {
        signIn(browser);
        provider.idToken = claims -> claims.claim("groups", List.of("sip-admins"));

        assertThat(location(signIn(browser()))).isEqualTo(server.url(FAILED));
        assertThat(server.bean(Accounts.class).find("wanda").orElseThrow().kind())
                .isEqualTo(Account.Kind.SUBSCRIBER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "alice"})
    void becomesNoLocalAccountAndNoAdministratorByName(String name) {
        provider.idToken = claims -> claims.claim("preferred_username", name);

        assertThat(location(signIn(browser))).isEqualTo(server.url(FAILED));
        assertThat(server.bean(Accounts.class).find(name).orElseThrow().hasPassword())
                .isTrue();
    }

    @Test
    void letsNobodyInByPasswordWhoHasNoneHere() {
        signIn(browser);

        assertThat(TestPhone.location(new TestPhone(server).signIn("wanda", "")))
                .hasPath("/login")
                .hasQuery("failed");
    }

    /** Each with a state that this browser is waiting for, unless that is what is bad. */
    @Test
    void isUnharmedByWhateverComesBackInTheProvidersName() {
        Map<String, String> good = new LinkedHashMap<>();
        good.put("code", "x");
        good.put("state", "the state of this browser");
        good.put("iss", provider.issuer());
        good.put("session_state", "x");
        List<String> answers = new ArrayList<>(HostileInput.of(good, HostileInput.SOME_VALUES));
        good.remove("code");
        good.put("error", "access_denied");
        good.put("error_description", "x");
        good.put("error_uri", "https://example.com/");
        answers.addAll(HostileInput.of(good, HostileInput.SOME_VALUES));
        for (String answer : answers) {
            String state = TestPhone.parameters(location(get(browser, server.url(FederatedSignIn.START))))
                    .get("state");
            String query = answer.replace("the+state+of+this+browser", URLEncoder.encode(state, UTF_8))
                    .replaceAll("%(?![0-9A-Fa-f]{2})", "%25");
            HttpResponse<String> back = get(browser, server.url(FederatedSignIn.CALLBACK + "?" + query));

            HostileInput.assertHarmless(back, query);
            back.headers()
                    .firstValue("Location")
                    .ifPresent(to -> assertThat(server.url("/").resolve(to).getHost())
                            .as(query)
                            .isEqualTo("localhost"));
        }
        assertThat(location(signIn(browser())).getPath()).isEqualTo("/");
    }

    /** As far as the provider, and back to where this server sends the browser then. */
    private static HttpResponse<String> signIn(HttpClient browser) {
        URI ask = location(get(browser, server.url(FederatedSignIn.START)));
        return get(browser, location(get(browser, ask)));
    }

    private static HttpClient browser() {
        SSLContext tls =
                TrustedAuthorities.trusting(trust == null ? server.folder().resolve("node.crt") : trust, "");
        return HttpClient.newBuilder()
                .sslContext(tls)
                .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                .build();
    }

    private static String session(HttpClient browser) {
        return ((CookieManager) browser.cookieHandler().orElseThrow())
                .getCookieStore().getCookies().stream()
                        .filter(cookie -> cookie.getName().equals("SESSION"))
                        .findFirst()
                        .orElseThrow()
                        .getValue();
    }

    private static HttpResponse<String> get(HttpClient browser, URI uri) {
        try {
            return browser.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static URI location(HttpResponse<String> answer) {
        return TestPhone.location(answer);
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }
}
