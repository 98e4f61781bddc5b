package org.sipoauth.cli.keys;

import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.http.Trust;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the ring is: at a running server, or in a file. */
final class KeyOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--server", paramLabel = "URL", description = "A running server, such as https://localhost:8443.")
    private @Nullable URI server;

    @Option(
            names = "--client-file",
            paramLabel = "FILE",
            description = "Who this is for the server: its admin-client.txt, or another file with a line"
                    + " client_id:client_secret.")
    private @Nullable Path clientFile;

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = "Certificate authorities to trust for --server, in place of this Java's own.")
    private @Nullable Path trust;

    @Option(names = "--ring", paramLabel = "FILE", description = "The ring file of a server: keyring.jwe.")
    private @Nullable Path ring;

    @Option(
            names = "--master-key-file",
            paramLabel = "FILE",
            description = "The key that opens --ring: the server's master.key.")
    private @Nullable Path masterKeyFile;

    KeyAccess open(InstantSource clock) {
        if (server != null && ring == null) {
            if (clientFile == null || !"https".equalsIgnoreCase(server.getScheme())) {
                throw usage("--server is an https address and needs --client-file");
            }
            return new AdminApi(server, clientFile, Trust.context(Optional.ofNullable(trust)));
        }
        if (ring != null && server == null) {
            if (masterKeyFile == null) {
                throw usage("--ring needs --master-key-file");
            }
            return new RingFile(ring, masterKeyFile, clock);
        }
        throw usage("name the ring: --server with --client-file, or --ring with --master-key-file");
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
