package org.sipoauth.benchmarks.lostresponse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.TokenEndpoint;

/**
 * A connection to loopback for one refresh request. The answer counts only once its last byte and the end of the connection
 * are in: whatever is cut short is no answer.
 */
final class Wire implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;

    private Wire(Socket socket) {
        this.socket = socket;
    }

    record Answer(int status, Optional<Duration> retryAfter, String body) {
        /** Whether to come again with the same request. */
        boolean isLater() {
            return status == 503 && retryAfter.isPresent();
        }

        String refreshToken() throws IOException {
            return Http.member(body, "refresh_token");
        }
    }

    static Wire connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        return new Wire(socket);
    }

    /** In HTTP/1.0, so that the answer comes in one piece and ends with the connection. */
    static byte[] request(String refreshToken) {
        String form = Http.form(TokenEndpoint.refreshGrant(refreshToken));
        return ("POST /oauth2/token HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        + "Content-Length: " + form.length() + "\r\n\r\n" + form)
                .getBytes(StandardCharsets.US_ASCII);
    }

    void send(byte[] bytes, int from, int to) throws IOException {
        socket.getOutputStream().write(bytes, from, to - from);
    }

    Answer receive() throws IOException {
        String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int end = all.indexOf("\r\n\r\n");
        if (end < 0 || !all.startsWith("HTTP/1.")) {
            throw new IOException("the answer ends in its head");
        }
        String[] head = all.substring(0, end).split("\r\n", -1);
        String body = all.substring(end + 4);
        Optional<String> length = header(head, "content-length");
        if (length.isPresent() && Integer.parseInt(length.get()) != body.length()) { // ours is ASCII
            throw new IOException("the answer ends in its body");
        }
        Optional<Duration> retryAfter =
                header(head, "retry-after").map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
        return new Answer(Integer.parseInt(head[0].split(" ")[1]), retryAfter, body);
    }

    private static Optional<String> header(String[] head, String name) {
        for (String line : head) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                return Optional.of(line.substring(name.length() + 1).trim());
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
