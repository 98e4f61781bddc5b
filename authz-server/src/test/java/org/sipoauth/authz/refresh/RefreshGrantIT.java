package org.sipoauth.authz.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;

/** The refresh grant over HTTPS. Time passes in {@link RefreshLifetimeIT}. */
class RefreshGrantIT {
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

    @Test
    void exchangesARefreshTokenForANewPair() throws ParseException {
        Answer login = phone.logIn("alice", "CSFALICE");

        Answer answer = refresh(login);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json())
                .containsEntry("token_type", "Bearer")
                .containsEntry("scope", "sip.register")
                .containsOnlyKeys(
                        "access_token",
                        "token_type",
                        "expires_in",
                        "refresh_token",
                        "refresh_token_expires_in",
                        "scope");
        assertThat((Long) answer.json().get("refresh_token_expires_in"))
                .isBetween(
                        Duration.ofDays(60).minusMinutes(5).toSeconds(),
                        Duration.ofDays(60).toSeconds());
        assertThat(answer.text("refresh_token"))
                .isNotEqualTo(login.text("refresh_token"))
                .hasSizeLessThan(120);
        JWTClaimsSet claims = claims(answer);
        assertThat(claims.getSubject()).isEqualTo("alice");
        assertThat(claims.getStringClaim("device_name")).isEqualTo("CSFALICE");
        assertThat(claims.getStringListClaim("aor")).containsExactly("sip:1001@example.com");
        assertThat(claims.getJWTID()).isNotEqualTo(claims(login).getJWTID());
        assertThat(claims.getStringClaim("sid")).isEqualTo(claims(login).getStringClaim("sid"));
        assertThat(claims.getJSONObjectClaim("status")).isEqualTo(claims(login).getJSONObjectClaim("status"));
        assertThat(refresh(answer).status()).isEqualTo(200);
    }

    @Test
    void tellsTheLifeOfTheFirstRefreshTokenToo() {
        assertThat((Long) phone.logIn("alice", "CSFALICE").json().get("refresh_token_expires_in"))
                .isBetween(
                        Duration.ofDays(60).minusMinutes(5).toSeconds(),
                        Duration.ofDays(60).toSeconds());
    }

    @Test
    void letsNobodyCacheTheAnswer() {
        String form = "grant_type=refresh_token&client_id=softphone&refresh_token="
                + phone.logIn("alice", "CSFALICE").text("refresh_token");

        HttpResponse<String> answer = phone.send(HttpRequest.newBuilder(server.url("/oauth2/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
    }

    @Test
    void givesTheSameRefreshTokenToAPhoneThatLostTheAnswer() throws ParseException {
        Answer login = phone.logIn("alice", "CSFALICE");
        Answer lost = refresh(login);

        Answer again = refresh(login);

        assertThat(again.text("refresh_token")).isEqualTo(lost.text("refresh_token"));
        assertThat(claims(again).getJWTID()).isNotEqualTo(claims(lost).getJWTID());
        assertThat(refresh(again).status()).isEqualTo(200);
    }

    @Test
    void hasOneLiveSuccessorHoweverManyAskAtTheSameTime() throws Exception {
        ExecutorService many = Executors.newFixedThreadPool(20);
        try {
            String live = phone.logIn("alice", "CSFALICE").text("refresh_token");
            for (int round = 0; round < 10; round++) {
                String presented = live;
                CyclicBarrier together = new CyclicBarrier(20);
                List<Callable<Answer>> requests = new ArrayList<>();
                for (int request = 0; request < 20; request++) {
                    requests.add(() -> {
                        together.await();
                        return refresh(presented);
                    });
                }
                Set<String> successors = new HashSet<>();
                for (Future<Answer> answer : many.invokeAll(requests)) {
                    assertThat(answer.get().status()).isEqualTo(200);
                    successors.add(answer.get().text("refresh_token"));
                }
                assertThat(successors).hasSize(1);
                live = successors.iterator().next();
            }
        } finally {
            many.shutdownNow();
        }
    }

    @Test
    void endsTheLoginWhenAnOldTokenIsReplayed() {
        Answer login = phone.logIn("alice", "CSFALICE");
        Answer newest = refresh(refresh(refresh(login)));

        assertThat(refresh(login).json())
                .containsEntry("error", "invalid_grant")
                .containsOnlyKeys("error", "error_description");
        assertThat(refresh(newest).json()).containsEntry("error", "invalid_grant");
    }

    @Test
    void endsOnlyTheLoginThatWasReplayed() {
        Answer other = phone.logIn("alice", "CSFALICE");
        Answer login = phone.logIn("alice", "CSFALICE");
        refresh(refresh(refresh(login)));
        refresh(login);

        assertThat(refresh(other).status()).isEqualTo(200);
    }

    @Test
    void refusesAnotherClientAndLeavesTheLoginAlone() {
        Answer login = phone.logIn("alice", "CSFALICE");

        Answer stolen = phone.token(form(login.text("refresh_token"), "client_id", "deskphone"));

        assertThat(stolen.status()).isEqualTo(400);
        assertThat(stolen.json()).containsEntry("error", "invalid_grant");
        assertThat(refresh(login).status()).isEqualTo(200);
    }

    @Test
    void narrowsTheAccessTokenOnly() throws ParseException {
        Answer login = logInWithOpenid();

        Answer narrow = phone.token(form(login.text("refresh_token"), "scope", "sip.register"));
        Answer whole = refresh(narrow);

        assertThat(narrow.text("scope")).isEqualTo("sip.register");
        assertThat(claims(narrow).getStringClaim("scope")).isEqualTo("sip.register");
        assertThat(Set.of(whole.text("scope").split(" "))).containsExactlyInAnyOrder("openid", "sip.register");
    }

    @Test
    void refusesAWiderScopeAndLeavesTheLoginAlone() {
        Answer login = phone.logIn("alice", "CSFALICE");

        Answer wider = phone.token(form(login.text("refresh_token"), "scope", "sip.register openid"));

        assertThat(wider.status()).isEqualTo(400);
        assertThat(wider.json()).containsEntry("error", "invalid_scope");
        assertThat(refresh(login).status()).isEqualTo(200);
    }

    @Test
    void refusesADeviceThatIsSwitchedOffUntilItIsSwitchedOn() {
        Devices devices = server.bean(Devices.class);
        Device device = devices.find("CSFCAROL").orElseThrow();
        Answer login = phone.logIn("carol", "CSFCAROL");
        devices.save(
                new Device(device.name(), device.owner(), device.addressesOfRecord(), device.securityProfile(), false));

        assertThat(refresh(login).json()).containsEntry("error", "invalid_grant");

        devices.save(device);
        assertThat(refresh(login).status()).isEqualTo(200);
    }

    @Test
    void refusesADeviceThatHasAnotherOwner() {
        Devices devices = server.bean(Devices.class);
        Device device = devices.find("CSFDAVE").orElseThrow();
        Answer login = phone.logIn("dave", "CSFDAVE");
        devices.save(new Device(device.name(), "erin", device.addressesOfRecord()));

        assertThat(refresh(login).json()).containsEntry("error", "invalid_grant");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "AQ", "%00", "not a token", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAQ"})
    void refusesWhatIsNoToken(String value) {
        assertThat(refresh(value).json()).containsEntry("error", "invalid_grant");
    }

    @Test
    void refusesATokenWithAnyCharacterChangedAndLeavesTheLoginAlone() {
        Answer login = phone.logIn("alice", "CSFALICE");
        String token = login.text("refresh_token");
        for (int place = 0; place < token.length(); place++) {
            char other = token.charAt(place) == 'A' ? 'B' : 'A';
            Answer answer = refresh(token.substring(0, place) + other + token.substring(place + 1));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json()).containsEntry("error", "invalid_grant");
        }
        assertThat(refresh(login).status()).isEqualTo(200);
    }

    @Test
    void wantsARefreshToken() {
        Answer answer = phone.token(Map.of("grant_type", "refresh_token", "client_id", "softphone"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json()).containsEntry("error", "invalid_request");
    }

    @Test
    void wantsAClient() {
        String token = phone.logIn("alice", "CSFALICE").text("refresh_token");

        Answer nobody = phone.token(Map.of("grant_type", "refresh_token", "refresh_token", token));
        Answer stranger = phone.token(form(token, "client_id", "stranger"));

        assertThat(nobody.json()).containsEntry("error", "invalid_client");
        assertThat(stranger.status()).isEqualTo(401);
        assertThat(stranger.json()).containsEntry("error", "invalid_client");
    }

    @Test
    void doesNotTakeAConfidentialClientByItsName() {
        String token = phone.logIn("alice", "CSFALICE").text("refresh_token");

        assertThat(phone.token(form(token, "client_id", "demo-service")).json())
                .containsEntry("error", "invalid_client");
    }

    @Test
    void refusesAClientWithoutThisGrant() {
        String token = phone.logIn("alice", "CSFALICE").text("refresh_token");
        Map<String, String> form = form(token, "client_id", "demo-service");

        assertThat(phone.token(form, "demo-service", server.secretOf("demo-service"))
                        .json())
                .containsEntry("error", "unauthorized_client");
    }

    private Answer logInWithOpenid() {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("scope", "openid sip.register");
        return phone.redeem(phone.authorize("alice", request).get("code"));
    }

    private Answer refresh(Answer previous) {
        assertThat(previous.status()).isEqualTo(200);
        return refresh(previous.text("refresh_token"));
    }

    private Answer refresh(String token) {
        return phone.token(form(token, "client_id", "softphone"));
    }

    private static Map<String, String> form(String token, String name, String value) {
        Map<String, String> form = new HashMap<>();
        form.put("grant_type", "refresh_token");
        form.put("client_id", "softphone");
        form.put("refresh_token", token);
        form.put(name, value);
        return form;
    }

    private static JWTClaimsSet claims(Answer answer) throws ParseException {
        return SignedJWT.parse(answer.text("access_token")).getJWTClaimsSet();
    }
}
