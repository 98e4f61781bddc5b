package org.sipoauth.registrar.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.registrar.TestPki;
import org.sipoauth.registrar.management.RegistrarMetrics;
import org.sipoauth.registrar.register.Arrival.Port;

/** What is read anew while handshakes go on; what they show is in the tests over sockets. */
class ServerTlsTest {
    @TempDir
    private Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private TestPki pki;
    private Path listed;
    private EdgeList edges;
    private ServerTls tls;

    @BeforeEach
    void load() throws Exception {
        pki = new TestPki("test CA");
        pki.writeNode(directory);
        listed = Files.writeString(directory.resolve("edges.txt"), "one.example.com\n");
        edges = new EdgeList(List.of(), Optional.of(listed), List.of());
        tls = new ServerTls(
                new TlsFiles(directory.resolve("node.crt"), directory.resolve("node.key"), Optional.empty()),
                edges,
                false);
    }

    private void reload() {
        tls.reload(new RegistrarMetrics(meters));
    }

    private double reloads(String outcome) {
        return meters.get("tls.reloads").tag("outcome", outcome).counter().count();
    }

    @Test
    void renewsTheCertificateAlsoWhileTheListOfEdgesCannotBeRead() throws Exception {
        SslContext before = tls.context(Port.OAUTH);
        Files.delete(listed);
        pki.writeNode(directory);

        reload();

        assertThat(tls.context(Port.OAUTH)).isNotSameAs(before);
        assertThat(edges.size()).isOne();
        assertThat(reloads("failure")).isOne();
        assertThat(reloads("success")).isOne();
    }

    @Test
    void followsTheListOfEdgesAlsoWhileTheCertificateCannotBeRead() throws IOException {
        SslContext before = tls.context(Port.OAUTH);
        Files.delete(directory.resolve("node.crt"));
        Files.writeString(listed, "one.example.com\ntwo.example.com\n");

        reload();

        assertThat(tls.context(Port.OAUTH)).isSameAs(before);
        assertThat(edges.size()).isEqualTo(2);
        assertThat(reloads("failure")).isOne();
        assertThat(reloads("success")).isOne();
    }
}
