package org.sipoauth.benchmarks.grants;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One persistent HTTP/1.1 connection to a server on this machine (RFC 9112), opened again when the server has closed it.
 * Does as little as it can, since it shares the processors with the server it measures: no library, no copies but one.
 */
final class KeepAliveConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final int port;
    private byte[] buffer = new byte[16 * 1024];
    private int filled;
    private Socket socket;

    /** @param body as text; ASCII */
    record Answer(int status, String body) {
        /** A string member of the JSON object in the body, which has no escapes in it: tokens. */
        String member(String name) throws IOException {
            String start = "\"" + name + "\":\"";
            int from = body.indexOf(start);
            int to = body.indexOf('"', from + start.length());
            if (from < 0 || to < 0) {
                throw new IOException("no " + name + " in the answer " + status);
            }
            return body.substring(from + start.length(), to);
        }
    }

    KeepAliveConnection(int port) {
        this.port = port;
        this.socket = new Socket();
    }

    /**
     * Posts a form.
     *
     * @param headers further header lines, each with its line end
     */
    Answer post(String path, String headers, String form) throws IOException {
        byte[] request = ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + form.length()
                        + "\r\n" + headers + "\r\n" + form)
                .getBytes(StandardCharsets.US_ASCII);
        if (!socket.isConnected() || socket.isClosed()) {
            connect();
        }
        socket.getOutputStream().write(request);
        return read();
    }

    private void connect() throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
    }

    private Answer read() throws IOException {
        filled = 0;
        int headEnd = indexOf("\r\n\r\n", 0);
        while (headEnd < 0) {
            more();
            headEnd = indexOf("\r\n\r\n", 0);
        }
        String head = new String(buffer, 0, headEnd, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        int status = Integer.parseInt(head.substring(9, 12));
        String body = head.contains("\r\ntransfer-encoding: chunked") ? chunks(headEnd + 4) : sized(head, headEnd + 4);
        if (head.contains("\r\nconnection: close")) {
            socket.close();
        }
        return new Answer(status, body);
    }

    private String sized(String head, int from) throws IOException {
        String name = "\r\ncontent-length: ";
        int at = head.indexOf(name);
        if (at < 0) {
            throw new IOException("an answer without a length");
        }
        int end = head.indexOf('\r', at + name.length());
        int length = Integer.parseInt(head.substring(at + name.length(), end < 0 ? head.length() : end)
                .strip());
        while (filled < from + length) {
            more();
        }
        return new String(buffer, from, length, StandardCharsets.ISO_8859_1);
    }

    private String chunks(int from) throws IOException {
        StringBuilder body = new StringBuilder();
        int at = from;
        while (true) {
            int lineEnd = indexOf("\r\n", at);
            while (lineEnd < 0) {
                more();
                lineEnd = indexOf("\r\n", at);
            }
            int length =
                    Integer.parseInt(new String(buffer, at, lineEnd - at, StandardCharsets.ISO_8859_1).strip(), 16);
            int end = lineEnd + 2 + length + 2;
            while (filled < end) {
                more();
            }
            if (length == 0) {
                return body.toString();
            }
            body.append(new String(buffer, lineEnd + 2, length, StandardCharsets.ISO_8859_1));
            at = end;
        }
    }

    private int indexOf(String ascii, int from) {
        for (int i = from; i <= filled - ascii.length(); i++) {
            int matched = 0;
            while (matched < ascii.length() && buffer[i + matched] == ascii.charAt(matched)) {
                matched++;
            }
            if (matched == ascii.length()) {
                return i;
            }
        }
        return -1;
    }

    private void more() throws IOException {
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        InputStream input = socket.getInputStream();
        int read = input.read(buffer, filled, buffer.length - filled);
        if (read < 0) {
            socket.close();
            throw new EOFException("the server closed the connection");
        }
        filled += read;
    }

    /** After a failure, which may have left half an answer: the next request opens another connection. */
    void drop() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
