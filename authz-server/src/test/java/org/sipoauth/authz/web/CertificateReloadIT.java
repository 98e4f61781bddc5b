package org.sipoauth.authz.web;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.authz.TestCertificate;
import org.sipoauth.authz.TestServer;

class CertificateReloadIT {

    @Test
    void showsARenewedCertificateOnEveryListenerWithoutARestart(@TempDir Path folder) throws IOException {
        try (TestServer server = TestServer.start(
                folder, "--sipoauth.mutual-tls.port=0", "--spring.ssl.bundle.watch.file.quiet-period=100ms")) {
            int[] ports = {
                server.port(),
                server.provisioningPort(),
                server.mutualTlsUrl("/").getPort()
            };
            TestCertificate renewed = TestCertificate.create();

            renewed.writeTo(folder);

            for (int port : ports) {
                await().atMost(Duration.ofMinutes(1)).until(() -> shows(renewed, port));
            }
        }
    }

    private static boolean shows(TestCertificate certificate, int port) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) certificate.trusting().getSocketFactory().createSocket("localhost", port)) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            return true;
        } catch (SSLException e) {
            return false;
        }
    }
}
