package org.sipoauth.benchmarks.grants;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Commands for a Redis on this machine, sent ahead of their answers, so that millions of them take seconds. */
final class RedisPipe implements AutoCloseable {
    private static final int AHEAD = 2_000;

    private final Socket socket;
    private final OutputStream output;
    private final InputStream input;
    private int unanswered;

    RedisPipe(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        output = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        input = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /** Sends a command whose answer does not matter, unless it is an error. */
    void send(String... command) throws IOException {
        write(command);
        if (++unanswered == AHEAD) {
            drain();
        }
    }

    /** Sends a command and returns its answer; that of an array is its elements, of anything else one element. */
    List<String> ask(String... command) throws IOException {
        write(command);
        drain();
        output.flush();
        List<String> answer = new ArrayList<>();
        read(answer);
        return answer;
    }

    /** A line of {@code INFO}. */
    long info(String section, String name) throws IOException {
        return Long.parseLong(line(section, name));
    }

    /** User and system time so far. */
    Duration processorTime() throws IOException {
        double seconds =
                Double.parseDouble(line("cpu", "used_cpu_user")) + Double.parseDouble(line("cpu", "used_cpu_sys"));
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private String line(String section, String name) throws IOException {
        for (String line : ask("INFO", section).get(0).split("\r\n")) {
            if (line.startsWith(name + ":")) {
                return line.substring(name.length() + 1);
            }
        }
        throw new IOException("Redis tells no " + name);
    }

    /** Waits while Redis rewrites its append-only file, which takes processor time, and memory for what is written meanwhile. */
    void awaitRewritten() throws IOException, InterruptedException {
        while (info("persistence", "aof_rewrite_in_progress") + info("persistence", "aof_rewrite_scheduled") > 0) {
            Thread.sleep(100);
        }
    }

    private void write(String... command) throws IOException {
        output.write(("*" + command.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (String argument : command) {
            byte[] bytes = argument.getBytes(StandardCharsets.UTF_8);
            output.write(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            output.write(bytes);
            output.write('\r');
            output.write('\n');
        }
    }

    private void drain() throws IOException {
        output.flush();
        for (; unanswered > 0; unanswered--) {
            read(new ArrayList<>());
        }
    }

    private void read(List<String> into) throws IOException {
        String line = line();
        switch (line.charAt(0)) {
            case '-' -> throw new IOException("Redis answers " + line);
            case '*' -> {
                for (int left = Integer.parseInt(line.substring(1)); left > 0; left--) {
                    read(into);
                }
            }
            case '$' -> {
                int length = Integer.parseInt(line.substring(1));
                if (length >= 0) {
                    into.add(new String(input.readNBytes(length), StandardCharsets.UTF_8));
                    input.readNBytes(2);
                }
            }
            default -> into.add(line.substring(1));
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = input.read(); c != '\r'; c = input.read()) {
            if (c < 0) {
                throw new EOFException("Redis closed the connection");
            }
            line.append((char) c);
        }
        input.skipNBytes(1);
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
