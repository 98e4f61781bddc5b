package org.sipoauth.registrar.sip;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Writes messages as they go on the wire. */
public final class SipPrinter {
    private static final Pattern LONG_SECRET = Pattern.compile("[A-Za-z0-9._~+/=-]{24,}");

    private SipPrinter() {}

    /** Start line, headers in their order, Content-Length, body. */
    public static byte[] print(SipMessage message) {
        StringBuilder head = new StringBuilder(1024).append(message.startLine()).append("\r\n");
        for (Headers.Header field : message.headers().fields()) {
            head.append(field.name()).append(": ").append(field.value()).append("\r\n");
        }
        head.append("Content-Length: ").append(message.bodyLength()).append("\r\n\r\n");
        byte[] headBytes = head.toString().getBytes(StandardCharsets.UTF_8);
        byte[] bytes = Arrays.copyOf(headBytes, headBytes.length + message.bodyLength());
        message.copyBody(bytes, headBytes.length);
        return bytes;
    }

    /** The head for human eyes: line by line, the token of a credentials header shortened beyond use, no body. */
    public static String redacted(SipMessage message) {
        StringBuilder text = new StringBuilder(message.startLine()).append('\n');
        for (Headers.Header field : message.headers().fields()) {
            boolean secret = field.name().endsWith("Authorization");
            text.append(field.name())
                    .append(": ")
                    .append(secret ? shortened(field.value()) : field.value())
                    .append('\n');
        }
        return text.toString();
    }

    private static String shortened(String credentials) {
        return LONG_SECRET
                .matcher(credentials)
                .replaceAll(match ->
                        match.group().substring(0, 8) + "…(" + match.group().length() + " characters)");
    }
}
