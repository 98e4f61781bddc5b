package org.sipoauth.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.handler.ssl.OpenSsl;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sipoauth.registrar.sip.Headers;

/** Who may connect, as told by certificates, and what changes while running. */
@Timeout(60)
class MutualTlsIT {
    @TempDir
    Path directory;

    private TestPki pki;
    private RunningRegistrar registrar;

    @BeforeEach
    void start() throws Exception {
        assertThat(OpenSsl.isAvailable()).as("native TLS on this platform").isTrue();
        pki = new TestPki("test CA");
        Files.writeString(directory.resolve("edges.txt"), "# edges\nlisted.example.com\n");
        registrar = new RunningRegistrar(directory, pki, "--edges.file=" + directory.resolve("edges.txt"));
    }

    @AfterEach
    void stop() {
        registrar.close();
    }

    /** As an operator should: a file that is written in place is half there for a moment. */
    private void replace(String name, String content) throws IOException {
        Path whole = Files.writeString(directory.resolve(name + ".new"), content);
        Files.move(whole, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private void connectAs(X509Bundle edge, String... protocols) throws Exception {
        try (TestPhone connection = TestPhone.overTls(registrar.mra(), pki.client(Optional.of(edge)), protocols)) {
            assertThat(connection.exchange(connection.register(Headers.NONE)).status())
                    .isEqualTo(407);
        }
    }

    private AbstractThrowableAssert<?, ?> refuses(X509Bundle edge, String... protocols) {
        return assertThatThrownBy(() -> {
                    try (TestPhone refused =
                            TestPhone.overTls(registrar.mra(), pki.client(Optional.of(edge)), protocols)) {
                        refused.next(); // reads and sends nothing, which might meet a closed socket before the alert
                        // is read
                    }
                })
                .isInstanceOf(SSLException.class);
    }

    private void requireFailures(String cause, int count) {
        String series = "tls_handshake_failures_total{cause=\"" + cause + "\",port=\"mra\"}";
        await().until(() -> registrar.metric(series) == count);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void tellsAnEdgeOfAnUnknownAuthority(String protocol) throws Exception {
        X509Bundle stranger = new TestPki("other CA").edge("edge.example.com");

        int often = 20; // an alert that a reset overtakes is lost now and then only
        for (int i = 0; i < often; i++) {
            refuses(stranger, protocol).hasMessageContaining("unknown_ca"); // alert 48
        }
        requireFailures("unknown_ca", often);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void refusesEdgeThatIsNotListed(String protocol) throws Exception {
        refuses(pki.edge("other.example.com"), protocol).hasMessageContaining("bad_certificate");
        requireFailures("edge_not_listed", 1);
    }

    @Test
    void refusesExpiredCertificateAndOneForServers() throws Exception {
        refuses(pki.expiredEdge("edge.example.com")).hasMessageContaining("certificate_expired");
        requireFailures("certificate_expired", 1);
        refuses(pki.serverOnly("edge.example.com")).hasMessageContaining("unsupported_certificate");
        requireFailures("certificate_invalid", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void takesCertificatesOf32KibibytesAtMost(String protocol) throws Exception {
        connectAs(pki.edge("edge.example.com", 1_900), protocol);
        refuses(pki.edge("edge.example.com", 2_100), protocol);
        requireFailures("protocol", 1);
    }

    @Test
    void takesListedEdgesAndFollowsTheList() throws Exception {
        connectAs(pki.edge("edge.example.com"));
        connectAs(pki.edge("LISTED.example.com"));
        refuses(pki.edge("new.example.com"));

        replace("edges.txt", "new.example.com\n");
        await().until(() -> registrar.metric("tls_reloads_total{outcome=\"success\"}") == 1);
        connectAs(pki.edge("new.example.com"));
        connectAs(pki.edge("edge.example.com"));
        refuses(pki.edge("listed.example.com"));
    }

    @Test
    void endsTheConnectionOfAnEdgeThatIsTakenOffTheList() throws Exception {
        try (TestPhone removed =
                        TestPhone.overTls(registrar.mra(), pki.client(Optional.of(pki.edge("listed.example.com"))));
                TestPhone kept =
                        TestPhone.overTls(registrar.mra(), pki.client(Optional.of(pki.edge("edge.example.com"))))) {
            assertThat(removed.exchange(removed.register(Headers.NONE)).status())
                    .isEqualTo(407);
            assertThat(kept.exchange(kept.register(Headers.NONE)).status()).isEqualTo(407);

            replace("edges.txt", "\n");

            assertThat(removed.next()).isEmpty(); // closed
            assertThat(registrar.metric("sip_edges_ended_total")).isEqualTo(1);
            assertThat(kept.exchange(kept.register(Headers.NONE)).status()).isEqualTo(407);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1", "TLSv1.1"})
    void speaksNoOldTls(String protocol) throws Exception {
        assertThatThrownBy(() -> TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()), protocol)
                        .close())
                .isInstanceOf(SSLException.class);
    }

    private X509Certificate shownToNewConnection() throws Exception {
        try (TestPhone phone = TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()))) {
            return (X509Certificate) ((SSLSocket) phone.socket()).getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void showsRenewedCertificateAndDropsNoConnection() throws Exception {
        X509Certificate first = shownToNewConnection();
        try (TestPhone phone = TestPhone.overTls(registrar.oauth(), pki.client(Optional.empty()))) {
            pki.writeNode(directory);
            await().until(() -> !shownToNewConnection().equals(first));

            String token = TestTokens.valid(Instant.now()).compact();
            assertThat(phone.register("Authorization", "Bearer " + token).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void keepsTheOldCertificateWhileTheNewOneIsBroken() throws Exception {
        X509Certificate first = shownToNewConnection();
        replace("node.key", pki.node().getPrivateKeyPEM()); // of another certificate
        await().until(() -> registrar.metric("tls_reloads_total{outcome=\"failure\"}") == 1);
        replace("node.crt", "-----BEGIN CERTIFICATE-----\nbroken\n");
        await().until(() -> registrar.metric("tls_reloads_total{outcome=\"failure\"}") == 2);
        assertThat(shownToNewConnection()).isEqualTo(first);

        pki.writeNode(directory);
        await().until(() -> !shownToNewConnection().equals(first));
    }

    @Test
    void trustsAnotherAuthorityOnceItIsInTheFile() throws Exception {
        TestPki other = new TestPki("other CA");
        refuses(other.edge("edge.example.com"));

        replace("ca.crt", pki.authorityPem() + "\n" + other.authorityPem());
        await().until(() -> registrar.metric("tls_reloads_total{outcome=\"success\"}") == 1);
        connectAs(other.edge("edge.example.com"));
        connectAs(pki.edge("edge.example.com"));
    }
}
