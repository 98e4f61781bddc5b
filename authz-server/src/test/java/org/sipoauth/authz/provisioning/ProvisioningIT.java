package org.sipoauth.authz.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.map;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.audit.AuditStream;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.device.SecurityProfile;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The configuration file over its own HTTPS port, SIP OAuth mode on. */
@ExtendWith(OutputCaptureExtension.class)
class ProvisioningIT {
    @TempDir
    static Path folder;

    private static TestServer server;

    private final TestPhone phone = new TestPhone(server);

    @BeforeAll
    static void start() {
        server = TestServer.start(
                folder,
                "--sipoauth.provisioning.nodes[0].name=east & west",
                "--sipoauth.provisioning.nodes[0].address=10.0.0.1",
                "--sipoauth.provisioning.nodes[1].name=backup",
                "--sipoauth.provisioning.nodes[1].address=10.0.0.2",
                "--sipoauth.provisioning.nodes[1].sip-oauth-port=5190",
                "--sipoauth.provisioning.nodes[2].name=ipv6",
                "--sipoauth.provisioning.nodes[2].address=2001:db8::6",
                "--sipoauth.provisioning.hosts=phones.example.com,[2001:db8::8]");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, true",
        "LOCALHOST, true",
        "10.0.0.2, true",
        "phones.example.com, true",
        "[2001:db8::6], true",
        "[2001:DB8:0:0:0:0:0:6], true",
        "[2001:db8::8], true",
        "[2001:db8::7], false",
        "[::ffff:10.0.0.2], false",
        "evil.example.com, false",
        "10.0.0.3, false",
    })
    void takesProofsForTheHostsThatItIsKnownByAlone(String host, boolean known) {
        URI asked = URI.create("https://" + host + ":6970/CSFALICE.cnf.xml");

        assertThat(server.bean(ProvisioningAccess.class).addressOf(asked))
                .isEqualTo(known ? Optional.of(asked) : Optional.empty());
    }

    @Test
    void namesTheAuthorizationServerToAPhoneWithoutAToken() {
        HttpResponse<String> answer = phone.get(server.provisioningUrl("/CSFALICE.cnf.xml"));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
                .containsExactly("Bearer authz_server=\"https://localhost:8443\", realm=\"ccmsipline\"");
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void servesTheFileToItsOwnDevice() {
        String token = phone.logIn("alice", "CSFALICE").text("access_token");

        HttpResponse<String> answer = withToken("/CSFALICE.cnf.xml", token);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/xml;charset=UTF-8");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-cache, private");
        assertThat(answer.body())
                .isEqualTo("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                        + "<device><deviceName>CSFALICE</deviceName><sipOAuthMode>1</sipOAuthMode>"
                        + "<callManagerGroup><members>"
                        + "<member priority=\"0\"><callManager><name>east &amp; west</name>"
                        + "<processNodeName>10.0.0.1</processNodeName>"
                        + "<ports><ethernetPhonePort>2000</ethernetPhonePort><sipPort>5060</sipPort>"
                        + "<securedSipPort>5061</securedSipPort><sipOAuthPort>5090</sipOAuthPort>"
                        + "<sipMRAOAuthPort>5091</sipMRAOAuthPort></ports></callManager></member>"
                        + "<member priority=\"1\"><callManager><name>backup</name>"
                        + "<processNodeName>10.0.0.2</processNodeName>"
                        + "<ports><ethernetPhonePort>2000</ethernetPhonePort><sipPort>5060</sipPort>"
                        + "<securedSipPort>5061</securedSipPort><sipOAuthPort>5190</sipOAuthPort>"
                        + "<sipMRAOAuthPort>5091</sipMRAOAuthPort></ports></callManager></member>"
                        + "<member priority=\"2\"><callManager><name>ipv6</name>"
                        + "<processNodeName>2001:db8::6</processNodeName>"
                        + "<ports><ethernetPhonePort>2000</ethernetPhonePort><sipPort>5060</sipPort>"
                        + "<securedSipPort>5061</securedSipPort><sipOAuthPort>5090</sipOAuthPort>"
                        + "<sipMRAOAuthPort>5091</sipMRAOAuthPort></ports></callManager></member>"
                        + "</members></callManagerGroup></device>");
    }

    @Test
    void saysThatThePhoneHasTheFileAlready() {
        String token = phone.logIn("alice", "CSFALICE").text("access_token");
        HttpResponse<String> file = withToken("/CSFALICE.cnf.xml", token);
        String tag = file.headers().firstValue("ETag").orElseThrow();
        assertThat(tag).startsWith("\"").hasSizeGreaterThan(20);

        for (String tags : List.of(tag, "W/" + tag, "\"another\", " + tag)) {
            HttpResponse<String> answer = withToken("/CSFALICE.cnf.xml", token, "If-None-Match", tags);
            assertThat(answer.statusCode()).as(tags).isEqualTo(304);
            assertThat(answer.body()).isEmpty();
            assertThat(answer.headers().firstValue("ETag")).hasValue(tag);
            assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-cache, private");
        }
        HttpResponse<String> other = withToken("/CSFALICE.cnf.xml", token, "If-None-Match", "\"another\"");
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(other.body()).isEqualTo(file.body());
    }

    @Test
    void looksAtAnEntityTagOnlyOnceItKnowsThePhone() {
        String alice = phone.logIn("alice", "CSFALICE").text("access_token");
        String bob = new TestPhone(server).logIn("bob", "CSFBOB").text("access_token");
        String tag = withToken("/CSFALICE.cnf.xml", alice)
                .headers()
                .firstValue("ETag")
                .orElseThrow();

        for (String tags : List.of(tag, "*")) {
            HttpResponse<String> byNobody =
                    phone.get(server.provisioningUrl("/CSFALICE.cnf.xml"), "If-None-Match", tags);
            HttpResponse<String> byAnother = withToken("/CSFALICE.cnf.xml", bob, "If-None-Match", tags);
            assertThat(byNobody.statusCode()).isEqualTo(401);
            assertThat(byAnother.statusCode()).isEqualTo(401);
            assertThat(byNobody.headers().map()).doesNotContainKeys("etag", "ETag");
            assertThat(byAnother.headers().firstValue("Cache-Control").orElse(""))
                    .contains("no-store");
        }
    }

    @Test
    void tellsOfTheFileWithoutSendingIt() {
        String token = phone.logIn("alice", "CSFALICE").text("access_token");
        HttpResponse<String> file = withToken("/CSFALICE.cnf.xml", token);

        HttpResponse<String> head = phone.send(HttpRequest.newBuilder(server.provisioningUrl("/CSFALICE.cnf.xml"))
                .header("Authorization", "Bearer " + token)
                .method("HEAD", BodyPublishers.noBody())
                .build());

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        for (String header : List.of("ETag", "Content-Length", "Content-Type", "Cache-Control")) {
            assertThat(head.headers().firstValue(header))
                    .as(header)
                    .isPresent()
                    .isEqualTo(file.headers().firstValue(header));
        }
    }

    @Test
    void doesNotTellAnotherDeviceFromOneThatDoesNotExist() {
        String token = phone.logIn("alice", "CSFALICE").text("access_token");

        assertSame401(withToken("/CSFBOB.cnf.xml", token), withToken("/CSFNOBODY.cnf.xml", token));
        assertSame401(
                phone.get(server.provisioningUrl("/CSFBOB.cnf.xml")),
                phone.get(server.provisioningUrl("/CSFNOBODY.cnf.xml")));
    }

    @Test
    void servesADeviceWhoseProfileHasNoOauthAsWithTheModeOff() {
        saveCarolsWith(SecurityProfile.WITH_OAUTH);
        String token = phone.logIn("carol", "CSFCAROL").text("access_token");
        assertThat(phone.get(server.provisioningUrl("/CSFCAROL.cnf.xml")).statusCode())
                .isEqualTo(401);

        saveCarolsWith(SecurityProfile.WITHOUT_OAUTH);

        HttpResponse<String> file = phone.get(server.provisioningUrl("/CSFCAROL.cnf.xml"));
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.body()).contains("<deviceName>CSFCAROL</deviceName><sipOAuthMode>0</sipOAuthMode>");
        for (String shown : List.of(token, "one that has long expired")) { // nobody looks at it
            assertThat(withToken("/CSFCAROL.cnf.xml", shown).body()).isEqualTo(file.body());
        }
        assertThat(phone.get(server.provisioningUrl("/csfcarol.cnf.xml")).statusCode())
                .isEqualTo(401);
    }

    /** Whatever happens to a profile, a file that was for its device alone is not open all at once. */
    @Test
    void servesNobodyElseADeviceWhoseProfileIsGone() {
        saveCarolsWith("gone");

        assertThat(phone.get(server.provisioningUrl("/CSFCAROL.cnf.xml")).statusCode())
                .isEqualTo(401);
    }

    private static void saveCarolsWith(String profile) {
        server.bean(Devices.class)
                .save(new Device("CSFCAROL", "carol", List.of("sip:1003@example.com"), profile, true));
    }

    @Test
    void recordsAFileThatIsFetchedAgainAndAgainOnceAMinute(CapturedOutput output) {
        server.bean(Devices.class)
                .save(new Device(
                        "CSFOPEN", "carol", List.of("sip:1003@example.com"), SecurityProfile.WITHOUT_OAUTH, true));
        server.bean(Devices.class).save(new Device("CSFFRANK", "frank", List.of("sip:1006@example.com")));
        String token = phone.logIn("frank", "CSFFRANK").text("access_token");
        for (int i = 0; i < 3; i++) {
            assertThat(phone.get(server.provisioningUrl("/CSFOPEN.cnf.xml")).statusCode())
                    .isEqualTo(200);
            assertThat(withToken("/CSFFRANK.cnf.xml", token).statusCode()).isEqualTo(200);
        }

        for (String device : List.of("CSFOPEN", "CSFFRANK")) {
            assertThat(output.getOut().lines().filter(line -> line.contains("\"configuration_served\"")))
                    .filteredOn(line -> line.contains("\"" + device + "\""))
                    .singleElement()
                    .asString()
                    .contains("\"address\":\"127.0.0.1\"");
        }
    }

    @Test
    void recordsWhoseTokenWasGoodForNoFileAndWhy() {
        Device device = new Device("CSFERIN", "erin", List.of("sip:1005@example.com"));
        server.bean(Devices.class).save(device);
        String token = phone.logIn("erin", "CSFERIN").text("access_token");

        withToken("/CSFALICE.cnf.xml", token);
        awaitRecord(Map.of("outcome", "other_device", "device", "CSFERIN", "user", "erin", "named_device", "CSFALICE"));
        server.bean(Devices.class)
                .save(new Device("CSFERIN", "erin", device.addressesOfRecord(), device.securityProfile(), false));
        withToken("/CSFERIN.cnf.xml", token);
        awaitRecord(Map.of("outcome", "not_allowed", "device", "CSFERIN", "named_device", "CSFERIN"));
    }

    private static void awaitRecord(Map<String, String> fields) {
        await().untilAsserted(() -> assertThat(server.bean(AuditStream.class)
                        .page(
                                record -> record.getOrDefault("event", "").equals("configuration_refused")
                                        && record.entrySet().containsAll(fields.entrySet()),
                                Instant.EPOCH,
                                Optional.empty(),
                                1)
                        .records())
                .singleElement()
                .asInstanceOf(map(String.class, String.class))
                .containsKey("address"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."})
    void saysThatABadTokenIsInvalid(String token) {
        HttpResponse<String> answer = withToken("/CSFALICE.cnf.xml", token);

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
                .singleElement()
                .asString()
                .startsWith("Bearer ")
                .endsWith("error=\"invalid_token\"");
    }

    @Test
    void refusesATokenThatIsNoAccessToken() {
        Map<String, String> request = TestPhone.request("CSFALICE");
        request.put("scope", "openid sip.register");
        String idToken =
                phone.redeem(phone.authorize("alice", request).get("code")).text("id_token");

        assertThat(withToken("/CSFALICE.cnf.xml", idToken).statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/login", "/oauth2/jwks", "/oauth2/token", "/.well-known/openid-configuration", "/x.cnf"})
    void hasNothingElseOnItsPort(String path) {
        assertThat(phone.get(server.provisioningUrl(path)).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/../CSFALICE.cnf.xml",
                "/%2e%2e/CSFALICE.cnf.xml",
                "/..%2fCSFALICE.cnf.xml",
                "/CSF%41LICE.cnf.xml",
                "/CSFALICE.cnf.xml;a=b",
                "//CSFALICE.cnf.xml",
                "/CSFALICE%00.cnf.xml",
            })
    void playsNoTricksWithPaths(String path) {
        assertThat(phone.get(server.provisioningUrl(path)).statusCode()).isIn(400, 404);
    }

    @Test
    void isNotOnThePortOfTheSignIn() {
        assertThat(phone.get(server.url("/CSFALICE.cnf.xml")).statusCode()).isEqualTo(404);
    }

    @Test
    void onlyReads() {
        HttpRequest put = HttpRequest.newBuilder(server.provisioningUrl("/CSFALICE.cnf.xml"))
                .PUT(HttpRequest.BodyPublishers.ofString("<device/>"))
                .build();

        assertThat(phone.send(put).statusCode()).isEqualTo(405);
    }

    private static void assertSame401(HttpResponse<String> one, HttpResponse<String> other) {
        assertThat(one.statusCode()).isEqualTo(401);
        assertThat(other.statusCode()).isEqualTo(401);
        assertThat(one.headers().allValues("WWW-Authenticate"))
                .isEqualTo(other.headers().allValues("WWW-Authenticate"));
        assertThat(one.headers().map().keySet()).isEqualTo(other.headers().map().keySet());
        assertThat(one.body()).isEqualTo(other.body());
    }

    private HttpResponse<String> withToken(String path, String token, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Authorization", "Bearer " + token));
        return phone.get(server.provisioningUrl(path), all.toArray(String[]::new));
    }
}
