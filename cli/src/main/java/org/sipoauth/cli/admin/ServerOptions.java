package org.sipoauth.cli.admin;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.http.OwnCertificate;
import org.sipoauth.cli.http.Trust;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which running server, and who this is for it. */
public final class ServerOptions {
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

    @Option(
            names = "--client-id",
            paramLabel = "ID",
            description = "In place of --client-file: who this is for the server by its certificate.")
    private @Nullable String clientId;

    @Option(names = "--client-certificate", paramLabel = "PEM", description = "That certificate.")
    private @Nullable Path clientCertificate;

    @Option(names = "--client-key", paramLabel = "PEM", description = "Its key, PKCS #8, not encrypted.")
    private @Nullable Path clientKey;

    /** Whether {@code --server} is given. */
    public boolean isGiven() {
        return server != null;
    }

    /** @throws ParameterException if the options do not say which server */
    public AdminApi open() {
        return open("Check --server and --trust.");
    }

    /** As above, with other advice for when the server cannot be reached. */
    public AdminApi open(String adviceIfUnreachable) {
        boolean byCertificate = clientId != null && clientCertificate != null && clientKey != null;
        boolean bySecret = clientId == null && clientCertificate == null && clientKey == null;
        if (server == null
                || !"https".equalsIgnoreCase(server.getScheme())
                || !(clientFile != null ? bySecret : byCertificate)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--server is needed, an https address, with --client-file; or with --client-id,"
                            + " --client-certificate and --client-key");
        }
        return new AdminApi(
                server,
                clientFile != null ? new ApiClient.BySecret(clientFile) : new ApiClient.ByCertificate(clientId),
                Trust.context(
                        Optional.ofNullable(trust),
                        clientFile != null
                                ? Optional.empty()
                                : Optional.of(OwnCertificate.read(clientCertificate, clientKey))),
                adviceIfUnreachable);
    }
}
