package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;

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
        registrar = new RunningRegistrar(directory, pki, "--tls.phone-certificates=requested");
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
        assertThat(registrar.metric("sip_registrations_total{cause=\"certificate_binding\",outcome=\"refused\"}"))
                .isEqualTo(2);
    }

    /** An edge shows its own certificate, which says nothing about the phone behind it: not even where the token names it. */
    @Test
    void refusesItBehindAnEdge() throws Exception {
        X509Bundle edge = pki.edge("edge.example.com");

        assertThat(register(registrar.mra(), Optional.of(edge), bound)).isEqualTo(403);
        assertThat(register(registrar.mra(), Optional.of(edge), boundTo(edge))).isEqualTo(403);
        assertThat(registrar.metric("sip_registrations_total{cause=\"certificate_binding\",outcome=\"refused\"}"))
                .isEqualTo(2);
    }

    @Test
    void requiresNoCertificateForOtherTokens() throws Exception {
        String unbound = TestTokens.valid(Instant.now()).compact();

        assertThat(register(registrar.oauth(), Optional.empty(), unbound)).isEqualTo(200);
        assertThat(register(registrar.oauth(), Optional.of(phone), unbound)).isEqualTo(200);
    }
}
