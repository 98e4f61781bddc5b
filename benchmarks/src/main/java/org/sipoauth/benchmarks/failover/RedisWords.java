package org.sipoauth.benchmarks.failover;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A few words with a Redis or a Sentinel on loopback: commands as somebody types them, answers as text. */
final class RedisWords {
    private static final int TIMEOUT_MILLIS = 3_000;

    private RedisWords() {}

    /** @return all strings and numbers in the answers, one after the other; errors count as such */
    static List<String> say(int port, String... commands) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream()
                    .write((String.join("\r\n", commands) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            InputStream in = new BufferedInputStream(socket.getInputStream());
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < commands.length; i++) {
                read(in, answers);
            }
            return answers;
        }
    }

    private static void read(InputStream in, List<String> answers) throws IOException {
        String line = readLine(in);
        switch (line.charAt(0)) {
            case '$' -> {
                int length = Integer.parseInt(line.substring(1));
                if (length >= 0) {
                    answers.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
                    readLine(in);
                }
            }
            case '*' -> {
                for (int left = Integer.parseInt(line.substring(1)); left > 0; left--) {
                    read(in, answers);
                }
            }
            default -> answers.add(line.substring(1)); // a simple string, a number or an error
        }
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int character = in.read(); character != '\n'; character = in.read()) {
            if (character < 0) {
                throw new IOException("Redis closed the connection");
            }
            line.append((char) character);
        }
        return line.toString().stripTrailing();
    }
}
