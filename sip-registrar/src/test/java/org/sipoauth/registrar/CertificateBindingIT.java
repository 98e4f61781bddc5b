package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.sip.Headers;

/** Tokens that are bound to a phone's certificate (RFC 8705 §3). */
@Timeout(60)
class CertificateBindingIT {
    @TempDir
    Path directory;

    private TestPki pki;
    private X509Bundle phone;
    private String bound;
    private RunningRegistrar registrar;

    @BeforeEach
    void start() throws Exception {
        pki = new TestPki("test CA");
        phone = TestPki.selfSigned("SEP001122334455");
        bound = boundTo(phone);
        registrar = new RunningRegistrar(
                directory,
                pki,
                "--tls.phone-certificates=requested",
                "--edges=edge.example.com,other.example.com",
                "--edges.phone-certificates=Edge.example.com");
    }

    private static String boundTo(X509Bundle certificate) throws Exception {
        byte[] thumbprint = MessageDigest.getInstance("SHA-256")
                .digest(certificate.getCertificate().getEncoded());
        String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(thumbprint);
        return TestTokens.valid(Instant.now())
                .with("cnf", Map.of("x5t#S256", encoded))
                .compact();
    }

    @AfterEach
    void stop() {
        registrar.close();
    }

    private int register(InetSocketAddress port, Optional<X509Bundle> shown, String token, String... protocols)
            throws Exception {
        try (TestPhone connection = TestPhone.overTls(port, pki.client(shown), protocols)) {
            return connection.register("Proxy-Authorization", "Bearer " + token).status();
        }
    }

    private int registerBehind(X509Bundle edge, String... clientCerts) throws Exception {
        return registerForwarding(registrar.mra(), edge, clientCerts);
    }

    private int registerForwarding(InetSocketAddress port, X509Bundle shown, String... clientCerts) throws Exception {
        Headers headers = Headers.NONE.plus("Proxy-Authorization", "Bearer " + bound);
        for (String clientCert : clientCerts) {
            headers = headers.plus("Client-Cert", clientCert);
        }
        try (TestPhone connection = TestPhone.overTls(port, pki.client(Optional.of(shown)))) {
            return connection.exchange(connection.register(headers)).status();
        }
    }

    /** As an edge writes it: RFC 9440 §2.2. */
    private static String clientCert(X509Bundle certificate) throws Exception {
        return ":"
                + Base64.getEncoder()
                        .encodeToString(certificate.getCertificate().getEncoded()) + ":";
    }

    private double refused(String cause) {
        return registrar.metric("sip_registrations_total{cause=\"" + cause + "\",outcome=\"refused\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void registersThePhoneThatHoldsTheKey(String protocol) throws Exception {
        for (int i = 0; i < 3; i++) { // also where the client would resume a session
            assertThat(register(registrar.oauth(), Optional.of(phone), bound, protocol))
                    .isEqualTo(200);
        }
    }

    @Test
    void refusesAThiefOfTheTokenAlone() throws Exception {
        assertThat(register(registrar.oauth(), Optional.empty(), bound)).isEqualTo(403);
        assertThat(register(registrar.oauth(), Optional.of(TestPki.selfSigned("SEP001122334455")), bound))
                .isEqualTo(403);
        assertThat(refused("certificate_binding")).isEqualTo(2);
    }

    /** An edge shows its own certificate, which says nothing about the phone behind it: not even where the token names it. */
    @Test
    void refusesItBehindAnEdgeThatForwardsNoCertificate() throws Exception {
        X509Bundle edge = pki.edge("edge.example.com");

        assertThat(register(registrar.mra(), Optional.of(edge), bound)).isEqualTo(403);
        assertThat(register(registrar.mra(), Optional.of(edge), boundTo(edge))).isEqualTo(403);
        assertThat(refused("certificate_binding")).isEqualTo(2);
    }

    @Test
    void registersThePhoneWhoseCertificateABelievedEdgeForwards() throws Exception {
        assertThat(registerBehind(pki.edge("edge.example.com"), clientCert(phone)))
                .isEqualTo(200);
    }

    @Test
    void takesAForwardedCertificateOfFiveKilobytes() throws Exception {
        CertificateBuilder builder =
                new CertificateBuilder().ecp256().subject("CN=SEP001122334455").setIsCertificateAuthority(true);
        for (int i = 0; i < 80; i++) {
            builder.addSanDnsName("name-" + i + "." + "x".repeat(50) + ".example.com");
        }
        X509Bundle large = builder.buildSelfSigned();
        assertThat(large.getCertificate().getEncoded()).hasSizeGreaterThan(5 * 1024);
        bound = boundTo(large);

        assertThat(registerBehind(pki.edge("edge.example.com"), clientCert(large)))
                .isEqualTo(200);
    }

    @Test
    void refusesAnotherCertificateThatABelievedEdgeForwards() throws Exception {
        assertThat(registerBehind(pki.edge("edge.example.com"), clientCert(TestPki.selfSigned("SEP001122334455"))))
                .isEqualTo(403);
        assertThat(refused("certificate_binding")).isOne();
    }

    @Test
    void refusesWhatABelievedEdgeForwardsTwiceOrBroken() throws Exception {
        X509Bundle edge = pki.edge("edge.example.com");

        assertThat(registerBehind(edge, clientCert(phone), clientCert(phone))).isEqualTo(400);
        assertThat(registerBehind(edge, "SEP001122334455")).isEqualTo(400);
        assertThat(refused("client_cert")).isEqualTo(2);
    }

    /** A listed edge may be one that lets the headers of phones through: RFC 9440 §4 wants those to be named that do not. */
    @Test
    void believesNoOtherEdgeAndSaysSo() throws Exception {
        assertThat(registerBehind(pki.edge("other.example.com"), clientCert(phone)))
                .isEqualTo(403);
        assertThat(registrar.get("/status").body())
                .contains("edges.phone-certificates does not name its edge, which forwards one");
    }

    @Test
    void neverBelievesAPhoneAboutItsCertificate() throws Exception {
        X509Bundle thief = TestPki.selfSigned("SEP001122334455");
        X509Bundle edge = pki.edge("edge.example.com"); // is none on this port

        assertThat(registerForwarding(registrar.oauth(), thief, clientCert(phone)))
                .isEqualTo(403);
        assertThat(registerForwarding(registrar.oauth(), edge, clientCert(phone)))
                .isEqualTo(403);
        assertThat(registerForwarding(registrar.oauth(), phone, "broken"))
                .as("nobody looks")
                .isEqualTo(200);
    }

    @Test
    void requiresNoCertificateForOtherTokens() throws Exception {
        String unbound = TestTokens.valid(Instant.now()).compact();

        assertThat(register(registrar.oauth(), Optional.empty(), unbound)).isEqualTo(200);
        assertThat(register(registrar.oauth(), Optional.of(phone), unbound)).isEqualTo(200);
    }
}
