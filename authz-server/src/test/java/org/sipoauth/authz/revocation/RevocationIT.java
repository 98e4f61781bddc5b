package org.sipoauth.authz.revocation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.client.MachineSecretEncoder;
import org.sipoauth.authz.refresh.FamilyId;
import org.sipoauth.authz.refresh.Sessions;

/** RFC 7009 and RFC 7662 over HTTPS. */
class RevocationIT {
    private static final String ASKER = "asker";
    private static final String SECRET = "a secret of a test, and not of 256 random bits";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestPhone phone;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder, asker());
        phone = new TestPhone(server);
    }

    private static String[] asker() {
        return new String[] {
            "--sipoauth.clients[0].id=" + ASKER,
            "--sipoauth.clients[0].secret-hash=" + new MachineSecretEncoder().encode(SECRET),
            "--sipoauth.clients[0].grant-types=client_credentials",
            "--sipoauth.clients[0].scopes=introspect"
        };
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aPhoneSignsOutWithItsRefreshToken() throws Exception {
        Answer login = logIn("alice");

        HttpResponse<String> answer = revoke(login.text("refresh_token"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        assertOver(login);
        assertThat(server.bean(Sessions.class)
                        .find(sessionOf(login))
                        .orElseThrow()
                        .revoked()
                        .orElseThrow()
                        .reason())
                .isEqualTo("signed out");
    }

    @Test
    void aPhoneSignsOutWithItsAccessToken() throws Exception {
        Answer login = logIn("alice");

        assertThat(revoke(login.text("access_token")).statusCode()).isEqualTo(200);

        assertOver(login);
    }

    @Test
    void anAuthenticTokenOfAnyGenerationEndsTheLogin() throws Exception {
        Answer first = logIn("alice");
        Answer newest = refresh(refresh(refresh(first)));

        assertThat(revoke(first.text("refresh_token")).statusCode()).isEqualTo(200);

        assertOver(newest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"})
    void saysWhichMethodToUse(String path) {
        HttpResponse<String> answer = phone.get(server.url(path));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
    }

    @Test
    void revokingTwiceDoesNoHarm() {
        Answer login = logIn("alice");

        assertThat(revoke(login.text("refresh_token")).statusCode()).isEqualTo(200);
        assertThat(revoke(login.text("refresh_token")).statusCode()).isEqualTo(200);
        assertThat(revoke(login.text("access_token")).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access_token", "refresh_token", "nonsense", ""})
    void doesNotBelieveTheHint(String hint) throws Exception {
        Answer login = logIn("alice");

        assertThat(post(
                                "/oauth2/revoke",
                                "token",
                                login.text("refresh_token"),
                                "client_id",
                                "softphone",
                                "token_type_hint",
                                hint)
                        .statusCode())
                .isEqualTo(200);

        assertOver(login);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access_token", "refresh_token"})
    void refusesATokenOfAnotherClientAndLeavesTheLoginAlone(String kind) throws Exception {
        Answer login = logIn("alice");

        HttpResponse<String> answer = post("/oauth2/revoke", "token", login.text(kind), "client_id", "deskphone");
        HttpResponse<String> confidential = postAs(ASKER, SECRET, "/oauth2/revoke", "token", login.text(kind));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSONObjectUtils.parse(answer.body())).containsEntry("error", "invalid_grant");
        assertThat(confidential.statusCode()).isEqualTo(400);
        assertThat(refresh(login).status()).isEqualTo(200);
    }

    @Test
    void saysThatAServicesOwnTokenCannotBeRevoked() throws Exception {
        String token = phone.token(Map.of("grant_type", "client_credentials", "scope", "introspect"), ASKER, SECRET)
                .text("access_token");

        HttpResponse<String> answer = postAs(ASKER, SECRET, "/oauth2/revoke", "token", token);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSONObjectUtils.parse(answer.body())).containsEntry("error", "unsupported_token_type");
    }

    /** At once, though the sweep that sets the bits has not begun. */
    @Test
    void tellsThatTheTokensOfARevokedClientAreDead() throws Exception {
        Answer login = logIn("alice");

        assertThat(revokeAllOf("softphone").statusCode()).isEqualTo(202);

        assertThat(introspect(login.text("access_token")).body()).isEqualTo("{\"active\":false}");
        assertThat(introspect(login.text("refresh_token")).body()).isEqualTo("{\"active\":false}");
        Answer after = logIn("alice");
        assertThat(active(after.text("access_token"))).isTrue();
        assertThat(active(after.text("refresh_token"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "a.b.c", "..", "%00", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAQ", "é"})
    void answersWhatIsNoTokenAsIfItHadBeenRevoked(String token) {
        assertThat(revoke(token).statusCode()).isEqualTo(200);
    }

    @Test
    void answersALongTokenAsIfItHadBeenRevoked() {
        assertThat(revoke("x".repeat(30_000)).statusCode()).isEqualTo(200);
        assertThat(revoke("x.".repeat(15_000)).statusCode()).isEqualTo(200);
        assertThat(revoke("x".repeat(100_000)).statusCode()).isGreaterThanOrEqualTo(400);
    }

    @Test
    void leavesALoginAloneWhoseTokenWasChanged() {
        Answer login = logIn("alice");
        for (String kind : List.of("access_token", "refresh_token")) {
            String token = login.text(kind);
            int place = token.length() - 20;
            char other = token.charAt(place) == 'A' ? 'B' : 'A';
            assertThat(revoke(token.substring(0, place) + other + token.substring(place + 1))
                            .statusCode())
                    .isEqualTo(200);
        }

        assertThat(refresh(login).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client_id=softphone",
                "client_id=softphone&token=",
                "client_id=softphone&token=TOKEN&token=TOKEN",
                "client_id=softphone&token=TOKEN&token_type_hint=a&token_type_hint=b"
            })
    void wantsOneToken(String form) throws Exception {
        Answer login = logIn("alice");

        HttpResponse<String> answer = send("/oauth2/revoke", form.replace("TOKEN", login.text("refresh_token")), null);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSONObjectUtils.parse(answer.body())).containsEntry("error", "invalid_request");
        assertThat(refresh(login).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "token=TOKEN",
                "token=TOKEN&client_id=",
                "token=TOKEN&client_id=stranger",
                "token=TOKEN&client_id=softphone&client_id=softphone",
                "token=TOKEN&client_id=asker",
                "token=TOKEN&client_id=softphone&client_secret=guess"
            })
    void wantsAClient(String form) throws Exception {
        Answer login = logIn("alice");

        HttpResponse<String> answer = send("/oauth2/revoke", form.replace("TOKEN", login.text("refresh_token")), null);

        assertThat(answer.statusCode()).isIn(400, 401);
        assertThat(JSONObjectUtils.parse(answer.body()).get("error")).isIn("invalid_client", "invalid_request");
        assertThat(refresh(login).status()).isEqualTo(200);
    }

    @Test
    void takesNothingFromTheAddress() throws Exception {
        Answer login = logIn("alice");
        String query = "?client_id=softphone&token=" + login.text("refresh_token");

        assertThat(send("/oauth2/revoke" + query, "", null).statusCode()).isEqualTo(401);
        assertThat(phone.get(server.url("/oauth2/revoke" + query)).statusCode()).isNotEqualTo(200);
        assertThat(phone.get(server.url("/oauth2/introspect" + query)).statusCode())
                .isNotEqualTo(200);
        assertThat(refresh(login).status()).isEqualTo(200);
    }

    @Test
    void tellsWhatAnAccessTokenIs() throws Exception {
        Answer login = logIn("alice");

        HttpResponse<String> answer = introspect(login.text("access_token"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        assertThat(JSONObjectUtils.parse(answer.body()))
                .containsEntry("active", true)
                .containsEntry("token_type", "Bearer")
                .containsEntry("scope", "sip.register")
                .containsEntry("client_id", "softphone")
                .containsEntry("username", "alice")
                .containsEntry("sub", "alice")
                .containsEntry("iss", TestServer.ISSUER)
                .containsEntry("device_name", "CSFALICE")
                .containsEntry("sid", sessionOf(login).toString())
                .containsKeys("exp", "iat", "jti", "aud", "aor", "status");
    }

    @Test
    void tellsWhatARefreshTokenIsAndDoesNotUseItUp() throws Exception {
        Answer login = logIn("alice");

        assertThat(JSONObjectUtils.parse(introspect(login.text("refresh_token")).body()))
                .containsEntry("active", true)
                .containsEntry("scope", "sip.register")
                .containsEntry("client_id", "softphone")
                .containsEntry("sub", "alice")
                .containsEntry("sid", sessionOf(login).toString())
                .containsKeys("exp", "iat")
                .doesNotContainKey("token_type");

        Answer next = refresh(login);
        assertThat(next.status()).isEqualTo(200);
        assertThat(active(login.text("refresh_token")))
                .describedAs("the one before: for a phone that lost the answer")
                .isTrue();
        assertThat(active(next.text("refresh_token"))).isTrue();
        Answer last = refresh(next);
        assertThat(active(login.text("refresh_token")))
                .describedAs("replaced, and its successor used")
                .isFalse();
        assertThat(refresh(last).status())
                .describedAs("asking for an old token ends nothing")
                .isEqualTo(200);
    }

    @Test
    void tellsThatARevokedLoginsTokensAreDead() {
        Answer login = logIn("alice");
        revoke(login.text("refresh_token"));

        assertThat(introspect(login.text("access_token")).body()).isEqualTo("{\"active\":false}");
        assertThat(introspect(login.text("refresh_token")).body()).isEqualTo("{\"active\":false}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "a.b.c", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAQ"})
    void tellsNothingOfWhatIsNoToken(String token) {
        assertThat(introspect(token).body()).isEqualTo("{\"active\":false}");
    }

    @Test
    void tellsOfServicesTokensToo() throws Exception {
        String forThePlatform = phone.token(
                        Map.of("grant_type", "client_credentials", "scope", "sip.register"),
                        "demo-service",
                        server.secretOf("demo-service"))
                .text("access_token");

        assertThat(JSONObjectUtils.parse(introspect(forThePlatform).body()))
                .containsEntry("active", true)
                .containsEntry("client_id", "demo-service")
                .doesNotContainKey("sid");
    }

    @Test
    void letsNobodyIntrospectWhoMayNot() throws Exception {
        String token = logIn("alice").text("access_token");

        HttpResponse<String> withoutScope =
                postAs("demo-service", server.secretOf("demo-service"), "/oauth2/introspect", "token", token);
        assertThat(withoutScope.statusCode()).isEqualTo(400);
        assertThat(JSONObjectUtils.parse(withoutScope.body())).containsEntry("error", "unauthorized_client");
        assertThat(post("/oauth2/introspect", "token", token, "client_id", "softphone")
                        .statusCode())
                .isEqualTo(401);
        assertThat(post("/oauth2/introspect", "token", token).statusCode()).isEqualTo(401);
        assertThat(postAs(ASKER, "a guess", "/oauth2/introspect", "token", token)
                        .statusCode())
                .isEqualTo(401);
        assertThat(send("/oauth2/introspect", "token=" + token + "&token=" + token, basic(ASKER, SECRET))
                        .statusCode())
                .isEqualTo(400);
        assertThat(postAs(ASKER, SECRET, "/oauth2/introspect").statusCode()).isEqualTo(400);
    }

    @Test
    void aBrowserThatIsSignedInIsNoClient() {
        TestPhone browser = new TestPhone(server);
        Answer login = browser.logIn("alice", "CSFALICE");

        HttpResponse<String> answer = browser.send(HttpRequest.newBuilder(server.url("/oauth2/introspect"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("token=" + login.text("access_token")))
                .build());

        assertThat(answer.statusCode()).isIn(400, 401);
        assertThat(answer.body()).contains("invalid_client").doesNotContain("active");
    }

    @Test
    void tellsTheTruthAboutExpiryToTheSecond(@TempDir Path other) throws Exception {
        try (TestServer brief = TestServer.start(
                other,
                List.of(List.of(asker()), List.of("--sipoauth.tokens.access=3s")).stream()
                        .flatMap(List::stream)
                        .toArray(String[]::new))) {
            TestPhone caller = new TestPhone(brief);
            String token = caller.logIn("alice", "CSFALICE").text("access_token");
            long expiry =
                    SignedJWT.parse(token).getJWTClaimsSet().getExpirationTime().getTime();

            await().until(() -> {
                boolean before = System.currentTimeMillis() < expiry;
                String answer = caller.send(
                                request(brief, "/oauth2/introspect", "token=" + token, basic(ASKER, SECRET)))
                        .body();
                boolean after = System.currentTimeMillis() >= expiry;
                assertThat(answer.contains("\"active\":true") ? before : after).isTrue();
                return answer.equals("{\"active\":false}");
            });
        }
    }

    private static Answer logIn(String user) {
        return new TestPhone(server).logIn(user, "CSF" + user.toUpperCase(Locale.ROOT));
    }

    private static Answer refresh(Answer previous) {
        return phone.token(Map.of(
                "grant_type",
                "refresh_token",
                "client_id",
                "softphone",
                "refresh_token",
                previous.text("refresh_token")));
    }

    private static void assertOver(Answer login) throws ParseException {
        Answer refused = refresh(login);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json()).containsEntry("error", "invalid_grant");
        assertThat(active(login.text("access_token"))).isFalse();
        assertThat(active(login.text("refresh_token"))).isFalse();
    }

    private static FamilyId sessionOf(Answer login) throws ParseException {
        return FamilyId.parse(
                SignedJWT.parse(login.text("access_token")).getJWTClaimsSet().getStringClaim("sid"));
    }

    private static boolean active(String token) {
        return introspect(token).body().contains("\"active\":true");
    }

    private static HttpResponse<String> revoke(String token) {
        return post("/oauth2/revoke", "token", token, "client_id", "softphone");
    }

    private static HttpResponse<String> revokeAllOf(String client) {
        String token = TestAdministrator.token(server);
        return phone.send(HttpRequest.newBuilder(server.url("/admin/api/v1/revocations"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"client\":\"" + client + "\"}"))
                .build());
    }

    private static HttpResponse<String> introspect(String token) {
        return postAs(ASKER, SECRET, "/oauth2/introspect", "token", token);
    }

    private static HttpResponse<String> post(String path, String... namesAndValues) {
        return send(path, form(namesAndValues), null);
    }

    private static HttpResponse<String> postAs(String client, String secret, String path, String... namesAndValues) {
        return send(path, form(namesAndValues), basic(client, secret));
    }

    private static String basic(String client, String secret) {
        String credentials = URLEncoder.encode(client, UTF_8) + ":" + URLEncoder.encode(secret, UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
    }

    private static String form(String... namesAndValues) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.append(form.isEmpty() ? "" : "&")
                    .append(namesAndValues[i])
                    .append('=')
                    .append(URLEncoder.encode(namesAndValues[i + 1], UTF_8));
        }
        return form.toString();
    }

    private static HttpResponse<String> send(String path, String form, @Nullable String authorization) {
        return phone.send(request(server, path, form, authorization));
    }

    private static HttpRequest request(TestServer server, String path, String form, @Nullable String authorization) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.url(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return request.build();
    }
}
