package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** An authorization server under measurement. Plain HTTP on loopback: TLS would cost every one of them the same. */
interface Server extends AutoCloseable {
    String name();

    /** Starts it, for the first time or again with the data it had; returns how long it took to answer. */
    Duration start() throws IOException, InterruptedException;

    /** The processes of the server that was started last. */
    ServerProcess process();

    TokenEndpoint endpoint();

    /** Signs phones in. */
    List<String> refreshTokens(int logins) throws IOException, InterruptedException;

    void stop();

    @Override
    void close() throws IOException;

    /**
     * Where to ask for tokens.
     *
     * @param phones the public client of the refresh tokens
     * @param service {@code id:secret} of a confidential client with the client credentials grant
     */
    record TokenEndpoint(int port, String path, String phones, String service) {
        String refresh(String token) {
            return "grant_type=refresh_token&client_id=" + phones + "&refresh_token=" + token;
        }

        /** The {@code Authorization} header of the service, with its line end. */
        String basic() {
            return "Authorization: Basic "
                    + Base64.getEncoder().encodeToString(service.getBytes(StandardCharsets.US_ASCII)) + "\r\n";
        }

        @Override
        public String toString() {
            return "TokenEndpoint[" + port + path + "]";
        }
    }
}
