package org.sipoauth.authz.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.device.SecurityProfile;
import org.sipoauth.authz.dpop.TestProof;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Activation codes over HTTPS: an administrator who makes them, and phones that use them. */
class ActivationGrantIT {
    private static final String GRANT = "urn:sipoauth:params:oauth:grant-type:activation-code";
    private static final String API = "/admin/api/v1";
    private static final String WRONG = "0000-0000-0000-0000";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestPhone phone;
    private static String adminToken;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(folder);
        phone = new TestPhone(server);
        String[] admin = Files.readString(folder.resolve("data/admin-client.txt"))
                .strip()
                .split(":");
        adminToken = phone.token(Map.of("grant_type", "client_credentials", "scope", "admin"), admin[0], admin[1])
                .text("access_token");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A phone of its own for each test: what one does wrong counts for its device. */
    private static String newPhone(String name) {
        server.bean(Devices.class).save(new Device(name, "alice", List.of("sip:1001@example.com")));
        return name;
    }

    @Test
    void signsAPhoneInByTheCodeThatAnAdministratorHasMadeForIt() throws Exception {
        String device = newPhone("SEP000000000001");
        HttpResponse<String> created = create(device);
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        Map<String, Object> json = JSONObjectUtils.parse(created.body());
        assertThat(json)
                .containsOnlyKeys("device", "activation_code", "expires_at")
                .containsEntry("device", device);
        assertThat((String) json.get("activation_code")).matches("([0-9]{4}-){3}[0-9]{4}");
        assertThat(Instant.parse((String) json.get("expires_at")))
                .isAfter(Instant.now().plus(Duration.ofDays(7)).minusSeconds(600));

        Answer tokens = redeem(device, code(created));

        assertThat(tokens.status()).isEqualTo(200);
        assertThat(tokens.text("scope")).isEqualTo("sip.register");
        assertThat(tokens.text("token_type")).isEqualTo("Bearer");
        assertThat(claims(tokens))
                .containsEntry("sub", "alice")
                .containsEntry("client_id", "deskphone")
                .containsEntry("device_name", device)
                .containsEntry("aor", List.of("sip:1001@example.com"))
                .doesNotContainKey("cnf");
        assertThat(refresh(tokens).status()).isEqualTo(200);
    }

    /** RFC 9449 §5, as for softphones; a code whose proof was wrong is good still. */
    @Test
    void bindsTheRefreshTokenToTheKeyOfAProof() throws Exception {
        String device = newPhone("SEP000000000017");
        ECKey key = TestProof.key();
        Map<String, String> request = request(device, code(create(device)));
        assertThat(phone.post("/oauth2/token", request, "DPoP", "no proof").json())
                .containsEntry("error", "invalid_dpop_proof");
        assertThat(phone.post("/oauth2/token", request, "DPoP", proof(key), "DPoP", proof(key))
                        .json())
                .containsEntry("error", "invalid_request");

        Answer tokens = phone.post("/oauth2/token", request, "DPoP", proof(key));

        assertThat(tokens.text("token_type")).isEqualTo("Bearer");
        assertThat(phone.token(request).json()).as("the code again").containsEntry("error", "invalid_grant");
        assertThat(phone.post("/oauth2/token", request, "DPoP", proof(key)).text("refresh_token"))
                .isEqualTo(tokens.text("refresh_token"));
        assertThat(refresh(tokens).json()).containsEntry("error", "invalid_grant");
        assertThat(phone.post("/oauth2/token", refreshForm(tokens), "DPoP", proof(key))
                        .status())
                .isEqualTo(200);
    }

    private static String proof(ECKey key) {
        return TestProof.of(key, TestServer.ISSUER + "/oauth2/token");
    }

    @Test
    void isTypedInAnyGrouping() throws Exception {
        String device = newPhone("SEP000000000002");
        String code = code(create(device));

        assertThat(redeem(device, code.replace("-", "")).status()).isEqualTo(200);
    }

    @Test
    void givesTheSameLoginToAPhoneThatLostTheAnswer() throws Exception {
        String device = newPhone("SEP000000000003");
        String code = code(create(device));
        Answer lost = redeem(device, code);

        Answer again = redeem(device, code);

        assertThat(again.text("refresh_token")).isEqualTo(lost.text("refresh_token"));
        assertThat(claims(again).get("sid")).isEqualTo(claims(lost).get("sid"));
        assertThat(refresh(again).status()).isEqualTo(200);
    }

    @Test
    void beginsOneLoginHoweverManyTryAtTheSameTime() throws Exception {
        String device = newPhone("SEP000000000004");
        String code = code(create(device));
        ExecutorService many = Executors.newFixedThreadPool(16);
        try {
            List<Future<Answer>> answers = IntStream.range(0, 32)
                    .mapToObj(i -> many.submit(() -> redeem(device, code)))
                    .toList();
            Set<Object> logins = new HashSet<>();
            for (Future<Answer> answer : answers) {
                if (answer.get().status() == 200) {
                    logins.add(claims(answer.get()).get("sid"));
                } else {
                    assertThat(answer.get().status()).isEqualTo(503);
                    assertThat(answer.get().json()).containsEntry("error", "temporarily_unavailable");
                }
            }
            logins.add(claims(redeem(device, code)).get("sid"));
            assertThat(logins).hasSize(1);
        } finally {
            many.shutdownNow();
        }
    }

    /** Whoever was first: when the other comes, neither goes on, and the administrator is told. */
    @Test
    void endsTheLoginWhenTheCodeIsUsedOnceMore() throws Exception {
        String device = newPhone("SEP000000000005");
        String code = code(create(device));
        Answer tokens = redeem(device, code);
        server.bean(StringRedisTemplate.class).opsForHash().increment("activation-code:" + device, "x", -61_000);

        assertThat(redeem(device, code).json()).containsEntry("error", "invalid_grant");

        assertThat(refresh(tokens).json()).containsEntry("error", "invalid_grant");
        await().untilAsserted(() -> assertThat(audit(device)).contains("activation code used twice", "code_replayed"));
    }

    @Test
    void isOverWhenItHasExpired() throws Exception {
        String device = newPhone("SEP000000000016");
        String code = code(create(device));
        server.bean(StringRedisTemplate.class)
                .opsForHash()
                .increment("activation-code:" + device, "e", -Duration.ofDays(7).toMillis());

        Answer late = redeem(device, code);

        assertThat(late.json()).containsEntry("error", "invalid_grant");
        assertThat(delete(device).statusCode()).as("nothing to end").isEqualTo(404);
        await().untilAsserted(() -> assertThat(audit(device)).contains("the code has expired"));
        assertThat(redeem(device, code(create(device))).status()).isEqualTo(200);
    }

    /** The same answer, whatever is wrong. */
    @Test
    void doesNotTellWhetherThereIsSuchADevice() throws Exception {
        String device = newPhone("SEP000000000006");
        String code = code(create(device));
        Answer wrong = redeem(device, WRONG);

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json()).containsOnlyKeys("error", "error_description").containsEntry("error", "invalid_grant");
        assertThat(redeem("SEP0000000000FF", WRONG)).as("no such device").isEqualTo(wrong);
        assertThat(redeem("CSFALICE", code)).as("no desk phone").isEqualTo(wrong);
        assertThat(redeem(newPhone("SEP000000000007"), code)).as("has no code").isEqualTo(wrong);
        assertThat(redeem(device, "123")).as("no code at all").isEqualTo(wrong);
        assertThat(redeem(device, code).status()).as("none of that used it up").isEqualTo(200);
    }

    @Test
    void isForTheDeviceAsItWasWhenTheCodeWasMade() throws Exception {
        String device = newPhone("SEP000000000008");
        String code = code(create(device));
        Devices devices = server.bean(Devices.class);
        Device alices = devices.find(device).orElseThrow();

        devices.save(new Device(device, "bob", alices.addressesOfRecord()));
        assertThat(redeem(device, code).json()).containsEntry("error", "invalid_grant");
        devices.save(new Device(device, "alice", alices.addressesOfRecord(), alices.securityProfile(), false));
        assertThat(redeem(device, code).json()).containsEntry("error", "invalid_grant");

        devices.save(alices);
        assertThat(redeem(device, code).status()).isEqualTo(200);
    }

    @Test
    void endsWithTheNextCodeAndWhenItIsRemoved() throws Exception {
        String device = newPhone("SEP000000000009");
        String first = code(create(device));
        String second = code(create(device));
        assertThat(redeem(device, first).json()).containsEntry("error", "invalid_grant");

        assertThat(delete(device).statusCode()).isEqualTo(204);

        assertThat(redeem(device, second).json()).containsEntry("error", "invalid_grant");
        assertThat(delete(device).statusCode()).isEqualTo(404);
    }

    @Test
    void slowsDownWhoGuessesAndNobodyElse() throws Exception {
        String device = newPhone("SEP00000000000A");
        SecureRandom random = new SecureRandom();
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            answers.add(redeem(device, ActivationCode.random(random).shown()).status());
        }

        assertThat(answers.subList(0, 10)).containsOnly(400);
        assertThat(answers.subList(10, 60)).filteredOn(status -> status == 503).hasSizeGreaterThan(35);
        String colleague = newPhone("SEP00000000000B");
        assertThat(redeem(colleague, code(create(colleague))).status()).isEqualTo(200);
    }

    /** Not even by somebody at its own address. */
    @Test
    void keepsNoPhoneOutThatGoesOnTrying() throws Exception {
        String device = newPhone("SEP00000000000C");
        String code = code(create(device));
        for (int i = 0; i < 20; i++) {
            redeem(device, WRONG);
        }

        int tries = 0;
        Answer answer;
        do {
            redeem(device, WRONG); // the other goes on, too
            answer = redeem(device, code);
            tries++;
        } while (answer.status() == 503 && tries < 2_000); // to miss 2,000 times takes a chance of 1 in 10^27

        assertThat(answer.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "activation_code, , invalid_request",
        "device_name, , invalid_request",
        "device_name, ../SEP, invalid_request",
        "scope, sip.register openid, invalid_scope",
        "scope, admin, invalid_scope",
        "client_id, softphone, unauthorized_client",
        "client_id, nobody, invalid_client",
        "client_id, demo-service, invalid_client",
        "client_id, , invalid_client",
    })
    void refusesABadRequest(String parameter, String value, String error) throws Exception {
        String device = newPhone("SEP00000000000D");
        Map<String, String> request = request(device, code(create(device)));
        if (value == null) {
            request.remove(parameter);
        } else {
            request.put(parameter, value);
        }

        assertThat(phone.token(request).json()).containsEntry("error", error);
    }

    @Test
    void takesTheScopeForGranted() throws Exception {
        String device = newPhone("SEP00000000000E");
        Map<String, String> request = request(device, code(create(device)));
        request.remove("scope");

        assertThat(phone.token(request).text("scope")).isEqualTo("sip.register");
    }

    @Test
    void wantsEachParameterOnce() throws Exception {
        HttpResponse<String> twice = phone.send(HttpRequest.newBuilder(server.url("/oauth2/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(
                        "grant_type=" + GRANT + "&client_id=deskphone&device_name=A&device_name=B&activation_code=1"))
                .build());

        assertThat(JSONObjectUtils.parse(twice.body())).containsEntry("error", "invalid_request");
    }

    @Test
    void makesManyCodesAtOnce() throws Exception {
        String one = newPhone("SEP000000000010");
        String other = newPhone("SEP000000000011");

        HttpResponse<String> csv = bulk("text/csv", "text/csv", "device\r\n" + one + "\r\n" + other + "\r\n");

        assertThat(csv.statusCode()).isEqualTo(201);
        assertThat(csv.headers().firstValue("Content-Type").orElse("")).startsWith("text/csv");
        List<String> lines = csv.body().lines().toList();
        assertThat(lines).hasSize(3).startsWith("device,activation_code,expires_at");
        assertThat(redeem(one, lines.get(1).split(",")[1]).status()).isEqualTo(200);
        assertThat(redeem(other, lines.get(2).split(",")[1]).status()).isEqualTo(200);

        HttpResponse<String> json =
                bulk("application/json", "*/*", "{\"devices\":[\"" + one + "\",\"" + other + "\"]}");
        assertThat(json.statusCode()).isEqualTo(201);
        Map<String, Object>[] codes =
                JSONObjectUtils.getJSONObjectArray(JSONObjectUtils.parse(json.body()), "activation_codes");
        assertThat(codes).extracting(entry -> entry.get("device")).containsExactly(one, other);
        assertThat(redeem(one, (String) codes[0].get("activation_code")).status())
                .isEqualTo(200);
    }

    @Test
    void makesAllOfThemOrNone() throws Exception {
        String good = newPhone("SEP000000000012");
        String before = code(create(good));

        HttpResponse<String> refused =
                bulk("text/csv", "text/csv", "device\n" + good + "\nSEP0000000000FF\nCSFALICE\n../x\n" + good + "\n");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        Map<String, Object> problem = JSONObjectUtils.parse(refused.body());
        assertThat((String) problem.get("detail")).startsWith("no code was made: 4 of the devices cannot have one");
        assertThat(JSONObjectUtils.getJSONObjectArray(problem, "errors"))
                .extracting(error -> error.get("row"))
                .containsExactlyInAnyOrder(3L, 4L, 5L, 6L);
        assertThat(redeem(good, before).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"devices\":[1]}", "{\"devices\":[\"SEP1\"],\"x\":1}", "<script>"})
    void saysWhatToSend(String body) throws Exception {
        HttpResponse<String> refused = bulk("application/json", "*/*", body);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("send {\\\"devices\\\"").doesNotContain("<script>");
    }

    @Test
    void makesNoneForWhatCannotUseIt() throws Exception {
        assertThat(create("SEP0000000000FF").statusCode()).isEqualTo(404);
        assertThat(create("CSFALICE").statusCode()).isEqualTo(409);
        assertThat(create("CSFALICE").body()).contains("CSFALICE is no desk phone");
        server.bean(Devices.class)
                .save(new Device(
                        "SEP000000000013",
                        "alice",
                        List.of("sip:1001@example.com"),
                        SecurityProfile.WITH_OAUTH,
                        false));
        assertThat(create("SEP000000000013").body()).contains("enable that first");
    }

    @Test
    void isForAdministratorsAlone() {
        HttpResponse<String> nobody =
                phone.send(HttpRequest.newBuilder(server.url(API + "/devices/CSFALICE/activation-code"))
                        .POST(BodyPublishers.noBody())
                        .build());

        assertThat(nobody.statusCode()).isEqualTo(401);
    }

    @Test
    void isInTheAuditWithoutTheCode() throws Exception {
        String device = newPhone("SEP000000000014");
        String code = code(create(device));
        redeem(device, WRONG);
        redeem(device, code);

        await().untilAsserted(() -> assertThat(audit(device))
                .contains("activation_code_created", "\"by\":\"admin\"")
                .contains("wrong_code")
                .contains("device_activated"));
        assertThat(audit(device)).doesNotContain(code, code.replace("-", ""));
    }

    @Test
    void counts() throws Exception {
        redeem(newPhone("SEP000000000015"), WRONG);

        assertThat(phone.get(server.managementUrl("/actuator/prometheus")).body())
                .contains("sipoauth_activation_codes_total{outcome=\"wrong_code\"}");
    }

    private static Map<String, String> request(String device, String code) {
        Map<String, String> request = new HashMap<>();
        request.put("grant_type", GRANT);
        request.put("client_id", "deskphone");
        request.put("device_name", device);
        request.put("activation_code", code);
        request.put("scope", "sip.register");
        return request;
    }

    private static Answer redeem(String device, String code) {
        return phone.token(request(device, code));
    }

    private static Answer refresh(Answer tokens) {
        return phone.token(refreshForm(tokens));
    }

    private static Map<String, String> refreshForm(Answer tokens) {
        return Map.of(
                "grant_type", "refresh_token",
                "client_id", "deskphone",
                "refresh_token", tokens.text("refresh_token"));
    }

    private static HttpResponse<String> create(String device) {
        return phone.send(admin("/devices/" + device + "/activation-code")
                .POST(BodyPublishers.noBody())
                .build());
    }

    private static HttpResponse<String> delete(String device) {
        return phone.send(
                admin("/devices/" + device + "/activation-code").DELETE().build());
    }

    private static HttpResponse<String> bulk(String contentType, String accept, String body) {
        return phone.send(admin("/activation-codes")
                .header("Content-Type", contentType)
                .header("Accept", accept)
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    private static String audit(String device) {
        return phone.send(admin("/audit?device=" + device).build()).body();
    }

    private static HttpRequest.Builder admin(String path) {
        return HttpRequest.newBuilder(server.url(API + path)).header("Authorization", "Bearer " + adminToken);
    }

    private static String code(HttpResponse<String> created) throws Exception {
        return (String) JSONObjectUtils.parse(created.body()).get("activation_code");
    }

    private static Map<String, Object> claims(Answer tokens) throws Exception {
        String jwt = tokens.text("access_token");
        return JSONObjectUtils.parse(new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[1])));
    }
}
