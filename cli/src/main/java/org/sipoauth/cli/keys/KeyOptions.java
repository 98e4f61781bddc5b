package org.sipoauth.cli.keys;

import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.admin.ServerOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the ring is: at a running server, or in a file. */
final class KeyOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(names = "--ring", paramLabel = "FILE", description = "The ring file of a server: keyring.jwe.")
    private @Nullable Path ring;

    @Option(
            names = "--master-key-file",
            paramLabel = "FILE",
            description = "The key that opens --ring: the server's master.key.")
    private @Nullable Path masterKeyFile;

    KeyAccess open(InstantSource clock) {
        if (server.isGiven() && ring == null) {
            return new ServerRing(
                    server.open("Check --server and --trust. If the server is down, work on its ring file: --ring."));
        }
        if (ring != null && !server.isGiven()) {
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
