package org.sipoauth.authz.devicegrant;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
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

/** The device authorization grant over HTTPS: a phone that polls, and its user's browser. */
class DeviceGrantIT {
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:device_code";
    private static final String ALICES = "SEP00005E005301";

    @TempDir
    static Path folder;

    private static TestServer server;

    private final TestPhone phone = new TestPhone(server);
    private final TestPhone browser = new TestPhone(server);

    @BeforeAll
    static void start() {
        server = TestServer.start(folder, "--sipoauth.device-grant.interval=30s"); // two polls within it
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void givesAPhoneItsCodes() {
        Answer codes = ask(ALICES);

        assertThat(codes.status()).isEqualTo(200);
        assertThat(codes.json())
                .containsEntry("verification_uri", TestServer.ISSUER + "/device")
                .containsEntry(
                        "verification_uri_complete", TestServer.ISSUER + "/device?user_code=" + codes.text("user_code"))
                .containsEntry("expires_in", 600L)
                .containsEntry("interval", 30L)
                .containsOnlyKeys(
                        "device_code",
                        "user_code",
                        "verification_uri",
                        "verification_uri_complete",
                        "verification_uri_qr",
                        "expires_in",
                        "interval");
        assertThat(poll(codes).json()).containsEntry("error", "authorization_pending");
        assertThat(poll(codes).json()).containsEntry("error", "slow_down");
    }

    @Test
    void signsThePhoneInWhenItsOwnerAllowsIt() throws Exception {
        Answer codes = ask(ALICES);
        signIn("alice");
        HttpResponse<String> page = browser.postForm("/device", Map.of("user_code", typed(codes)));
        assertThat(page.body())
                .contains(ALICES, "sip:1001@example.com", "deskphone", "127.0.0.1")
                .contains(codes.text("user_code"), "less than a minute ago")
                .doesNotContain("Your own network address");
        assertThat(poll(codes).json()).as("shown is not allowed").containsEntry("error", "authorization_pending");

        HttpResponse<String> decided = decide(codes, "approve");

        assertThat(decided.body()).contains("Allowed", ALICES);
        Answer tokens = poll(codes);
        assertThat(tokens.status()).isEqualTo(200);
        assertThat(tokens.text("scope")).isEqualTo("sip.register");
        assertThat((Long) tokens.json().get("refresh_token_expires_in")).isEqualTo(60L * 24 * 3600);
        assertThat(claims(tokens))
                .containsEntry("sub", "alice")
                .containsEntry("client_id", "deskphone")
                .containsEntry("device_name", ALICES)
                .containsEntry("aor", List.of("sip:1001@example.com"));
        Answer refreshed = phone.token(Map.of(
                "grant_type", "refresh_token",
                "client_id", "deskphone",
                "refresh_token", tokens.text("refresh_token")));
        assertThat(refreshed.status()).isEqualTo(200);
    }

    @Test
    void warnsOfAPhoneThatAsksFromElsewhere() {
        DeviceCodes.Issued issued = server.bean(DeviceCodes.class)
                .start(new Authorization("deskphone", ALICES, "198.51.100.9", Instant.now()));
        signIn("alice");

        HttpResponse<String> page = browser.postForm(
                "/device", Map.of("user_code", issued.userCode().shown()));

        assertThat(page.body()).contains("198.51.100.9", "Your own network address is <span>127.0.0.1</span>");
    }

    @Test
    void takesTheCodeFromTheAddressAndAsksAllTheSame() {
        Answer codes = ask(ALICES);
        URI link = server.url("/device?user_code=" + codes.text("user_code"));
        assertThat(TestPhone.location(browser.get(link))).hasPath("/login");

        HttpResponse<String> signedIn = signIn("alice");

        HttpResponse<String> page = browser.follow(signedIn);
        assertThat(page.body()).contains("Sign this phone in?", codes.text("user_code"), ALICES);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'");
        assertThat(page.body()).doesNotContain("<script").contains("value=\"deny\"");
        assertThat(page.body().indexOf("value=\"deny\"")).isLessThan(page.body().indexOf("value=\"approve\""));
        assertThat(poll(codes).json()).containsEntry("error", "authorization_pending");
    }

    @Test
    void saysThatItsOwnerDeniedIt() {
        Answer codes = ask(ALICES);
        signIn("alice");

        assertThat(decide(codes, "deny").body()).contains("Denied");

        assertThat(poll(codes).json()).containsEntry("error", "access_denied");
        assertThat(decide(codes, "approve").body()).contains("No phone of yours shows this code now");
        assertThat(poll(codes).json()).containsEntry("error", "access_denied");
    }

    /** Whoever guesses or reads a code can neither take the phone nor keep its owner from it. */
    @Test
    void answersACodeForTheirPhonesToNobodyElse() {
        Answer codes = ask(ALICES);
        signIn("bob");

        HttpResponse<String> page = browser.postForm("/device", Map.of("user_code", codes.text("user_code")));

        assertThat(page.body())
                .contains("No phone of yours shows this code now")
                .doesNotContain(ALICES);
        assertThat(decide(codes, "approve").body()).contains("No phone of yours shows this code now");
        assertThat(decide(codes, "deny").body()).contains("No phone of yours shows this code now");
        assertThat(poll(codes).json()).containsEntry("error", "authorization_pending");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CSFALICE", "SEP00005E0053FF"})
    void signsInDeskPhonesThatThereAreAndNothingElse(String device) {
        Answer codes = ask(device);
        assertThat(codes.status()).as("does not tell which phones there are").isEqualTo(200);
        signIn("alice");

        assertThat(browser.postForm("/device", Map.of("user_code", codes.text("user_code")))
                        .body())
                .contains("No phone of yours shows this code now");
    }

    @Test
    void takesNoDecisionThatAnotherSiteSends() {
        Answer codes = ask(ALICES);
        signIn("alice");

        HttpResponse<String> forged = browser.send(HttpRequest.newBuilder(server.url("/device/decision"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("decision=approve&user_code=" + codes.text("user_code")))
                .build());

        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(poll(codes).json()).containsEntry("error", "authorization_pending");
    }

    @Test
    void isNotForWhoIsNotSignedIn() {
        assertThat(TestPhone.location(browser.get(server.url("/device")))).hasPath("/login");
        assertThat(browser.get(server.url("/oauth2/device_verification")).statusCode())
                .as("Spring's own page is not there")
                .isIn(302, 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"WDJB", "<script>alert(1)</script>", "ÄÖÜ", "%00", "AEIO-UAEI"})
    void saysWhatACodeLooksLike(String typed) {
        signIn("carol");
        for (int i = 0; i < 20; i++) { // no guesses, so never too many
            HttpResponse<String> page = browser.postForm("/device", Map.of("user_code", typed));
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("A code has eight letters").doesNotContain("<script>alert");
        }
    }

    @Test
    void asksToPressTheButtonOnceAddressesWithCodesAreTooMany() {
        signIn("grace");
        for (int i = 0; i < 10; i++) {
            browser.get(server.url("/device?user_code=BBBB-BBB" + UserCode.ALPHABET.charAt(i)));
        }
        Answer codes = ask("SEP00005E005307");

        HttpResponse<String> page = browser.get(server.url("/device?user_code=" + codes.text("user_code")));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("value=\"" + codes.text("user_code") + "\"")
                .doesNotContain("SEP00005E005307");
        assertThat(browser.postForm("/device", Map.of("user_code", codes.text("user_code")))
                        .body())
                .contains("SEP00005E005307");
    }

    @Test
    void shutsOutWhoGuessesAndNobodyElse() {
        signIn("dave");
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            answers.add(browser.postForm("/device", Map.of("user_code", "BBBB-BBB" + UserCode.ALPHABET.charAt(i)))
                    .statusCode());
        }

        assertThat(answers)
                .startsWith(200, 200, 200, 200, 200, 200, 200, 200, 200, 200)
                .endsWith(429, 429);
        Answer codes = ask("SEP00005E005305");
        TestPhone erin = new TestPhone(server);
        erin.signIn("erin", server.passwordOf("erin"));
        assertThat(erin.postForm("/device", Map.of("user_code", codes.text("user_code")))
                        .body())
                .contains("SEP00005E005305");
    }

    @Test
    void givesTheSameLoginToAPhoneThatLostTheAnswer() throws Exception {
        Answer codes = allowed(ALICES, "alice");
        Answer lost = poll(codes);

        Answer again = poll(codes);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("refresh_token")).isEqualTo(lost.text("refresh_token"));
        assertThat(claims(again).get("sid")).isEqualTo(claims(lost).get("sid"));
        assertThat(phone.token(Map.of(
                                "grant_type", "refresh_token",
                                "client_id", "deskphone",
                                "refresh_token", again.text("refresh_token")))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void beginsOneLoginHoweverManyPollAtTheSameTime() throws Exception {
        Answer codes = allowed(ALICES, "alice");
        ExecutorService many = Executors.newFixedThreadPool(16);
        try {
            List<Future<Answer>> answers = IntStream.range(0, 32)
                    .mapToObj(i -> many.submit(() -> poll(codes)))
                    .toList();
            Set<Object> logins = new HashSet<>();
            for (Future<Answer> answer : answers) {
                if (answer.get().status() == 200) {
                    logins.add(claims(answer.get()).get("sid"));
                } else {
                    assertThat(answer.get().json()).containsEntry("error", "authorization_pending");
                }
            }
            logins.add(claims(poll(codes)).get("sid"));
            assertThat(logins).hasSize(1);
        } finally {
            many.shutdownNow();
        }
    }

    @Test
    void givesNoTokensForAPhoneThatMayNoLongerHaveThem() {
        Answer codes = allowed("SEP00005E005306", "frank");
        Devices devices = server.bean(Devices.class);
        Device franks = devices.find("SEP00005E005306").orElseThrow();
        devices.save(new Device(franks.name(), "bob", franks.addressesOfRecord()));

        assertThat(poll(codes).json()).containsEntry("error", "invalid_grant");
    }

    @ParameterizedTest
    @CsvSource({
        "device_name, , invalid_request",
        "device_name, ../SEP, invalid_request",
        "scope, , invalid_scope",
        "scope, sip.register openid, invalid_scope",
        "scope, admin, invalid_scope",
        "client_id, softphone, unauthorized_client",
        "client_id, nobody, invalid_client",
        "client_id, demo-service, invalid_client",
        "client_id, , invalid_client",
    })
    void refusesABadRequestForCodes(String parameter, String value, String error) {
        Map<String, String> request = request(ALICES);
        if (value == null) {
            request.remove(parameter);
        } else {
            request.put(parameter, value);
        }

        assertThat(phone.post("/oauth2/device_authorization", request).json()).containsEntry("error", error);
    }

    @Test
    void wantsEachParameterOnceAndByPost() {
        HttpRequest twice = HttpRequest.newBuilder(server.url("/oauth2/device_authorization"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("client_id=deskphone&scope=sip.register&device_name=" + ALICES
                        + "&device_name=SEP00005E005302"))
                .build();

        assertThat(phone.send(twice).body()).contains("invalid_request");
        assertThat(phone.get(server.url("/oauth2/device_authorization?client_id=deskphone"))
                        .statusCode())
                .isEqualTo(405);
    }

    @ParameterizedTest
    @CsvSource({"x, deskphone, invalid_grant", "'', deskphone, invalid_request", ", softphone, unauthorized_client"})
    void refusesABadPoll(String code, String client, String error) {
        Answer codes = ask(ALICES);

        Answer answer = phone.token(Map.of(
                "grant_type", GRANT,
                "client_id", client,
                "device_code", code == null ? codes.text("device_code") : code));

        assertThat(answer.json()).containsEntry("error", error);
        assertThat(poll(codes).json()).containsEntry("error", "authorization_pending");
    }

    @Test
    void drawsTheAddressWithItsCodeForAPhoneThatShowsImages() throws Exception {
        Answer codes = ask(ALICES);
        HttpRequest request = HttpRequest.newBuilder(server.url("/device/qr.png?user_code=" + codes.text("user_code")))
                .build();
        HttpClient http = HttpClient.newBuilder()
                .sslContext(server.certificate().trusting())
                .build();

        HttpResponse<byte[]> image = http.send(request, HttpResponse.BodyHandlers.ofByteArray());

        assertThat(codes.text("verification_uri_qr"))
                .isEqualTo(TestServer.ISSUER + "/device/qr.png?user_code=" + codes.text("user_code"));
        assertThat(image.headers().firstValue("Content-Type")).hasValue("image/png");
        assertThat(image.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(read(image.body())).isEqualTo(codes.text("verification_uri_complete"));
        assertThat(phone.get(server.url("/device/qr.png?user_code=WDJB")).statusCode())
                .isEqualTo(400);
        assertThat(phone.get(server.url("/device/qr.png?user_code=BCDF-GHJK")).statusCode())
                .as("tells nobody which codes are in use")
                .isEqualTo(200);
    }

    @Test
    void counts() {
        poll(ask(ALICES));

        assertThat(phone.get(server.managementUrl("/actuator/prometheus")).body())
                .contains("sipoauth_device_authorizations_total{outcome=\"issued\"}")
                .contains("sipoauth_grants_refused_total{error=\"authorization_pending\",grant=\"" + GRANT + "\"}");
    }

    private static String read(byte[] png) throws Exception {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        RGBLuminanceSource source = new RGBLuminanceSource(image.getWidth(), image.getHeight(), pixels);
        return new QRCodeReader()
                .decode(new BinaryBitmap(new HybridBinarizer(source)))
                .getText();
    }

    /** As a person types it. */
    private static String typed(Answer codes) {
        return " " + codes.text("user_code").toLowerCase(Locale.ROOT).replace('-', ' ');
    }

    private Answer allowed(String device, String subscriber) {
        Answer codes = ask(device);
        signIn(subscriber);
        assertThat(decide(codes, "approve").body()).contains("Allowed");
        return codes;
    }

    private HttpResponse<String> signIn(String subscriber) {
        return browser.signIn(subscriber, server.passwordOf(subscriber));
    }

    private HttpResponse<String> decide(Answer codes, String decision) {
        return browser.postForm(
                "/device", "/device/decision", Map.of("user_code", codes.text("user_code"), "decision", decision));
    }

    private Answer ask(String device) {
        return phone.post("/oauth2/device_authorization", request(device));
    }

    private Answer poll(Answer codes) {
        return new TestPhone(server)
                .token(Map.of("grant_type", GRANT, "client_id", "deskphone", "device_code", codes.text("device_code")));
    }

    private static Map<String, String> request(String device) {
        Map<String, String> request = new HashMap<>();
        request.put("client_id", "deskphone");
        request.put("scope", "sip.register");
        request.put("device_name", device);
        return request;
    }

    private static Map<String, Object> claims(Answer tokens) throws Exception {
        String jwt = tokens.text("access_token");
        return JSONObjectUtils.parse(new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[1])));
    }
}
