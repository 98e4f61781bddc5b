package org.sipoauth.authz.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.web.context.HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.session.MapSession;
import org.springframework.session.SessionRepository;

/** The authorization code grant over HTTPS, from the sign-in page to the tokens. */
class CodeGrantIT {
    @TempDir
    static Path folder;

    private static TestServer server;

    private final TestPhone phone = new TestPhone(server);

    @BeforeAll
    static void start() {
        server = TestServer.start(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Of which nothing came, for the store was away. */
    @Test
    void putsACodeBackThatWasUsedInVain() {
        AuthorizationCodes codes = server.bean(AuthorizationCodes.class);
        String code = phone.authorize("alice", TestPhone.request("CSFALICE")).get("code");
        Instant now = Instant.now();
        String first = use(codes.redeem(code));

        assertThat(codes.putBack(code, "another", now)).isFalse();
        assertThat(codes.putBack(code, first, now.plusSeconds(3600)))
                .as("past its end")
                .isFalse();
        assertThat(codes.putBack(code, first, now)).isTrue();
        String second = use(codes.redeem(code));
        assertThat(codes.putBack(code, first, now)).as("used again since").isFalse();
        assertThat(codes.redeem(code)).isInstanceOf(AuthorizationCodes.Redemption.Replayed.class);
        assertThat(codes.putBack(code, second, now)).as("replayed").isFalse();
    }

    @Test
    void leavesACodeUsedThatALoginCameOf() {
        AuthorizationCodes codes = server.bean(AuthorizationCodes.class);
        String code = phone.authorize("alice", TestPhone.request("CSFALICE")).get("code");
        String use = use(codes.redeem(code));
        assertThat(codes.bind(code, "s01.family")).isTrue();

        assertThat(codes.putBack(code, use, Instant.now())).isFalse();
        assertThat(codes.redeem(code)).isEqualTo(new AuthorizationCodes.Redemption.Replayed(Optional.of("s01.family")));
    }

    private static String use(AuthorizationCodes.Redemption redemption) {
        return ((AuthorizationCodes.Redemption.Redeemed) redemption).use();
    }

    @Test
    void signsInAndGetsTokensForTheDevice() throws Exception {
        Map<String, String> back = phone.authorize("alice", TestPhone.request("CSFALICE"));
        assertThat(back)
                .containsEntry("state", "the state & more")
                .containsEntry("iss", TestServer.ISSUER)
                .containsOnlyKeys("code", "state", "iss");

        Answer tokens = phone.redeem(back.get("code"));

        assertThat(tokens.status()).isEqualTo(200);
        assertThat(tokens.text("token_type")).isEqualTo("Bearer");
        assertThat((Long) tokens.json().get("expires_in")).isBetween(3595L, 3600L);
        assertThat(tokens.text("refresh_token")).isNotBlank();
        Map<String, Object> claims = claims(tokens.text("access_token"));
        assertThat(claims)
                .containsEntry("iss", TestServer.ISSUER)
                .containsEntry("sub", "alice")
                .containsEntry("aud", TestServer.AUDIENCE)
                .containsEntry("client_id", "softphone")
                .containsEntry("scope", "sip.register")
                .containsEntry("device_name", "CSFALICE")
                .containsEntry("aor", List.of("sip:1001@example.com"))
                .containsOnlyKeys(
                        "iss",
                        "sub",
                        "aud",
                        "exp",
                        "iat",
                        "jti",
                        "client_id",
                        "scope",
                        "device_name",
                        "aor",
                        "sid",
                        "status");
        String session = (String) claims.get("sid");
        Map<?, ?> status = (Map<?, ?>) ((Map<?, ?>) claims.get("status")).get("status_list");
        assertThat(session).matches("s\\d\\d\\.[A-Za-z0-9_-]{22}");
        assertThat((Long) status.get("idx")).isBetween(0L, 65_535L);
        assertThat((String) status.get("uri"))
                .matches(TestServer.ISSUER + "/oauth2/status-lists/" + session.substring(0, 3) + "\\.\\d+\\.0");
        assertThat((Long) claims.get("exp") - (Long) claims.get("iat"))
                .isEqualTo(Duration.ofMinutes(60).toSeconds());
        assertThat(tokens.text("access_token").length()).isLessThan(900);
    }

    @Test
    void leadsBackFromTheSignInToARequestThatWasPosted() {
        HttpResponse<String> posted = phone.postForm("/login", "/oauth2/authorize", TestPhone.request("CSFALICE"));
        assertThat(posted.statusCode()).isEqualTo(303);
        assertThat(TestPhone.location(phone.follow(posted))).hasPath("/login");

        HttpResponse<String> signedIn = phone.signIn("alice", server.passwordOf("alice"));

        Map<String, String> back = TestPhone.parameters(TestPhone.location(phone.follow(signedIn)));
        assertThat(back).containsEntry("state", "the state & more");
        assertThat(phone.redeem(back.get("code")).status()).isEqualTo(200);
    }

    @Test
    void asksForThePasswordOnlyOncePerSession() {
        phone.logIn("bob", "CSFBOB");

        HttpResponse<String> again = phone.get(server.url("/oauth2/authorize?client_id=softphone&response_type=code"
                + "&scope=sip.register&device_name=CSFBOB&code_challenge_method=S256&code_challenge="
                + TestPhone.challenge(TestPhone.VERIFIER) + "&redirect_uri=http://127.0.0.1:1/callback"));

        assertThat(TestPhone.location(again)).hasHost("127.0.0.1").hasPort(1);
    }

    @Test
    void issuesAnIdTokenForTheScopeOpenid() throws Exception {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("scope", "openid sip.register");
        request.put("nonce", "n-0S6_WzA2Mj");

        Answer tokens = phone.redeem(phone.authorize("alice", request).get("code"));

        assertThat(claims(tokens.text("id_token")))
                .containsEntry("sub", "alice")
                .containsEntry("aud", "softphone")
                .containsEntry("nonce", "n-0S6_WzA2Mj");
        assertThat(header(tokens.text("id_token"))).containsEntry("typ", "JWT");
        assertThat(claims(tokens.text("access_token"))).containsEntry("scope", "openid sip.register");
    }

    /** OpenID Connect Core §3.1.2.1: no page, whatever is found. */
    @Test
    void answersASilentRequestWithoutAPageWhoeverIsSignedIn() {
        Map<String, String> request = silentRequest();
        URI link = server.url("/oauth2/authorize?" + query(request));

        assertThat(TestPhone.parameters(TestPhone.location(phone.get(link))))
                .containsEntry("error", "login_required")
                .containsEntry("state", "the state & more")
                .containsEntry("iss", TestServer.ISSUER);
        phone.signIn("alice", server.passwordOf("alice"));
        assertThat(TestPhone.parameters(TestPhone.location(phone.get(link)))).containsKey("code");
    }

    /** OpenID Connect Core §3.1.2.1, §2. */
    @Test
    void wantsAnotherSignInWhereTheLastIsTooOldAndTellsWhenItWas() throws Exception {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("scope", "openid sip.register");
        Instant anHourAgo = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.SECONDS);
        makeSessionOld(phone.signIn("alice", server.passwordOf("alice")), anHourAgo);

        Answer tokens = phone.redeem(phone.authorize("alice", request).get("code"));
        assertThat(claims(tokens.text("id_token"))).containsEntry("auth_time", anHourAgo.getEpochSecond());
        request.put("max_age", "60");
        URI link = server.url("/oauth2/authorize?" + query(request));
        assertThat(TestPhone.parameters(TestPhone.location(phone.get(URI.create(link + "prompt=none")))))
                .containsEntry("error", "login_required");
        assertThat(TestPhone.location(phone.get(link))).isEqualTo(server.url("/login"));
        HttpResponse<String> back = phone.follow(phone.signIn("alice", server.passwordOf("alice")));
        Answer renewed =
                phone.redeem(TestPhone.parameters(TestPhone.location(back)).get("code"));
        assertThat((Long) claims(renewed.text("id_token")).get("auth_time"))
                .isGreaterThan(anHourAgo.getEpochSecond() + 3000);
    }

    /** OpenID Connect Core §3.1.2.1: whoever is signed in may be somebody else. */
    @Test
    void letsSomebodyElseSignInWhereASignInIsAskedForAlsoOfAPostedRequest() {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("scope", "openid sip.register");
        request.put("prompt", "login");
        makeSessionOld(
                phone.signIn("bob", server.passwordOf("bob")), Instant.now().minusSeconds(3600));

        assertThat(TestPhone.location(phone.follow(phone.postForm("/", "/oauth2/authorize", request))))
                .isEqualTo(server.url("/login"));
        HttpResponse<String> back = phone.signIn("alice", server.passwordOf("alice"));
        makeSessionOld(back, Instant.now().minusSeconds(60)); // so slow is the link
        URI errand = TestPhone.location(back);

        assertThat(errand).hasPath("/oauth2/authorize");
        assertThat(TestPhone.parameters(TestPhone.location(phone.get(errand))))
                .containsEntry("state", "the state & more")
                .containsKey("code");
    }

    private static void makeSessionOld(HttpResponse<String> signedIn, Instant since) {
        String cookie = signedIn.headers().allValues("Set-Cookie").stream()
                .filter(header -> header.startsWith("SESSION="))
                .findFirst()
                .orElseThrow();
        @SuppressWarnings("unchecked")
        SessionRepository<MapSession> sessions = server.bean(SessionRepository.class);
        MapSession session = sessions.findById(
                new String(Base64.getDecoder().decode(cookie.substring("SESSION=".length(), cookie.indexOf(';')))));
        SecurityContext context = session.getRequiredAttribute(SPRING_SECURITY_CONTEXT_KEY);
        List<GrantedAuthority> authorities =
                new ArrayList<>(List.of(FactorGrantedAuthority.withAuthority(FactorGrantedAuthority.PASSWORD_AUTHORITY)
                        .issuedAt(since)
                        .build()));
        context.getAuthentication().getAuthorities().stream()
                .filter(authority -> !(authority instanceof FactorGrantedAuthority))
                .forEach(authorities::add);
        context.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(
                context.getAuthentication().getName(), null, authorities));
        session.setAttribute(SPRING_SECURITY_CONTEXT_KEY, context);
        sessions.save(session);
    }

    @ParameterizedTest
    @CsvSource({
        "redirect_uri, http://127.0.0.1:49152/other, ",
        "client_id, stranger, ",
        "code_challenge, , invalid_request",
        "scope, openid admin, invalid_scope",
        "prompt, none login, invalid_request",
        "max_age, 1h, invalid_request",
        "device_name, ../CSFALICE, invalid_request",
    })
    void tellsNobodyButTheClientWhatIsWrongWithASilentRequest(String parameter, String value, String error) {
        Map<String, String> request = silentRequest();
        if (value == null) {
            request.remove(parameter);
        } else {
            request.put(parameter, value);
        }

        HttpResponse<String> answer = phone.get(server.url("/oauth2/authorize?" + query(request)));

        if (error == null) {
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.headers().firstValue("Location")).isEmpty();
        } else {
            assertThat(TestPhone.location(answer)).hasHost("127.0.0.1").hasPort(49152);
            assertThat(TestPhone.parameters(TestPhone.location(answer))).containsEntry("error", error);
        }
    }

    @Test
    void showsTheSignInPageForAPromptThatIsNotOfOpenidConnect() {
        Map<String, String> request = silentRequest();
        request.put("scope", "sip.register");

        assertThat(TestPhone.location(phone.get(server.url("/oauth2/authorize?" + query(request)))))
                .isEqualTo(server.url("/login"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CSFBOB", "CSFNOBODY"})
    void deniesADeviceOfSomebodyElseLikeOneThatDoesNotExist(String device) {
        assertThat(phone.authorize("alice", TestPhone.request(device)))
                .containsEntry("error", "access_denied")
                .containsEntry("error_description", "the device is not one that this subscriber may use")
                .containsEntry("iss", TestServer.ISSUER)
                .containsEntry("state", "the state & more");
    }

    @ParameterizedTest
    @CsvSource({
        "device_name, ../CSFALICE, invalid_request",
        "device_name, , invalid_request",
        "scope, , invalid_scope",
        "scope, sip.register admin, invalid_scope",
        "code_challenge, , invalid_request",
        "code_challenge_method, plain, invalid_request",
        "response_type, token, unsupported_response_type",
    })
    void refusesABadRequest(String parameter, String value, String error) {
        Map<String, String> request = TestPhone.request("CSFALICE");
        if (value == null) {
            request.remove(parameter);
        } else {
            request.put(parameter, value);
        }
        URI link = server.url("/oauth2/authorize?" + query(request));

        HttpResponse<String> answer = phone.get(link);

        if (answer.statusCode() == 302) {
            assertThat(TestPhone.location(answer))
                    .as("no link sends anybody on who has not signed in: RFC 9700 §4.11.2")
                    .isEqualTo(server.url("/login"));
            assertThat(phone.authorize("alice", request))
                    .containsEntry("error", error)
                    .containsEntry("iss", TestServer.ISSUER);
        } else {
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(parameter).isEqualTo("response_type");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:49152/callback/",
                "http://127.0.0.1:49152/callback?x=1",
                "http://127.0.0.1:49152/Callback",
                "https://127.0.0.1:49152/callback",
                "http://localhost:49152/callback",
                "http://user@127.0.0.1:49152/callback",
                "http://127.0.0.1.evil.example/callback",
                "http://127.0.0.1:49152/callback#fragment",
                "//127.0.0.1/callback",
            })
    void neverRedirectsToAnAddressThatIsNotRegistered(String redirectUri) {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("redirect_uri", redirectUri);

        HttpResponse<String> answer = phone.get(server.url("/oauth2/authorize?" + query(request)));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Location")).isEmpty();
    }

    @Test
    void neverRedirectsForAClientItDoesNotKnow() {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("client_id", "stranger");

        assertThat(phone.get(server.url("/oauth2/authorize?" + query(request))).statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "code_verifier, another-code-verifier-of-43-characters-or-more-012345",
        "redirect_uri, http://127.0.0.1:49153/callback",
        "client_id, deskphone",
        "code, not-a-code",
    })
    void refusesACodeThatDoesNotFitItsRequest(String parameter, String value) {
        String code = phone.authorize("alice", TestPhone.request("CSFALICE")).get("code");
        Map<String, String> form = new HashMap<>(Map.of(
                "grant_type",
                "authorization_code",
                "client_id",
                "softphone",
                "code",
                code,
                "redirect_uri",
                TestPhone.REDIRECT_URI,
                "code_verifier",
                TestPhone.VERIFIER));
        form.put(parameter, value);

        Answer answer = phone.token(form);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json()).containsEntry("error", "invalid_grant").doesNotContainKey("access_token");
    }

    @Test
    void refusesAGrantThatNobodyHasAsRfc6749Says() {
        TestPhone.Answer answer = phone.token(
                Map.of("grant_type", "password", "client_id", "softphone", "username", "alice", "password", "guess"));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.text("error")).isEqualTo("invalid_client");
    }

    @Test
    void refusesACodeTwiceAndEndsTheLoginItBegan() {
        String code = phone.authorize("alice", TestPhone.request("CSFALICE")).get("code");
        Answer first = phone.redeem(code);

        Answer second = phone.redeem(code);

        assertThat(first.status()).isEqualTo(200);
        assertThat(second.json()).containsEntry("error", "invalid_grant");
        assertThat(refresh(first.text("refresh_token")).json()).containsEntry("error", "invalid_grant");
    }

    @Test
    void redeemsACodeOnceHoweverManyAskAtTheSameTime() throws Exception {
        String code = phone.authorize("alice", TestPhone.request("CSFALICE")).get("code");
        ExecutorService many = Executors.newFixedThreadPool(8);
        try {
            List<Future<Answer>> answers = IntStream.range(0, 16)
                    .mapToObj(i -> many.submit(() -> new TestPhone(server).redeem(code)))
                    .toList();
            int granted = 0;
            for (Future<Answer> answer : answers) {
                granted += answer.get().status() == 200 ? 1 : 0;
            }
            assertThat(granted).isLessThanOrEqualTo(1);
        } finally {
            many.shutdownNow();
        }
    }

    private Answer refresh(String refreshToken) {
        return phone.token(
                Map.of("grant_type", "refresh_token", "client_id", "softphone", "refresh_token", refreshToken));
    }

    private static Map<String, String> silentRequest() {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("scope", "openid sip.register");
        request.put("prompt", "none");
        return request;
    }

    private static String query(Map<String, String> parameters) {
        StringBuilder query = new StringBuilder();
        parameters.forEach((name, value) -> query.append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
                .append('&'));
        return query.toString();
    }

    private static Map<String, Object> claims(String jwt) throws Exception {
        return part(jwt, 1);
    }

    private static Map<String, Object> header(String jwt) throws Exception {
        return part(jwt, 0);
    }

    private static Map<String, Object> part(String jwt, int index) throws Exception {
        return JSONObjectUtils.parse(new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[index])));
    }
}
