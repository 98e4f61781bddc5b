package org.sipoauth.cli.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;

/** Who a command is for the server, in its request for a token. */
interface ApiClient {
    Map<String, String> parameters();

    Map<String, String> headers();

    /** What to do where the server does not know it. */
    String adviceIfRefused();

    /** @param file holds {@code client_id:client_secret} in its first line; read anew for each request */
    record BySecret(Path file) implements ApiClient {
        @Override
        public Map<String, String> parameters() {
            return Map.of();
        }

        @Override
        public Map<String, String> headers() {
            return Map.of("Authorization", "Basic " + credentials());
        }

        @Override
        public String adviceIfRefused() {
            return "Name the file that this very server wrote, admin-client.txt in its data folder, or that of a client"
                    + " with the scope admin, admin.operate or admin.read.";
        }

        private String credentials() {
            try {
                String line = Files.readString(file).lines().findFirst().orElse("");
                if (line.indexOf(':') > 0) {
                    return Base64.getEncoder().encodeToString(line.getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException unreadable) {
                throw new CommandFailure(
                        ExitCodes.USAGE,
                        "cannot read " + file,
                        "Name the server's admin-client.txt with --client-file.");
            }
            throw new CommandFailure(
                    ExitCodes.USAGE, file + " holds no client", "Its first line must be client_id:client_secret.");
        }
    }

    /** By the certificate that the connection shows (RFC 8705 §2). */
    record ByCertificate(String id) implements ApiClient {
        @Override
        public Map<String, String> parameters() {
            return Map.of("client_id", id);
        }

        @Override
        public Map<String, String> headers() {
            return Map.of();
        }

        @Override
        public String adviceIfRefused() {
            return "Name with --server the address where this server asks for certificates (sipoauth.mutual-tls.port), and"
                    + " with --client-id a client of this certificate that has the scope admin, admin.operate or admin.read.";
        }
    }
}
