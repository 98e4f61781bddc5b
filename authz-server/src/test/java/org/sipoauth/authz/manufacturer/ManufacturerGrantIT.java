package org.sipoauth.authz.manufacturer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestAuthority;
import org.sipoauth.authz.TestAuthority.Identity;
import org.sipoauth.authz.TestAuthority.Profile;
import org.sipoauth.authz.TestPhone;
import org.sipoauth.authz.TestPhone.Answer;
import org.sipoauth.authz.TestServer;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.device.SecurityProfile;
import org.sipoauth.authz.dpop.TestProof;
import org.sipoauth.authz.token.Confirmation;

/** Phones that show certificates over mutual TLS. */
class ManufacturerGrantIT {
    private static final String CERTIFICATE_GRANT = "urn:sipoauth:params:oauth:grant-type:manufacturer-certificate";
    private static final String CODE_GRANT = "urn:sipoauth:params:oauth:grant-type:activation-code";
    private static final String FORWARDED = "X-Forwarded-For";
    private static final String ALICES = "SEP00005E005301";
    private static final String BOBS = "SEP00005E005302";

    /** May sign in by certificate alone. */
    private static final TestAuthority ACME = TestAuthority.create("Acme Manufacturing CA");
    /** Wants an activation code, too. */
    private static final TestAuthority OTHER = TestAuthority.create("Other Manufacturing CA");

    /** Vouches for services (RFC 8705 §2.1). */
    private static final TestAuthority SERVICES = TestAuthority.create("Services CA");
    /** Is known itself (RFC 8705 §2.2). */
    private static final Identity MONITOR = TestAuthority.selfSigned("CN=monitor");

    @TempDir
    private static Path folder;

    /** Publishes revocation lists. */
    private static final TestAuthority THIRD = TestAuthority.create("Third Manufacturing CA");

    private static TestServer server;
    private static TestPhone anybody;
    private static String adminToken;
    private static Path refused;
    private static Path known;
    private static Path lists;

    @BeforeAll
    static void start() throws Exception {
        refused = Files.writeString(folder.resolve("refused.txt"), "# none\n");
        known = TestAuthority.write(MONITOR, folder.resolve("monitor.pem"));
        lists = Files.writeString(folder.resolve("lists.pem"), listInForceFor(Duration.ofHours(1)));
        server = TestServer.start(
                folder,
                "--sipoauth.mutual-tls.port=0",
                "--server.forward-headers-strategy=native",
                "--server.tomcat.remoteip.internal-proxies=127\\.0\\.0\\.1",
                "--sipoauth.desk-phones.ways=device-code,activation-code+manufacturer-certificate",
                "--sipoauth.clients[0].id=backup",
                "--sipoauth.clients[0].certificate.subject=o=Example, CN=backup.example.com",
                "--sipoauth.clients[0].certificate.authorities=" + SERVICES.writeTo(folder.resolve("services.pem")),
                "--sipoauth.clients[0].grant-types=client_credentials",
                "--sipoauth.clients[0].scopes=admin.read",
                "--sipoauth.clients[1].id=monitor",
                "--sipoauth.clients[1].certificate.file=" + known,
                "--sipoauth.clients[1].grant-types=client_credentials",
                "--sipoauth.clients[1].scopes=introspect",
                "--sipoauth.manufacturers[0].name=acme",
                "--sipoauth.manufacturers[0].authorities=" + ACME.writeTo(folder.resolve("acme.pem")),
                "--sipoauth.manufacturers[0].common-name=CP-[0-9]+-(SEP[0-9A-F]{12})",
                "--sipoauth.manufacturers[0].refused-serials=" + refused,
                "--sipoauth.manufacturers[0].ways=manufacturer-certificate",
                "--sipoauth.manufacturers[1].name=other",
                "--sipoauth.manufacturers[1].authorities=" + OTHER.writeTo(folder.resolve("other.pem")),
                "--sipoauth.manufacturers[1].common-name=([0-9A-F]{12})",
                "--sipoauth.manufacturers[1].device-name=SEP$1",
                "--sipoauth.manufacturers[2].name=third",
                "--sipoauth.manufacturers[2].authorities=" + THIRD.writeTo(folder.resolve("third.pem")),
                "--sipoauth.manufacturers[2].common-name=(SEP[0-9A-F]{12})",
                "--sipoauth.manufacturers[2].revocation-lists=" + lists,
                "--sipoauth.manufacturers[2].ways=manufacturer-certificate");
        anybody = new TestPhone(server);
        String[] admin = Files.readString(folder.resolve("data/admin-client.txt"))
                .strip()
                .split(":");
        adminToken = anybody.token(Map.of("grant_type", "client_credentials", "scope", "admin"), admin[0], admin[1])
                .text("access_token");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A phone gives its refresh token up when it is answered {@code invalid_grant}. */
    @Test
    void letsPhonesKeepTheirLoginsWhileNoRevocationListIsInForce() throws Exception {
        Identity identity = THIRD.issue("CN=SEP00005E005306");
        Answer tokens = byCertificate(identity);
        assertThat(tokens.status()).as(tokens.json().toString()).isEqualTo(200);

        Files.writeString(lists, listInForceFor(Duration.ofHours(-1)));

        for (Map<String, String> form : List.of(refreshForm(tokens), certificateForm())) {
            HttpResponse<String> refused = send(identity, "/oauth2/token", form);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("\"temporarily_unavailable\"");
            assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0))
                    .as("seconds: somebody has to bring the next list")
                    .isBetween(300L, 600L);
        }
        Files.writeString(lists, listInForceFor(Duration.ofHours(2)));
        assertThat(refresh(identity, tokens).status()).isEqualTo(200);
    }

    private static String listInForceFor(Duration time) throws Exception {
        Instant now = Instant.now();
        return THIRD.revocationList(now.minus(Duration.ofHours(2)), now.plus(time));
    }

    @Test
    void signsAPhoneInByItsCertificateAndBindsItsTokens() throws Exception {
        Identity identity = acmes(ALICES);

        Answer tokens = byCertificate(identity);

        assertThat(tokens.status()).as(tokens.json().toString()).isEqualTo(200);
        assertThat(claims(tokens))
                .containsEntry("sub", "alice")
                .containsEntry("client_id", "deskphone")
                .containsEntry("device_name", ALICES)
                .containsEntry("iss", TestServer.ISSUER)
                .containsEntry(
                        "cnf",
                        Map.of(
                                "x5t#S256",
                                Confirmation.ofCertificate(identity.certificate())
                                        .thumbprint()));
        Answer refreshed = refresh(identity, tokens);
        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(claims(refreshed).get("cnf")).isEqualTo(claims(tokens).get("cnf"));
        assertThat(claims(refreshed).get("sid")).isEqualTo(claims(tokens).get("sid"));
    }

    @Test
    void refreshesForNobodyElse() throws Exception {
        Identity identity = acmes(ALICES);
        Answer tokens = byCertificate(identity);

        Answer without = anybody.token(refreshForm(tokens));
        assertThat(without.json()).containsEntry("error", "invalid_grant");
        assertThat(without.text("error_description")).contains("bound to a certificate");
        assertThat(post(null, "/oauth2/token", refreshForm(tokens)).json()).containsEntry("error", "invalid_grant");
        assertThat(refresh(acmes(ALICES), tokens).json())
                .as("another certificate of the same phone")
                .containsEntry("error", "invalid_grant");

        assertThat(refresh(identity, tokens).status())
                .as("none of that ended the login")
                .isEqualTo(200);
        await().untilAsserted(() -> assertThat(audit(ALICES)).contains("no_certificate", "wrong_certificate"));
    }

    @Test
    void recordsARefusalForTheDeviceThatACertificateNames() throws Exception {
        Map<String, String> ofAnother = certificateForm();
        ofAnother.put("device_name", BOBS);

        post(acmes(ALICES), "/oauth2/token", ofAnother);
        byCertificate(OTHER.issue("CN=00005E005302"));
        byCertificate(acmes("SEP0000000000FE"));

        await().untilAsserted(() -> assertThat(audit(ALICES)).contains("wrong_device"));
        await().untilAsserted(() -> assertThat(audit(BOBS)).contains("code_missing"));
        await().untilAsserted(() -> assertThat(audit("SEP0000000000FE")).contains("not_allowed"));
    }

    /** A proxy is believed where it ends TLS, and passes on what clients write where it does not. */
    @Test
    void believesNobodyFromWhereTheyComeWhereItAsksForCertificates() throws Exception {
        Map<String, String> ofAnother = certificateForm();
        ofAnother.put("device_name", "SEP0000000000FD");
        Identity phone = acmes("SEP00005E005305");

        post(acmes("SEP0000000000FB"), "/oauth2/token", ofAnother, FORWARDED, "192.0.2.77");
        get(
                phone,
                server.provisioningUrl("/" + ALICES + ".cnf.xml"),
                byCertificate(phone).text("access_token"),
                FORWARDED,
                "192.0.2.78");
        anybody.get(server.url("/admin/api/v1/keys"), FORWARDED, "192.0.2.66");

        await().untilAsserted(() -> assertThat(audit("SEP0000000000FB"))
                .contains("wrong_device", "\"address\":\"127.0.0.1\"")
                .doesNotContain("192.0.2.77"));
        await().untilAsserted(() -> assertThat(trail("event=configuration_refused&device=SEP00005E005305"))
                .contains("other_device", "\"address\":\"127.0.0.1\"")
                .doesNotContain("192.0.2.78"));
        await().untilAsserted(() -> assertThat(trail("event=administration_refused"))
                .as("at the other listener")
                .contains("\"address\":\"192.0.2.66\""));
    }

    @Test
    void takesACertificateBackForRefreshesToo() throws Exception {
        Identity identity = acmes(ALICES);
        Answer tokens = byCertificate(identity);

        Files.writeString(refused, identity.certificate().getSerialNumber().toString(16) + "\n");

        assertThat(refresh(identity, tokens).json()).containsEntry("error", "invalid_grant");
        assertThat(byCertificate(identity).json()).containsEntry("error", "invalid_grant");
        Files.writeString(refused, "# none any more\n");
        assertThat(refresh(identity, tokens).status()).isEqualTo(200);
    }

    @Test
    void takesNoCertificateButThatOfAPhoneThatThereIs() throws Exception {
        Instant now = Instant.now();
        Map<String, Identity> none = Map.of(
                "self-signed", TestAuthority.selfSigned("CN=CP-8845-" + ALICES),
                "an authority of the same name",
                        TestAuthority.create("Acme Manufacturing CA").issue("CN=CP-8845-" + ALICES),
                "another manufacturer", OTHER.issue("CN=CP-8845-" + ALICES),
                "another subject", ACME.issue("CN=" + ALICES),
                "a subject that only looks like it", ACME.issue("CN=x,OU=CP-8845-" + ALICES),
                "expired", ACME.issue("CN=CP-8845-" + ALICES, Profile.usual().until(now.minusSeconds(1))),
                "a server's", ACME.issue("CN=CP-8845-" + ALICES, Profile.usual().with(KeyPurposeId.id_kp_serverAuth)),
                "the authority itself", ACME.itself(),
                "no such phone", acmes("SEP0000000000FF"));
        for (Map.Entry<String, Identity> one : none.entrySet()) {
            assertThat(byCertificate(one.getValue()).json()).as(one.getKey()).containsEntry("error", "invalid_grant");
        }
        assertThat(post(null, "/oauth2/token", certificateForm()).json())
                .as("none at all")
                .containsEntry("error", "invalid_grant");
        assertThat(anybody.token(certificateForm()).json())
                .as("at the other listener")
                .containsEntry("error", "invalid_grant");
    }

    @Test
    void signsInDeskPhonesWithOAuthAndNothingElse() throws Exception {
        Devices devices = server.bean(Devices.class);
        devices.save(new Device(
                "SEP000000000001", "alice", List.of("sip:1001@example.com"), SecurityProfile.WITH_OAUTH, false));
        devices.save(new Device("SEP000000000003", "nobody", List.of("sip:1001@example.com")));

        for (String device : List.of("SEP000000000001", "SEP000000000003")) {
            assertThat(byCertificate(acmes(device)).json()).as(device).containsEntry("error", "invalid_grant");
        }
    }

    @Test
    void isForThePhoneThatTheCertificateNames() throws Exception {
        Map<String, String> form = certificateForm();
        form.put("device_name", BOBS);

        assertThat(post(acmes(ALICES), "/oauth2/token", form).json()).containsEntry("error", "invalid_grant");
        form.put("device_name", ALICES);
        assertThat(post(acmes(ALICES), "/oauth2/token", form).status()).isEqualTo(200);
    }

    @Test
    void wantsBothWhereThePolicyDoes() throws Exception {
        Identity identity = OTHER.issue("CN=00005E005302");
        String code = activationCode(BOBS);

        assertThat(byCertificate(identity).json()).as("no code").containsEntry("error", "invalid_grant");
        Answer noCertificate = anybody.token(codeForm(BOBS, code));
        assertThat(noCertificate.json()).as("no certificate").containsEntry("error", "invalid_grant");
        assertThat(noCertificate.text("error_description")).contains("show the phone's certificate");
        assertThat(post(OTHER.issue("CN=00005E005301"), "/oauth2/token", codeForm(BOBS, code))
                        .json())
                .as("another phone's certificate")
                .containsEntry("error", "invalid_grant");

        Answer tokens = post(identity, "/oauth2/token", codeForm(BOBS, code));

        assertThat(tokens.status()).as(tokens.json().toString()).isEqualTo(200);
        assertThat(claims(tokens)).containsEntry("device_name", BOBS).containsKey("cnf");
        assertThat(anybody.token(refreshForm(tokens)).json()).containsEntry("error", "invalid_grant");
        assertThat(refresh(identity, tokens).status()).isEqualTo(200);
    }

    @Test
    void takesTheDeviceFromTheCertificateIfThePhoneDoesNotNameIt() throws Exception {
        Map<String, String> form = codeForm(BOBS, activationCode(BOBS));
        form.remove("device_name");

        assertThat(claims(post(OTHER.issue("CN=00005E005302"), "/oauth2/token", form)))
                .containsEntry("device_name", BOBS);
    }

    /** Nobody who has only the code gets a token of the login, not even within the minute for lost answers. */
    @Test
    void givesALostAnswerAgainToTheSameCertificateAlone() throws Exception {
        Identity identity = OTHER.issue("CN=00005E005302");
        String code = activationCode(BOBS);
        Answer lost = post(identity, "/oauth2/token", codeForm(BOBS, code));

        assertThat(post(OTHER.issue("CN=00005E005302"), "/oauth2/token", codeForm(BOBS, code))
                        .json())
                .containsEntry("error", "invalid_grant");
        Answer again = post(identity, "/oauth2/token", codeForm(BOBS, code));
        assertThat(again.text("refresh_token")).isEqualTo(lost.text("refresh_token"));
    }

    @Test
    void givesTheConfigurationFileToWhoShowsTheCertificate() throws Exception {
        Identity identity = acmes(ALICES);
        String token = byCertificate(identity).text("access_token");
        URI file = server.provisioningUrl("/" + ALICES + ".cnf.xml");

        assertThat(get(identity, file, token).statusCode()).isEqualTo(200);
        assertThat(get(acmes(ALICES), file, token).statusCode()).isEqualTo(401);
        HttpResponse<String> stolen = get(null, file, token);
        assertThat(stolen.statusCode()).isEqualTo(401);
        assertThat(stolen.headers().firstValue("WWW-Authenticate").orElse("")).contains("error=\"invalid_token\"");
    }

    @Test
    void slowsDownAPhoneThatSignsInAgainAndAgain() throws Exception {
        Identity identity = acmes("SEP00005E005303");
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            answers.add(byCertificate(identity).status());
        }

        assertThat(answers.subList(0, 10)).containsOnly(200);
        assertThat(answers.subList(10, 12)).containsOnly(503);
        assertThat(byCertificate(acmes("SEP00005E005304")).status()).isEqualTo(200);
    }

    /** RFC 8705 §2.1, §3. */
    @Test
    void givesAServiceATokenForTheCertificateThatAnAuthorityVouchesFor() throws Exception {
        Identity backup = SERVICES.issue("CN=backup.example.com,O=Example");

        Answer tokens = post(backup, "/oauth2/token", serviceForm("backup"));

        assertThat(tokens.status()).as(tokens.json().toString()).isEqualTo(200);
        assertThat(tokens.text("token_type")).isEqualTo("Bearer");
        assertThat(claims(tokens).get("cnf"))
                .isEqualTo(Map.of(
                        "x5t#S256",
                        Confirmation.ofCertificate(backup.certificate()).thumbprint()));
        String token = tokens.text("access_token");
        String keys = "/admin/api/v1/keys";
        assertThat(get(backup, server.mutualTlsUrl(keys), token).statusCode()).isEqualTo(200);
        assertThat(get(SERVICES.issue("CN=backup.example.com,O=Example"), server.mutualTlsUrl(keys), token)
                        .statusCode())
                .as("another certificate of the same service")
                .isEqualTo(401);
        HttpResponse<String> elsewhere = anybody.get(server.url(keys), "Authorization", "Bearer " + token);
        assertThat(elsewhere.statusCode()).isEqualTo(401);
        assertThat(elsewhere.headers().firstValue("WWW-Authenticate").orElse(""))
                .contains("invalid_token");
    }

    /** RFC 8705 §2.2; the file is read again when it changes. */
    @Test
    void knowsAServiceByItsOwnCertificateWhereverItAuthenticates() throws Exception {
        Map<String, String> ask = Map.of("client_id", "monitor", "token", adminToken);
        assertThat(post(MONITOR, "/oauth2/token", serviceForm("monitor")).status())
                .isEqualTo(200);
        assertThat(post(MONITOR, "/oauth2/introspect", ask).json()).containsKey("active");

        Identity next = TestAuthority.selfSigned("CN=monitor");
        assertThat(post(next, "/oauth2/introspect", ask).json()).containsEntry("error", "invalid_client");
        Files.writeString(
                known,
                Files.readString(known) + Files.readString(TestAuthority.write(next, folder.resolve("next.pem"))));
        assertThat(post(next, "/oauth2/introspect", ask).json()).containsKey("active");
        assertThat(post(MONITOR, "/oauth2/introspect", ask).json()).containsKey("active");
    }

    @Test
    void givesAServiceNothingForAnythingElse() throws Exception {
        Map<String, String> withSecret = new HashMap<>(serviceForm("backup"));
        withSecret.put("client_secret", "a secret of a service that has none");
        Map<String, Answer> answers = new LinkedHashMap<>();
        answers.put(
                "another subject", post(SERVICES.issue("CN=other,O=Example"), "/oauth2/token", serviceForm("backup")));
        answers.put(
                "another authority",
                post(ACME.issue("CN=backup.example.com,O=Example"), "/oauth2/token", serviceForm("backup")));
        answers.put(
                "signed by itself",
                post(
                        TestAuthority.selfSigned("CN=backup.example.com,O=Example"),
                        "/oauth2/token",
                        serviceForm("backup")));
        answers.put(
                "for servers",
                post(
                        SERVICES.issue(
                                "CN=backup.example.com,O=Example",
                                Profile.usual().with(KeyPurposeId.id_kp_serverAuth)),
                        "/oauth2/token",
                        serviceForm("backup")));
        answers.put(
                "expired",
                post(
                        SERVICES.issue(
                                "CN=backup.example.com,O=Example",
                                Profile.usual().until(Instant.now().minusSeconds(60))),
                        "/oauth2/token",
                        serviceForm("backup")));
        answers.put("that of another service", post(MONITOR, "/oauth2/token", serviceForm("backup")));
        answers.put("none", post(null, "/oauth2/token", serviceForm("backup")));
        answers.put(
                "a secret as well",
                post(SERVICES.issue("CN=backup.example.com,O=Example"), "/oauth2/token", withSecret));
        answers.put("where none is asked for", anybody.token(serviceForm("backup")));
        answers.forEach((why, answer) -> assertThat(answer.json()).as(why).containsEntry("error", "invalid_client"));
    }

    private static Map<String, String> serviceForm(String client) {
        return Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                client,
                "scope",
                client.equals("backup") ? "admin.read" : "introspect");
    }

    /** RFC 7800 §3.1: a token names one key. Whoever asks for both is told so, and has used nothing up. */
    @Test
    void bindsToACertificateOrToAKeyAndToNoneOfThemIfBothAreShown() throws Exception {
        ECKey key = TestProof.key();
        Identity phone = acmes(ALICES);
        Answer bound = byCertificate(phone);
        Identity other = OTHER.issue("CN=00005E005302");
        Map<String, String> code = codeForm(BOBS, activationCode(BOBS));
        Identity service = SERVICES.issue("CN=backup.example.com,O=Example");
        TestPhone alice = new TestPhone(server);
        Answer begunWithKey = alice.redeem(
                alice.authorize("alice", TestPhone.request("CSFALICE")).get("code"), proof(key));
        Map<String, String> softphone = new HashMap<>(refreshForm(begunWithKey));
        softphone.put("client_id", "softphone");

        assertRefusedWithBoth(phone, certificateForm(), key);
        assertRefusedWithBoth(phone, refreshForm(bound), key);
        assertRefusedWithBoth(other, code, key);
        assertRefusedWithBoth(service, serviceForm("backup"), key);
        assertRefusedWithBoth(phone, softphone, key);
        assertRefusedWithBoth(
                phone,
                Map.of(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "client_id",
                        "deskphone",
                        "device_code",
                        "any"),
                key);

        assertThat(refresh(phone, bound).status()).as("by certificate alone").isEqualTo(200);
        assertThat(claims(post(other, "/oauth2/token", code)).get("cnf"))
                .as("the code is good still")
                .isEqualTo(Map.of(
                        "x5t#S256",
                        Confirmation.ofCertificate(other.certificate()).thumbprint()));
        assertThat(post(service, "/oauth2/token", serviceForm("backup")).status())
                .isEqualTo(200);
        assertThat(alice.post("/oauth2/token", softphone, "DPoP", proof(key)).status())
                .as("by key alone")
                .isEqualTo(200);
    }

    private static void assertRefusedWithBoth(Identity identity, Map<String, String> form, ECKey key) throws Exception {
        Answer answer = post(identity, "/oauth2/token", form, "DPoP", proof(key));
        assertThat(answer.status()).as(form.get("grant_type")).isEqualTo(400);
        assertThat(answer.json()).as(form.get("grant_type")).containsEntry("error", "invalid_request");
        assertThat(answer.text("error_description")).as(form.get("grant_type")).contains("not both");
    }

    private static String proof(ECKey key) {
        return TestProof.of(key, TestServer.ISSUER + "/oauth2/token");
    }

    @Test
    void isInTheMetadata() throws Exception {
        Map<String, Object> metadata =
                JSONObjectUtils.parse(anybody.get(server.url("/.well-known/oauth-authorization-server"))
                        .body());

        assertThat(metadata)
                .containsEntry("tls_client_certificate_bound_access_tokens", true)
                .containsEntry(
                        "mtls_endpoint_aliases",
                        Map.of(
                                "token_endpoint",
                                server.mutualTlsUrl("/oauth2/token").toString(),
                                "introspection_endpoint",
                                server.mutualTlsUrl("/oauth2/introspect").toString(),
                                "revocation_endpoint",
                                server.mutualTlsUrl("/oauth2/revoke").toString()));
        for (String endpoint : List.of("token", "introspection", "revocation")) {
            assertThat(JSONObjectUtils.getStringList(metadata, endpoint + "_endpoint_auth_methods_supported"))
                    .contains("tls_client_auth", "self_signed_tls_client_auth");
        }
        assertThat(JSONObjectUtils.getStringList(metadata, "grant_types_supported"))
                .contains(CERTIFICATE_GRANT, CODE_GRANT);
    }

    @Test
    void servesNothingButWhatMachinesAskForAtItsPort() throws Exception {
        for (String path : List.of("/login", "/oauth2/jwks", "/oauth2/authorize", "/console", "/CSFALICE.cnf.xml")) {
            assertThat(get(acmes(ALICES), server.mutualTlsUrl(path), "x").statusCode())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(get(acmes(ALICES), server.mutualTlsUrl("/oauth2/token"), "x").statusCode())
                .isEqualTo(405);
    }

    @Test
    void refusesToStartWithAPolicyThatCannotBeMet(@TempDir Path another) {
        assertRefused(
                another,
                "sipoauth.desk-phones.ways is activation-code+manufacturer-certificate, but there is no manufacturer",
                "--sipoauth.desk-phones.ways=activation-code+manufacturer-certificate");
        assertRefused(
                another,
                "There are sipoauth.manufacturers, but no listener",
                "--sipoauth.manufacturers[0].name=acme",
                "--sipoauth.manufacturers[0].authorities=" + folder.resolve("acme.pem"),
                "--sipoauth.manufacturers[0].common-name=(.*)");
        assertRefused(
                another,
                "sipoauth.mutual-tls.port is set, but with sipoauth.insecure-plain-http there is no TLS",
                "--sipoauth.mutual-tls.port=0",
                "--sipoauth.insecure-plain-http=true");
        assertRefused(
                another, "sipoauth.desk-phones.ways: 'password' is none of", "--sipoauth.desk-phones.ways=password");
        assertRefused(
                another, "sipoauth.activation-codes.expires-in is PT1M", "--sipoauth.activation-codes.expires-in=1m");
    }

    private static void assertRefused(Path folder, String why, String... options) {
        assertThatThrownBy(() -> TestServer.start(folder, options).close())
                .hasStackTraceContaining("StartupRefused: " + why);
    }

    private static Identity acmes(String device) {
        return ACME.issue("CN=CP-8845-" + device + ",OU=CTG,O=Acme");
    }

    private static Answer byCertificate(Identity identity) throws Exception {
        return post(identity, "/oauth2/token", certificateForm());
    }

    private static Answer refresh(Identity identity, Answer tokens) throws Exception {
        return post(identity, "/oauth2/token", refreshForm(tokens));
    }

    private static Map<String, String> certificateForm() {
        return new HashMap<>(
                Map.of("grant_type", CERTIFICATE_GRANT, "client_id", "deskphone", "scope", "sip.register"));
    }

    private static Map<String, String> codeForm(String device, String code) {
        return new HashMap<>(Map.of(
                "grant_type", CODE_GRANT, "client_id", "deskphone", "device_name", device, "activation_code", code));
    }

    private static Map<String, String> refreshForm(Answer tokens) {
        return Map.of(
                "grant_type", "refresh_token",
                "client_id", "deskphone",
                "refresh_token", tokens.text("refresh_token"));
    }

    private static String activationCode(String device) throws Exception {
        HttpResponse<String> created =
                anybody.send(HttpRequest.newBuilder(server.url("/admin/api/v1/devices/" + device + "/activation-code"))
                        .header("Authorization", "Bearer " + adminToken)
                        .POST(BodyPublishers.noBody())
                        .build());
        return (String) JSONObjectUtils.parse(created.body()).get("activation_code");
    }

    private static String audit(String device) {
        return trail("device=" + device);
    }

    private static String trail(String query) {
        return anybody.send(HttpRequest.newBuilder(server.url("/admin/api/v1/audit?" + query))
                        .header("Authorization", "Bearer " + adminToken)
                        .build())
                .body();
    }

    /** At the listener that asks for certificates, by somebody who may have one. */
    private static Answer post(Identity identity, String path, Map<String, String> form, String... headers)
            throws Exception {
        HttpResponse<String> answer = send(identity, path, form, headers);
        return new Answer(answer.statusCode(), JSONObjectUtils.parse(answer.body()));
    }

    private static HttpResponse<String> send(
            Identity identity, String path, Map<String, String> form, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.mutualTlsUrl(path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form.entrySet().stream()
                        .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                        .collect(Collectors.joining("&"))));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return http(identity).send(request.build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(Identity identity, URI address, String token, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return http(identity).send(request.build(), BodyHandlers.ofString());
    }

    private static HttpClient http(Identity identity) {
        return HttpClient.newBuilder()
                .sslContext(
                        identity == null ? server.certificate().trusting() : identity.trusting(server.certificate()))
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    private static Map<String, Object> claims(Answer tokens) throws Exception {
        String jwt = tokens.text("access_token");
        return JSONObjectUtils.parse(new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[1]), UTF_8));
    }
}
