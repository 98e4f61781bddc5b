package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;

/** Phones and edges register over real sockets and TLS. */
class RegistrationIT {
    @TempDir
    static Path directory;

    private static TestPki pki;
    private static RunningRegistrar registrar;

    @BeforeAll
    static void start() throws Exception {
        pki = new TestPki("test CA");
        registrar = new RunningRegistrar(directory, pki, "--devices.oauth-disabled=CSFOLD");
    }

    @AfterAll
    static void stop() {
        registrar.close();
    }

    private static TestPhone phone(String... protocols) throws Exception {
        return TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()), protocols);
    }

    private static String token() {
        return TestTokens.valid(Instant.now()).compact();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void challengesThenRegistersInTheIncumbentsDialect(String protocol) throws Exception {
        try (TestPhone phone = phone(protocol)) {
            SipResponse challenge = phone.exchange(phone.register(Headers.NONE));
            assertThat(challenge.status()).isEqualTo(407);
            assertThat(challenge.headers().all("Proxy-Authenticate"))
                    .containsExactly("Bearer realm=\"ccmsipline\", authz_server=\"https://as.example.com\"");
            assertThat(challenge.topVia().parameters().value("received")).contains("127.0.0.1");
            assertThat(challenge.topVia().parameters().value("rport")).contains("" + phone.localPort());

            SipResponse ok = phone.register("Proxy-Authorization", "Bearer token=\"" + token() + "\"");
            assertThat(ok.status()).isEqualTo(200);
            assertThat(ok.expiresSeconds()).contains(120L);
            assertThat(ok.contacts())
                    .singleElement()
                    .satisfies(contact -> assertThat(contact.uri()).isEqualTo("sip:1001@192.0.2.4:5061;transport=tls"));
            assertThat(registrar.get("/bindings").body())
                    .contains("\"aor\":\"sip:1001@example.com\"", "\"device\":\"CSFALICE\"")
                    .doesNotContain("eyJ");
            assertThat(registrar
                            .get("/bindings?device=CSFALICE&aor=sip:1001@example.com")
                            .body())
                    .contains("CSFALICE");
            assertThat(registrar.get("/bindings?device=CSFBOB").body()).isEqualTo("[]");
            assertThat(registrar.get("/bindings?aor=sip:1002@example.com").body())
                    .isEqualTo("[]");
            assertThat(registrar.get("/bindings?name=CSFALICE").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void registersInTheStandardsDialect() throws Exception {
        try (TestPhone phone = phone()) {
            assertThat(phone.register("Authorization", "Bearer " + token()).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void registersThroughAnEdge() throws Exception {
        try (TestPhone edge =
                TestPhone.overTls(registrar.mra(), pki.client(Optional.of(pki.edge("edge.example.com"))))) {
            assertThat(edge.exchange(edge.register(Headers.NONE)).status()).isEqualTo(407);
            assertThat(edge.register("Proxy-Authorization", "Bearer token=\"" + token() + "\"")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void readsRequestAsTheIncumbentsPhonesSendIt() throws Exception {
        try (TestPhone phone = phone()) {
            Headers more = Headers.NONE
                    .plus("Proxy-Authorization", "Bearer token=\"" + token() + "\"")
                    .plus("Reason", "SIP;cause=200;text=\"cisco-alarm:111 Name=CSFALICE\"")
                    .plus("Expires", "3600")
                    .plus("MIME-Version", "1.0")
                    .plus("Content-Type", "multipart/mixed;boundary=x");
            String head = new String(SipPrinter.print(phone.register(more)), StandardCharsets.UTF_8);
            String body = "--x\r\nContent-Type: application/x-cisco-remotecc-request+xml\r\n\r\n<a/>\r\n--x--\r\n";
            phone.send(head.replace("Content-Length: 0", "Content-Length: " + body.length())
                    .concat(body)
                    .getBytes(StandardCharsets.UTF_8));

            assertThat(phone.receive().expiresSeconds()).contains(120L);
        }
    }

    @Test
    void answersKeepAlive() throws Exception {
        try (TestPhone phone = phone()) {
            phone.send(new byte[] {'\r', '\n', '\r', '\n'});
            assertThat(phone.next()).contains(new Parsed.Pong());
        }
    }

    @Test
    void tellsOfThePortMismatchInTheClear() throws Exception {
        try (TestPhone phone = TestPhone.inTheClear(registrar.oauth())) {
            requireMismatch(phone.exchange(phone.register(Headers.NONE)));
            assertThat(phone.next()).isEmpty();
        }
        assertThat(registrar.metric("sip_registrations_total{cause=\"not_tls\",outcome=\"refused\"}"))
                .isPositive();
    }

    @Test
    void tellsOfThePortMismatchWithoutAnEdge() throws Exception {
        try (TestPhone phone = TestPhone.overTls(registrar.mra(), pki.client(Optional.empty()))) {
            requireMismatch(phone.register("Proxy-Authorization", "Bearer token=\"" + token() + "\""));
            assertThat(phone.next()).isEmpty();
        }
        assertThat(registrar.metric("sip_registrations_total{cause=\"mra_without_edge\",outcome=\"refused\"}"))
                .isPositive();
        assertThat(registrar.get("/refusals?device=CSFALICE").body()).contains("\"cause\":\"mra_without_edge\"");
        assertThat(registrar.get("/refusals?device=CSFBOB").body()).isEqualTo("[]");
        assertThat(registrar.get("/refusals?name=CSFALICE").statusCode()).isEqualTo(400);
    }

    @Test
    void tellsOfThePortMismatchForDeviceWithoutOAuth() throws Exception {
        try (TestPhone phone = phone()) {
            String token = TestTokens.valid(Instant.now())
                    .with("device_name", "CSFOLD")
                    .compact();
            Headers credentials = Headers.NONE.plus("Proxy-Authorization", "Bearer token=\"" + token + "\"");
            requireMismatch(phone.exchange(withContact(phone, credentials)));
        }
    }

    private static SipRequest withContact(TestPhone phone, Headers credentials) {
        SipRequest request = phone.register(credentials);
        return SipRequest.of(
                request.method(),
                request.uri(),
                request.headers().without("Contact").plus("Contact", "<sip:1001@192.0.2.4:5061>"));
    }

    @Test
    void tellsOfThePortMismatchWithTheModeOff(@TempDir Path other) throws Exception {
        try (RunningRegistrar off = new RunningRegistrar(other, pki, "--mode=disabled");
                TestPhone phone = TestPhone.overTls(off.oauth(), pki.client(Optional.empty()))) {
            requireMismatch(phone.register("Proxy-Authorization", "Bearer token=\"" + token() + "\""));
            assertThat(off.metric("sip_registrations_total{cause=\"mode_disabled\",outcome=\"refused\"}"))
                    .isEqualTo(1);
        }
    }

    private static void requireMismatch(SipResponse response) {
        assertThat(response.startLine()).isEqualTo("SIP/2.0 403 Forbidden");
        assertThat(response.headers().all("Retry-After")).containsExactly("35");
        assertThat(response.headers().all("Warning"))
                .containsExactly("399 node1 \"SIP OAuth Registration port Mismatch\"");
    }

    @Test
    void showsHealthAndAgeOfKeys() {
        assertThat(registrar.get("/health").statusCode()).isEqualTo(200);
        assertThat(registrar.get("/health").body()).contains("\"status\":\"UP\"", "\"keyIds\":[\"test-key\"]");
        assertThat(registrar.metric("sipoauth_verifier_keys_age_seconds")).isBetween(0.0, 600.0);
        assertThat(registrar.get("/other").statusCode()).isEqualTo(404);
    }
}
