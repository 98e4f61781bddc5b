package org.sipoauth.authz.parameter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.sipoauth.authz.parameter.Administrator.json;
import static org.sipoauth.authz.parameter.Administrator.tag;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.Records;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The parameters over TLS, as {@code sipoauth parameter} changes them, and what the next tokens are like. */
class ParametersEndpointIT {
    private static final String PATH = "/parameters/";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static Administrator administrator;

    private final TestPhone phone = new TestPhone(server);

    @BeforeAll
    static void start() {
        server = TestServer.start(
                folder,
                "--sipoauth.clients[0].id=partner",
                "--sipoauth.clients[0].grant-types=authorization_code",
                "--sipoauth.clients[0].scopes=sip.register");
        administrator = new Administrator(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void asTheSettingsSay() {
        Parameter.all(server.bean(Settings.class)).forEach(parameter -> administrator.delete(PATH + parameter.name()));
    }

    @Test
    void listsEveryParameterWithItsRangeAndWhatTheIncumbentCallsIt() throws Exception {
        List<Map<String, Object>> parameters =
                List.of(JSONObjectUtils.getJSONObjectArray(json(administrator.get("/parameters")), "parameters"));

        assertThat(parameters)
                .extracting(parameter -> parameter.get("name"))
                .containsExactly(
                        "access-token-expiry",
                        "softphone-refresh-token-expiry",
                        "desk-phone-refresh-token-expiry",
                        "refresh-login-flow",
                        "third-party-redirect-uris",
                        "sip-oauth-mode");
        assertThat(parameters.get(0))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "name",
                        "access-token-expiry",
                        "familiar_name",
                        "OAuth Access Token Expiry Timer (minutes)",
                        "value",
                        60L,
                        "default",
                        60L,
                        "set",
                        false,
                        "unit",
                        "minutes",
                        "minimum",
                        1L,
                        "maximum",
                        1440L));
        assertThat(parameters.get(1))
                .containsEntry("value", 60L)
                .containsEntry("unit", "days")
                .containsEntry("maximum", 365L);
        assertThat(parameters.get(5))
                .containsEntry("value", "enabled")
                .containsEntry("changed_through", "/admin/api/v1/sip-oauth-mode");
    }

    @Test
    void showsTheListInParts() throws Exception {
        Map<String, Object> first = json(administrator.get("/parameters?limit=4"));
        Map<String, Object> second = json(administrator.get("/parameters?limit=4&after=" + first.get("next")));

        assertThat(JSONObjectUtils.getJSONObjectArray(first, "parameters")).hasSize(4);
        assertThat(JSONObjectUtils.getJSONObjectArray(second, "parameters"))
                .extracting(parameter -> parameter.get("name"))
                .containsExactly("third-party-redirect-uris", "sip-oauth-mode");
        assertThat(second).doesNotContainKey("next");
        assertThat(administrator.get("/parameters?name=x").statusCode()).isEqualTo(400);
    }

    @Test
    void accessTokensLiveAsLongAsWasSetWhenTheyWereIssued() throws Exception {
        Answer before = phone.logIn("alice", "CSFALICE");

        HttpResponse<String> set = administrator.put(PATH + "access-token-expiry", "{\"value\":5}");

        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
        assertThat(json(set))
                .containsEntry("value", 5L)
                .containsEntry("default", 60L)
                .containsEntry("set", true);
        assertThat(json(administrator.get(PATH + "access-token-expiry"))).isEqualTo(json(set));
        assertThat(life(before)).isEqualTo(Duration.ofMinutes(60));
        Answer after = refresh(before);
        assertThat(life(after)).isEqualTo(Duration.ofMinutes(5));
        assertThat(after.json()).containsEntry("expires_in", 300L);
        assertThat(server.bean(CurrentParameters.class).get().accessToken()).isEqualTo(Duration.ofMinutes(5));

        administrator.delete(PATH + "access-token-expiry");
        assertThat(life(refresh(after))).isEqualTo(Duration.ofMinutes(60));
    }

    @ParameterizedTest
    @CsvSource({"softphone-refresh-token-expiry,7", "desk-phone-refresh-token-expiry,60"})
    void softphonesAndDeskPhonesHaveTheirOwnEndOfALogin(String parameter, long days) {
        administrator.put(PATH + parameter, "{\"value\":7}");

        phone.logIn("alice", "CSFALICE");

        assertThat(lastLoginOf("alice")).isEqualTo(Duration.ofDays(days));
    }

    @Test
    void aLoginIsOverWithItsAccessTokenWhileTheRefreshLoginFlowIsDisabled() throws Exception {
        Answer before = phone.logIn("alice", "CSFALICE");

        administrator.put(PATH + "refresh-login-flow", "{\"value\":\"disabled\"}");
        Answer login = phone.logIn("alice", "CSFALICE");

        assertThat(login.status()).isEqualTo(200);
        assertThat(login.json()).doesNotContainKey("refresh_token");
        assertThat(SignedJWT.parse(login.text("access_token")).getJWTClaimsSet().getClaims())
                .containsKeys("sid", "status"); // can be revoked as any other
        assertThat(lastLoginOf("alice")).isEqualTo(Duration.ofMinutes(60));
        assertThat(refresh(before).json()).containsKey("refresh_token"); // goes on to its end
    }

    @Test
    void clientsWithoutRedirectUrisUseThoseOfThirdParties() throws Exception {
        String uri = "https://app.partner.example/callback";
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("client_id", "partner");
        request.put("redirect_uri", uri);
        phone.logIn("alice", "CSFALICE");
        assertThat(ask(request).statusCode()).isEqualTo(400);

        administrator.put(
                PATH + "third-party-redirect-uris", "{\"value\":[\"" + uri + "\",\"com.example.app:/callback\"]}");

        HttpResponse<String> granted = ask(request);
        assertThat(granted.statusCode()).isEqualTo(302);
        assertThat(TestPhone.location(granted).toString()).startsWith(uri + "?code=");
        request.put("redirect_uri", uri + "/");
        assertThat(ask(request).statusCode()).isEqualTo(400);
        request.put("client_id", "softphone"); // has its own
        request.put("redirect_uri", uri);
        assertThat(ask(request).statusCode()).isEqualTo(400);
        assertThat(new TestPhone(server)
                        .get(server.url("/login"))
                        .headers()
                        .firstValue("Content-Security-Policy")
                        .orElseThrow())
                .contains("form-action 'self'", " https://app.partner.example", " com.example.app:");
    }

    static Stream<List<String>> wrong() {
        String minutes = "access-token-expiry is a whole number of minutes from 1 to 1440";
        String days = "softphone-refresh-token-expiry is a whole number of days from 1 to 365";
        String uris = "third-party-redirect-uris is no redirect URI";
        return Stream.of(
                List.of("access-token-expiry", "{\"value\":0}", minutes),
                List.of("access-token-expiry", "{\"value\":1441}", minutes),
                List.of("access-token-expiry", "{\"value\":-5}", minutes),
                List.of("access-token-expiry", "{\"value\":1.5}", minutes),
                List.of("access-token-expiry", "{\"value\":\"60\"}", minutes),
                List.of("access-token-expiry", "{\"value\":99999999999}", minutes),
                List.of("access-token-expiry", "{\"value\":null}", minutes),
                List.of("access-token-expiry", "{\"value\":60,\"more\":1}", minutes),
                List.of("access-token-expiry", "{}", minutes),
                List.of("softphone-refresh-token-expiry", "{\"value\":366}", days),
                List.of("refresh-login-flow", "{\"value\":true}", "\\\"enabled\\\""),
                List.of("third-party-redirect-uris", "{\"value\":\"https://a.example\"}", "a list of at most 100"),
                List.of("third-party-redirect-uris", "{\"value\":[\"http://a.example/\"]}", uris),
                List.of("third-party-redirect-uris", "{\"value\":[\"https://a.example/#x\"]}", uris),
                List.of("third-party-redirect-uris", "{\"value\":[\"https://*.example/\"]}", uris),
                List.of("third-party-redirect-uris", "{\"value\":[\"https://u@a.example/\"]}", uris),
                List.of("third-party-redirect-uris", "{\"value\":[\"javascript:alert(1)\"]}", uris),
                List.of("third-party-redirect-uris", "{\"value\":[\"/callback\"]}", uris),
                List.of("third-party-redirect-uris", "{\"value\":[7]}", uris),
                List.of(
                        "third-party-redirect-uris",
                        "{\"value\":[\"https://a.example/\",\"https://a.example/\"]}",
                        "twice"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void saysTheRangeOfAParameterThatWouldLeaveIt(List<String> parameterBodyAndExplanation) {
        String path = PATH + parameterBodyAndExplanation.get(0);
        Object before = json(administrator.get(path)).get("value");

        HttpResponse<String> answer = administrator.put(path, parameterBodyAndExplanation.get(1));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body()).contains(parameterBodyAndExplanation.get(2));
        assertThat(json(administrator.get(path))).containsEntry("value", before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such", "ACCESS-TOKEN-EXPIRY"})
    void namesTheParametersToWhoeverAsksForAnother(String name) {
        HttpResponse<String> answer = administrator.put(PATH + name, "{\"value\":1}");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("access-token-expiry", "sip-oauth-mode");
    }

    @Test
    void sendsWhoeverWouldSwitchTheModeHereToItsOwnPlace() {
        assertThat(administrator
                        .put(PATH + "sip-oauth-mode", "{\"value\":\"disabled\"}")
                        .body())
                .contains("/admin/api/v1/sip-oauth-mode");
        assertThat(json(administrator.get(PATH + "sip-oauth-mode"))).containsEntry("value", "enabled");
    }

    @Test
    void changesOnlyWhatSomebodyHasSeen() {
        String path = PATH + "desk-phone-refresh-token-expiry";
        String unset = tag(administrator.get(path));
        String first = tag(administrator.put(path, "{\"value\":10}", "If-Match", unset));

        assertThat(tag(administrator.get(path))).isEqualTo(first);
        assertThat(administrator.put(path, "{\"value\":20}", "If-Match", unset).statusCode())
                .isEqualTo(412);
        assertThat(administrator.delete(path, "If-Match", unset).statusCode()).isEqualTo(412);
        assertThat(administrator
                        .put(path, "{\"value\":20}", "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(412);
        assertThat(json(administrator.get(path))).containsEntry("value", 10L);

        assertThat(administrator.put(path, "{\"value\":20}", "If-Match", "*").statusCode())
                .isEqualTo(200);
        String second = tag(administrator.get(path));
        assertThat(administrator.delete(path, "If-Match", second).statusCode()).isEqualTo(204);
        assertThat(json(administrator.get(path))).containsEntry("value", 60L).containsEntry("set", false);
        assertThat(administrator.delete(path).statusCode()).isEqualTo(204);
    }

    @Test
    void otherServersHaveAChangeWithTheirNextLook() {
        ParameterKeeper other = keeper(server.bean(Settings.class));
        Parameters before = other.get();

        administrator.put(PATH + "access-token-expiry", "{\"value\":30}");
        assertThat(other.get()).isSameAs(before);
        other.look();

        assertThat(other.get().accessToken()).isEqualTo(Duration.ofMinutes(30));
        Parameters after = other.get();
        other.look();
        assertThat(other.get()).isSameAs(after);
    }

    @Test
    void noTokenIsMadeToOutliveItsKeyAtVerifiers() {
        Settings twoHours = settings("2h");
        ParameterKeeper other = keeper(twoHours);
        Parameter<?> expiry = Parameter.all(twoHours).get(0);
        assertThatThrownBy(() -> other.set(expiry, 119, Expected.ANYTHING))
                .hasMessageContaining("access-token-expiry is a whole number of minutes from 1 to 118")
                .hasMessageContaining("sipoauth.keys.retention were not PT2H");
        other.set(expiry, 118, Expected.ANYTHING);

        administrator.put(PATH + "access-token-expiry", "{\"value\":1440}"); // this server keeps its keys for longer
        other.look();

        assertThat(other.get().accessToken()).isEqualTo(Duration.ofMinutes(118));
        assertThatThrownBy(() -> keeper(twoHours))
                .isInstanceOf(StartupRefused.class)
                .hasMessageContaining("from 1 to 118");
    }

    @Test
    void isForAdministratorsAloneAndAudited() {
        String token = phone.logIn("bob", "CSFBOB").text("access_token");
        assertThat(phone.get(server.url("/admin/api/v1/parameters"), "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(401);

        administrator.put(PATH + "access-token-expiry", "{\"value\":45}");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                administrator.get("/audit?event=parameter_set").body())
                        .contains(
                                "\"by\":\"admin\"",
                                "\"parameter\":\"access-token-expiry\"",
                                "\"before.value\":\"60\"",
                                "\"after.value\":\"45\""));
    }

    private static ParameterKeeper keeper(Settings settings) {
        return new ParameterKeeper(server.bean(Records.class), Parameter.all(settings), Parameters.of(settings));
    }

    private static Settings settings(String retention) {
        return new Binder(new MapConfigurationPropertySource(
                        Map.of("sipoauth.audience", "sip:example.com", "sipoauth.keys.retention", retention)))
                .bind("sipoauth", Settings.class)
                .get();
    }

    private HttpResponse<String> ask(Map<String, String> request) {
        StringBuilder query = new StringBuilder("/oauth2/authorize?");
        request.forEach((name, value) -> query.append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
                .append('&'));
        return phone.get(server.url(query.toString()));
    }

    private Answer refresh(Answer login) {
        return phone.token(Map.of(
                "grant_type", "refresh_token", "client_id", "softphone", "refresh_token", login.text("refresh_token")));
    }

    private static Duration life(Answer login) throws Exception {
        var claims = SignedJWT.parse(login.text("access_token")).getJWTClaimsSet();
        return Duration.between(
                claims.getIssueTime().toInstant(), claims.getExpirationTime().toInstant());
    }

    private static Duration lastLoginOf(String user) {
        try {
            Map<String, Object> session = JSONObjectUtils.getJSONObjectArray(
                    json(administrator.get("/sessions?user=" + user)), "sessions")[0];
            return Duration.between(
                    Instant.parse(session.get("begun").toString()),
                    Instant.parse(session.get("end").toString()));
        } catch (ParseException malformed) {
            throw new AssertionError(malformed);
        }
    }
}
