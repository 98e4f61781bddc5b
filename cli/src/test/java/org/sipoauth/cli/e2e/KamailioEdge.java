package org.sipoauth.cli.e2e;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real Kamailio with the configuration of {@code deploy/kamailio-edge}, on loopback. */
final class KamailioEdge implements AutoCloseable {
    private final ChildProcess kamailio;
    private final int port;

    private KamailioEdge(ChildProcess kamailio, int port) {
        this.kamailio = kamailio;
        this.port = port;
    }

    /**
     * Starts the edge.
     *
     * @param folder an empty folder for its configuration
     * @param certificate the PEM certificate that it shows to phones and to the registrar, its key beside it as {@code .key}
     * @param authority the authority under which it accepts the registrar
     */
    static KamailioEdge start(Path folder, Path certificate, Path authority, int registrarPort) throws IOException {
        String program = Peer.KAMAILIO.path();
        Path configuration = Repository.file("deploy/kamailio-edge");
        Path key = certificate.resolveSibling(
                requireNonNull(certificate.getFileName()).toString().replace(".crt", ".key"));
        Files.copy(configuration.resolve("kamailio.cfg"), folder.resolve("kamailio.cfg"));
        Files.copy(configuration.resolve("tls.cfg"), folder.resolve("tls.cfg"));
        Files.copy(certificate, folder.resolve("edge.crt"));
        Files.copy(key, folder.resolve("edge.key"));
        Files.copy(authority, folder.resolve("ca.crt"));
        int port = LoopbackPorts.free();
        ChildProcess kamailio = ChildProcess.start(
                "kamailio",
                folder,
                List.of(
                        program,
                        "-DD",
                        "-E",
                        "-m",
                        "512",
                        "-f",
                        folder.resolve("kamailio.cfg").toString(),
                        "-Y",
                        folder.toString(),
                        "-A",
                        "EDGE_LISTEN=tls:127.0.0.1:" + port,
                        "-A",
                        "EDGE_REGISTRAR=\"sip:127.0.0.1:" + registrarPort + ";transport=tls\""));
        String first = kamailio.awaitLine("edge is up|could not find module|failed to load module")
                .group();
        if (!first.equals("edge is up")) {
            kamailio.close();
            Peer.KAMAILIO.absent("kamailio lacks a module");
        }
        return new KamailioEdge(kamailio, port);
    }

    int port() {
        return port;
    }

    String awaitLogged(String pattern) {
        return kamailio.awaitLine(pattern).group();
    }

    @Override
    public void close() {
        kamailio.close();
    }
}
