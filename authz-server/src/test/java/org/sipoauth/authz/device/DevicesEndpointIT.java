package org.sipoauth.authz.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;
import static org.sipoauth.authz.TestAdministrator.json;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestAdministrator;
import org.sipoauth.authz.TestAuthority;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.status.PublishedBits;

/** Devices and security profiles over TLS, as {@code sipoauth device} and {@code sipoauth profile} use them. */
class DevicesEndpointIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String TABLET = "{\"owner\":\"heidi\",\"addresses_of_record\":[\"sip:1008@example.com\"]}";

    private static final String GRANT = "urn:sipoauth:params:oauth:grant-type:";
    private static final TestAuthority ACME = TestAuthority.create("Acme Manufacturing CA");

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static TestPhone phone;
    private static TestAdministrator administrator;

    @BeforeAll
    static void start() {
        server = TestServer.start(
                folder,
                "--sipoauth.status-lists.look-every=100ms",
                "--sipoauth.mutual-tls.port=0",
                "--sipoauth.manufacturers[0].name=acme",
                "--sipoauth.manufacturers[0].authorities=" + ACME.writeTo(folder.resolve("acme.pem")),
                "--sipoauth.manufacturers[0].common-name=(SEP[0-9A-F]{12})");
        phone = new TestPhone(server);
        administrator = new TestAdministrator(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void createsReplacesShowsAndRemoves() {
        HttpResponse<String> created = administrator.put("/devices/TABHEIDI", TABLET);
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).contains("/admin/api/v1/devices/TABHEIDI");
        assertThat(json(created))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "name", "TABHEIDI",
                        "type", "tablet",
                        "owner", "heidi",
                        "addresses_of_record", List.of("sip:1008@example.com"),
                        "security_profile", "standard-oauth",
                        "enabled", true));
        HttpResponse<String> shown = administrator.get("/devices/TABHEIDI");
        assertThat(json(shown)).isEqualTo(json(created));
        assertThat(tag(shown)).isEqualTo(tag(created));

        HttpResponse<String> again = administrator.put("/devices/TABHEIDI", TABLET);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again)).isEqualTo(json(created));
        assertThat(tag(again)).isNotEqualTo(tag(created));

        assertThat(administrator.delete("/devices/TABHEIDI").statusCode()).isEqualTo(204);
        assertThat(administrator.delete("/devices/TABHEIDI").statusCode()).isEqualTo(404);
        assertThat(administrator.get("/devices/TABHEIDI").statusCode()).isEqualTo(404);
        awaitAudit("event=device_removed&device=TABHEIDI", "\"by\":\"admin\"");
    }

    @Test
    void changesOnlyWhatItsCallerHasSeen() {
        HttpResponse<String> created = administrator.put("/devices/BOTHEIDI", TABLET, "If-None-Match", "*");
        assertThat(created.statusCode()).isEqualTo(201);

        assertThat(administrator
                        .put("/devices/BOTHEIDI", TABLET, "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(412);
        HttpResponse<String> changed = administrator.put("/devices/BOTHEIDI", TABLET, "If-Match", tag(created));
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(administrator
                        .put("/devices/BOTHEIDI", TABLET, "If-Match", tag(created))
                        .statusCode())
                .isEqualTo(412);
        assertThat(administrator
                        .delete("/devices/BOTHEIDI", "If-Match", tag(created))
                        .statusCode())
                .isEqualTo(412);
        assertThat(administrator
                        .put("/devices/TCTNOBODY", TABLET, "If-Match", "*")
                        .statusCode())
                .isEqualTo(412);
        assertThat(administrator
                        .delete("/devices/BOTHEIDI", "If-Match", tag(changed))
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void losesNoneOfManyChangesAtOnce() {
        HttpResponse<String> created = administrator.put("/devices/CSFRACE", TABLET);

        List<Integer> answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> administrator
                        .put("/devices/CSFRACE", TABLET, "If-Match", tag(created))
                        .statusCode())
                .toList();

        assertThat(answers).containsOnlyOnce(200).containsOnly(200, 412);
    }

    @Test
    void refusesANameThatDiffersByItsCaseAlone() {
        administrator.put("/devices/CSFTwin", TABLET);

        HttpResponse<String> answer = administrator.put("/devices/CSFTWIN", TABLET);

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(detail(answer)).contains("CSFTwin");
        assertThat(administrator.get("/devices/CSFTWIN").statusCode()).isEqualTo(404);
        assertThat(administrator.delete("/devices/CSFTWIN").statusCode()).isEqualTo(404);
        assertThat(administrator.get("/devices/CSFTwin").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"owner\":\"heidi\"}",
                "{\"owner\":7,\"addresses_of_record\":[\"sip:1008@example.com\"]}",
                "{\"owner\":\"heidi\",\"addresses_of_record\":\"sip:1008@example.com\"}",
                "{\"owner\":\"heidi\",\"addresses_of_record\":[null]}",
                "{\"owner\":\"heidi\",\"addresses_of_record\":[]}",
                "{\"owner\":\"heidi\",\"addresses_of_record\":[\"1008\"]}",
                "{\"owner\":\"=heidi\",\"addresses_of_record\":[\"sip:1008@example.com\"]}",
                "{\"owner\":\"heidi\",\"addresses_of_record\":[\"sip:1008@example.com\"],\"enabled\":\"yes\"}",
                "{\"owner\":\"heidi\",\"addresses_of_record\":[\"sip:1008@example.com\"],\"oauth\":true}",
                "{\"owner\":\"heidi\",\"addresses_of_record\":[\"sip:1008@example.com\"],\"security_profile\":\"none\"}",
                "[]",
                "{",
            })
    void saysWhatItDoesNotUnderstand(String body) {
        HttpResponse<String> answer = administrator.put("/devices/CSFWRONG", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(detail(answer)).isNotBlank();
        assertThat(administrator.get("/devices/CSFWRONG").statusCode()).isEqualTo(404);
    }

    @Test
    void listsPageByPageAndByOwnerAndProfile() {
        administrator.put("/security-profiles/listed", profile(true));
        for (String name : List.of("CSFL1", "CSFL2", "CSFL3")) {
            administrator.put("/devices/" + name, device("grace", "sip:1007@example.com", "listed", true));
        }
        administrator.put("/devices/CSFL3", device("heidi", "sip:1008@example.com", "listed", true));

        List<String> all = new ArrayList<>();
        for (String query = "?limit=7"; !query.isEmpty(); ) {
            Map<String, Object> page = json(administrator.get("/devices" + query));
            List<String> names = names(page);
            assertThat(names).hasSizeLessThanOrEqualTo(7);
            all.addAll(names);
            query = page.containsKey("next") ? "?limit=7&after=" + page.get("next") : "";
        }
        assertThat(all)
                .contains("CSFALICE", "SEP00005E005301", "CSFL1", "CSFL2", "CSFL3")
                .isSorted();
        assertThat(names(json(administrator.get("/devices?owner=grace"))))
                .contains("CSFGRACE", "CSFL1", "CSFL2")
                .doesNotContain("CSFL3", "CSFHEIDI");
        assertThat(names(json(administrator.get("/devices?security_profile=listed"))))
                .containsExactly("CSFL1", "CSFL2", "CSFL3");
        assertThat(names(json(administrator.get("/devices?security_profile=listed&owner=heidi"))))
                .containsExactly("CSFL3");
        assertThat(administrator.get("/devices?ovner=grace").statusCode()).isEqualTo(400);
        assertThat(administrator.delete("/security-profiles/listed").statusCode())
                .isEqualTo(409);
    }

    @Test
    void endsTheLoginsOfADeviceThatIsDisabledAtOnce() throws Exception {
        Answer login = logIn("alice", "CSFALICE");

        HttpResponse<String> disabled = administrator.put(
                "/devices/CSFALICE", device("alice", "sip:1001@example.com", "standard-oauth", false));

        assertThat(disabled.statusCode()).isEqualTo(200);
        assertThat(refresh(login).json()).containsEntry("error", "invalid_grant");
        awaitBit(login);
        administrator.put("/devices/CSFALICE", device("alice", "sip:1001@example.com", "standard-oauth", true));
        assertThat(refresh(login).json()).as("it stays revoked").containsEntry("error", "invalid_grant");
        assertThat(logIn("alice", "CSFALICE").status()).isEqualTo(200);
    }

    @Test
    void endsTheLoginsOfADeviceThatLosesAnAddressOrItsOwnerOrIsRemoved() throws Exception {
        String two = "{\"owner\":\"bob\",\"addresses_of_record\":[\"sip:1002@example.com\",\"sip:1012@example.com\"]}";
        String one = "{\"owner\":\"bob\",\"addresses_of_record\":[\"sip:1002@example.com\"]}";

        Answer login = logIn("bob", "CSFBOB");
        administrator.put("/devices/CSFBOB", two);
        Answer refreshed = refresh(login);
        assertThat(refreshed.status()).as("an address more ends nothing").isEqualTo(200);
        assertThat(SignedJWT.parse(refreshed.text("access_token"))
                        .getJWTClaimsSet()
                        .getStringListClaim("aor"))
                .containsExactly("sip:1002@example.com", "sip:1012@example.com");

        administrator.put("/devices/CSFBOB", one);
        assertThat(refresh(refreshed).status()).isEqualTo(400);
        awaitBit(login);

        Answer second = logIn("bob", "CSFBOB");
        administrator.put("/devices/CSFBOB", device("carol", "sip:1002@example.com", "standard-oauth", true));
        assertThat(refresh(second).status()).isEqualTo(400);
        awaitBit(second);

        administrator.put("/devices/CSFBOB", one);
        Answer third = logIn("bob", "CSFBOB");
        administrator.delete("/devices/CSFBOB");
        assertThat(refresh(third).status()).isEqualTo(400);
        awaitBit(third);
    }

    /** Whichever way they came in. */
    @Test
    void endsTheLoginsOfADeskPhoneThatIsDisabledAtOnce() throws Exception {
        String name = "SEP00005E00530A";
        administrator.put("/devices/" + name, device("heidi", "sip:1008@example.com", "standard-oauth", true));
        List<DeskPhone> phones = everyWayIn(name, "heidi");

        administrator.put("/devices/" + name, device("heidi", "sip:1008@example.com", "standard-oauth", false));

        for (DeskPhone phone : phones) {
            assertThat(phone.refresh().json()).as(phone.way()).containsEntry("error", "invalid_grant");
            awaitBit(phone.tokens());
        }
    }

    /** Else a code on a lost sheet of paper would be good for the next device of that name. */
    @Test
    void endsTheUnusedActivationCodeOfADeviceThatNobodyMaySignInOn() {
        String path = "/devices/SEP00005E00530B";
        String usable = device("ivan", "sip:1009@example.com", "standard-oauth", true);
        administrator.put(path, usable);

        String code = activationCode(path);
        administrator.delete(path);
        administrator.put(path, usable);
        assertThat(activate(path, code).json()).as("removed").containsEntry("error", "invalid_grant");

        for (String unusable : List.of(
                device("ivan", "sip:1009@example.com", "standard-oauth", false),
                device("heidi", "sip:1009@example.com", "standard-oauth", true),
                device("ivan", "sip:1009@example.com", "standard-tls", true))) {
            code = activationCode(path);
            administrator.put(path, unusable);
            administrator.put(path, usable);
            assertThat(activate(path, code).json()).as(unusable).containsEntry("error", "invalid_grant");
        }

        code = activationCode(path);
        administrator.put(path, device("ivan", "sip:1019@example.com", "standard-oauth", true));
        assertThat(activate(path, code).status()).as("only another address").isEqualTo(200);
    }

    @Test
    void endsTheLoginsOfAllDevicesWhoseProfileLosesOauth() throws Exception {
        administrator.put("/security-profiles/desks", profile(true));
        administrator.put("/devices/CSFDAVE", device("dave", "sip:1004@example.com", "desks", true));
        administrator.put("/devices/SEP00005E005304", device("dave", "sip:1004@example.com", "desks", true));
        List<DeskPhone> phones = everyWayIn("SEP00005E005304", "dave");
        Answer dave = logIn("dave", "CSFDAVE");
        Answer erin = logIn("erin", "CSFERIN");

        HttpResponse<String> answer = administrator.put("/security-profiles/desks", profile(false));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JSONObjectUtils.getJSONObject(json(answer), "ending_logins"))
                .containsKeys("begun_before", "revoked");
        assertThat(refresh(dave).json()).containsEntry("error", "invalid_grant");
        awaitBit(dave);
        for (DeskPhone phone : phones) {
            assertThat(phone.refresh().json()).as(phone.way()).containsEntry("error", "invalid_grant");
            awaitBit(phone.tokens());
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(json(administrator.get("/security-profiles/desks")))
                        .doesNotContainKey("ending_logins")
                        .containsEntry("oauth", false));
        assertThat(refresh(erin).status()).isEqualTo(200);

        administrator.put("/security-profiles/desks", profile(true));
        assertThat(logIn("dave", "CSFDAVE").status()).isEqualTo(200);
    }

    @Test
    void keepsSecurityProfiles() {
        HttpResponse<String> created =
                administrator.put("/security-profiles/kept", profile(true), "If-None-Match", "*");
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(json(created))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "name", "kept", "transport", "tls", "mode", "encrypted", "oauth", true, "built_in", false));
        assertThat(json(administrator.get("/security-profiles/kept"))).isEqualTo(json(created));
        assertThat(administrator
                        .put("/security-profiles/kept", profile(false), "If-Match", tag(created))
                        .statusCode())
                .isEqualTo(200);
        assertThat(administrator
                        .put("/security-profiles/kept", profile(false), "If-Match", tag(created))
                        .statusCode())
                .isEqualTo(412);

        Map<String, Object> first = json(administrator.get("/security-profiles?limit=1"));
        assertThat(first).containsKey("next");
        assertThat(administrator
                        .get("/security-profiles?after=" + first.get("next"))
                        .body())
                .contains("standard-oauth", "standard-tls");
        assertThat(administrator.delete("/security-profiles/kept").statusCode()).isEqualTo(204);
        assertThat(administrator.delete("/security-profiles/kept").statusCode()).isEqualTo(404);
        assertThat(administrator.get("/security-profiles/kept").statusCode()).isEqualTo(404);
    }

    @Test
    void leavesTheProfilesThatComeWithItAlone() {
        for (String name : List.of("standard-oauth", "standard-tls")) {
            assertThat(administrator
                            .put("/security-profiles/" + name, profile(false))
                            .statusCode())
                    .isEqualTo(409);
            assertThat(administrator.delete("/security-profiles/" + name).statusCode())
                    .isEqualTo(409);
        }
        Answer login = logIn("frank", "CSFFRANK");
        assertThat(refresh(login).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"transport\":\"tls\",\"mode\":\"encrypted\"}",
                "{\"transport\":\"TLS\",\"mode\":\"encrypted\",\"oauth\":true}",
                "{\"transport\":\"tcp\",\"mode\":\"non_secure\",\"oauth\":true}",
                "{\"transport\":\"tls\",\"mode\":\"encrypted\",\"oauth\":\"true\"}",
                "{\"transport\":\"tls\",\"mode\":\"encrypted\",\"oauth\":true,\"name\":\"x\"}",
            })
    void saysWhatIsNoProfile(String body) {
        HttpResponse<String> answer = administrator.put("/security-profiles/wrong", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(detail(answer)).contains("tls");
    }

    @Test
    void importsAFileWholeAndExportsItAgain() {
        String file = "name,owner,addresses_of_record,security_profile,enabled\r\n"
                + "CSFIMPORT1,ivan,sip:1009@example.com,standard-oauth,true\r\n"
                + "CSFIMPORT2,ivan,sip:1009@example.com sip:1019@example.com,standard-tls,false\r\n";

        HttpResponse<String> tried = send("/devices/import?dry-run", file);
        assertThat(json(tried))
                .containsEntry("created", 2L)
                .containsEntry("replaced", 0L)
                .containsEntry("dry_run", true);
        assertThat(administrator.get("/devices/CSFIMPORT1").statusCode()).isEqualTo(404);

        assertThat(json(send("/devices/import", file)))
                .containsEntry("created", 2L)
                .containsEntry("dry_run", false);
        assertThat(json(send("/devices/import", file)))
                .containsEntry("created", 0L)
                .containsEntry("replaced", 2L);
        assertThat(json(administrator.get("/devices/CSFIMPORT2")))
                .containsEntry("addresses_of_record", List.of("sip:1009@example.com", "sip:1019@example.com"))
                .containsEntry("security_profile", "standard-tls")
                .containsEntry("enabled", false);

        HttpResponse<String> exported = administrator.get("/devices/export");
        assertThat(exported.headers().firstValue("Content-Type").orElse("")).startsWith("text/csv");
        assertThat(exported.headers().firstValue("Content-Disposition"))
                .contains("attachment; filename=\"devices.csv\"");
        assertThat(exported.body()).contains(file.lines().toList());
        long devices = exported.body().lines().count() - 1;
        assertThat(json(send("/devices/import?dry-run", exported.body())))
                .containsEntry("created", 0L)
                .containsEntry("replaced", devices);
        awaitAudit("event=devices_imported", "\"created\":\"2\"");
    }

    @Test
    void importsNothingOfAFileWithAFaultAndNamesItsPlace() throws Exception {
        HttpResponse<String> answer = send(
                "/devices/import",
                "name,owner,addresses_of_record,security_profile\r\n"
                        + "CSFGOOD,ivan,sip:1009@example.com,\r\n"
                        + "CSFBAD,ivan,1009,\r\n"
                        + "CSFWORSE,ivan,sip:1009@example.com\r\n");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(JSONObjectUtils.getJSONObjectArray(JSONObjectUtils.parse(answer.body()), "errors"))
                .extracting(error -> error.get("line"), error -> error.get("column"))
                .containsExactly(tuple(3L, "addresses_of_record"), tuple(4L, ""));
        assertThat(administrator.get("/devices/CSFGOOD").statusCode()).isEqualTo(404);

        assertThat(send(
                                "/devices/import",
                                "name,owner,addresses_of_record,security_profile\r\n"
                                        + "CSFGOOD,ivan,sip:1009@example.com,nowhere\r\n"
                                        + "CSFalice,ivan,sip:1009@example.com,\r\n")
                        .body())
                .contains("there is no security profile of this name", "\"column\":\"security_profile\"", "CSFALICE");
        assertThat(administrator.get("/devices/CSFGOOD").statusCode()).isEqualTo(404);
    }

    @Test
    void takesNoImportThatIsTooLongOrNotUtf8() {
        assertThat(send("/devices/import", "x".repeat(DeviceCsv.MOST_BYTES + 1)).statusCode())
                .isEqualTo(413);
        assertThat(administrator
                        .send("POST", "/devices/import", new byte[] {(byte) 0xff}, "Content-Type", "text/csv")
                        .body())
                .contains("UTF-8");
        assertThat(administrator
                        .send("POST", "/devices/import", new byte[] {'x'}, "Content-Type", "text/csv;charset=utf-16")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send("/devices/import?dryrun", "x").statusCode()).isEqualTo(400);
    }

    @Test
    void isForAdministratorsAlone() {
        String token = logIn("alice", "CSFALICE").text("access_token");
        for (String path : List.of("/devices", "/devices/CSFALICE", "/devices/export", "/security-profiles")) {
            URI url = server.url(TestAdministrator.API + path);
            assertThat(phone.get(url).statusCode()).isEqualTo(401);
            assertThat(phone.get(url, "Authorization", "Bearer " + token).statusCode())
                    .isEqualTo(401);
        }
    }

    /** A login on a desk phone. */
    private record DeskPhone(String way, TestPhone phone, Answer tokens) {
        DeskPhone {
            assertThat(tokens.status()).as(way + ": " + tokens.json()).isEqualTo(200);
        }

        Answer refresh() {
            return phone.token(Map.of(
                    "grant_type", "refresh_token",
                    "client_id", "deskphone",
                    "refresh_token", tokens.text("refresh_token")));
        }
    }

    private static List<DeskPhone> everyWayIn(String device, String owner) {
        TestPhone certified = TestPhone.showing(ACME.issue("CN=" + device), server);
        return List.of(
                new DeskPhone("device code", phone, byDeviceCode(device, owner)),
                new DeskPhone(
                        "activation code", phone, activate("/devices/" + device, activationCode("/devices/" + device))),
                new DeskPhone(
                        "certificate",
                        certified,
                        certified.token(
                                Map.of("grant_type", GRANT + "manufacturer-certificate", "client_id", "deskphone"))));
    }

    private static Answer byDeviceCode(String device, String owner) {
        Answer codes = phone.post(
                "/oauth2/device_authorization",
                Map.of("client_id", "deskphone", "scope", "sip.register", "device_name", device));
        TestPhone browser = new TestPhone(server);
        browser.signIn(owner, server.passwordOf(owner));
        browser.postForm(
                "/device", "/device/decision", Map.of("user_code", codes.text("user_code"), "decision", "approve"));
        return phone.token(Map.of(
                "grant_type", "urn:ietf:params:oauth:grant-type:device_code",
                "client_id", "deskphone",
                "device_code", codes.text("device_code")));
    }

    private static String activationCode(String pathOfDevice) {
        return (String) json(administrator.send("POST", pathOfDevice + "/activation-code", new byte[0]))
                .get("activation_code");
    }

    private static Answer activate(String pathOfDevice, String code) {
        return phone.token(Map.of(
                "grant_type",
                GRANT + "activation-code",
                "client_id",
                "deskphone",
                "device_name",
                pathOfDevice.substring("/devices/".length()),
                "activation_code",
                code));
    }

    private static HttpResponse<String> send(String path, String csv) {
        return administrator.send("POST", path, csv.getBytes(StandardCharsets.UTF_8), "Content-Type", "text/csv");
    }

    private static String device(String owner, String address, String profile, boolean enabled) {
        return JSONObjectUtils.toJSONString(Map.of(
                "owner", owner,
                "addresses_of_record", List.of(address),
                "security_profile", profile,
                "enabled", enabled));
    }

    private static String profile(boolean oauth) {
        return "{\"transport\":\"tls\",\"mode\":\"encrypted\",\"oauth\":" + oauth + "}";
    }

    private static List<String> names(Map<String, Object> page) {
        return ((List<?>) page.get("devices"))
                .stream()
                        .map(device -> (String) ((Map<?, ?>) device).get("name"))
                        .toList();
    }

    private static String tag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    private static String detail(HttpResponse<String> problem) {
        try {
            return JSONObjectUtils.getString(JSONObjectUtils.parse(problem.body()), "detail");
        } catch (ParseException noJson) {
            throw new AssertionError(problem.body(), noJson);
        }
    }

    /** A browser of its own each: sign-ins are for one subscriber. */
    private static Answer logIn(String subscriber, String device) {
        return new TestPhone(server).logIn(subscriber, device);
    }

    private static Answer refresh(Answer login) {
        return phone.token(Map.of(
                "grant_type", "refresh_token",
                "client_id", "softphone",
                "refresh_token", login.text("refresh_token")));
    }

    /** As a registrar sees it. */
    private static void awaitBit(Answer login) throws Exception {
        Map<String, Object> status = JSONObjectUtils.getJSONObject(
                JWTParser.parse(login.text("access_token")).getJWTClaimsSet().getJSONObjectClaim("status"),
                "status_list");
        String path = URI.create(JSONObjectUtils.getString(status, "uri")).getPath();
        int index = JSONObjectUtils.getInt(status, "idx");
        await().atMost(SOON).untilAsserted(() -> {
            HttpResponse<String> list = phone.get(server.url(path));
            assertThat(list.statusCode()).isEqualTo(200); // a new one is there with the next look
            assertThat(PublishedBits.of(JWTParser.parse(list.body()).getJWTClaimsSet())
                            .get(index))
                    .isTrue();
        });
    }

    /** A record is written behind the answer that it is about. */
    private static void awaitAudit(String query, String text) {
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(administrator.get("/audit?" + query).body()).contains(text));
    }
}
