package org.sipoauth.benchmarks.attack;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** REGISTER requests as text, and their answers' status. */
final class Register {
    private static final AtomicLong TRANSACTION = new AtomicLong();
    private static final int LONGEST_ANSWER = 8 * 1024;

    private Register() {}

    /**
     * @param more header fields, each with its line end
     * @param body of that many bytes, to follow
     */
    static String text(String user, String callId, long cseq, String more, int body) {
        return "REGISTER sip:example.com SIP/2.0\r\n"
                + "Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK" + TRANSACTION.incrementAndGet() + "\r\n"
                + "From: <sip:" + user + "@example.com>;tag=1\r\n"
                + "To: <sip:" + user + "@example.com>\r\n"
                + "Call-ID: " + callId + "\r\n"
                + "CSeq: " + cseq + " REGISTER\r\n"
                + "Max-Forwards: 70\r\n"
                + "Contact: <sip:" + user + "@127.0.0.1:5061;transport=tls>\r\n"
                + more
                + "Content-Length: " + body + "\r\n\r\n";
    }

    /** From somebody who has no token, and so gets a challenge. */
    static String withoutToken(String more, int body) {
        return text("666", "attack", 1, more, body);
    }

    /** The header field that shows a token. */
    static String credentials(String token) {
        return "Proxy-Authorization: Bearer token=\"" + token + "\"\r\n";
    }

    /** Reads an answer without a body, as all to REGISTER are. */
    static int status(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!endsWith(head, "\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the registrar closed the connection");
            }
            if (head.append((char) next).length() > LONGEST_ANSWER) {
                throw new IOException("an answer without end");
            }
        }
        return Integer.parseInt(head.substring("SIP/2.0 ".length(), "SIP/2.0 200".length()));
    }

    private static boolean endsWith(StringBuilder text, String end) {
        int from = text.length() - end.length();
        return from >= 0 && text.indexOf(end, from) == from;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
