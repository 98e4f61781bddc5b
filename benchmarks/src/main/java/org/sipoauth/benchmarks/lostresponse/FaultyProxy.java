package org.sipoauth.benchmarks.lostresponse;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Between phones and servers: takes a refresh request, has a server answer it in full, and loses a part of these answers.
 * When a server gives none, neither does the proxy.
 */
final class FaultyProxy implements AutoCloseable {
    private static final int BACKLOG = 512;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final ServerSocket entrance;
    private final Servers servers;
    private final int losePercent;
    private final ExecutorService connections = Executors.newCachedThreadPool(FaultyProxy::daemon);
    private final Map<Cut, LongAdder> granted = new ConcurrentHashMap<>();
    private volatile boolean faulty = true;

    /** Where the connection to the phone is cut. */
    enum Cut {
        NOWHERE,
        BEFORE_ANSWER,
        IN_ANSWER,
        /** Once all of it is sent, but before the phone has seen its end. */
        AFTER_ANSWER
    }

    private FaultyProxy(ServerSocket entrance, Servers servers, int losePercent) {
        this.entrance = entrance;
        this.servers = servers;
        this.losePercent = losePercent;
    }

    static FaultyProxy open(Servers servers, int losePercent) throws IOException {
        ServerSocket entrance = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        FaultyProxy proxy = new FaultyProxy(entrance, servers, losePercent);
        proxy.connections.execute(proxy::accept);
        return proxy;
    }

    int port() {
        return entrance.getLocalPort();
    }

    /** From now on every answer arrives. */
    void recover() {
        faulty = false;
    }

    /** Granted refreshes whose answer was cut there. */
    long granted(Cut cut) {
        return count(cut).sum();
    }

    /** Granted refreshes, whatever became of the answer. */
    long granted() {
        return granted(Cut.NOWHERE) + lost();
    }

    long lost() {
        return granted(Cut.BEFORE_ANSWER) + granted(Cut.IN_ANSWER) + granted(Cut.AFTER_ANSWER);
    }

    private LongAdder count(Cut cut) {
        return granted.computeIfAbsent(cut, where -> new LongAdder());
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket phone = entrance.accept();
                connections.execute(() -> serve(phone));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket phone) {
        try (phone) {
            phone.setSoTimeout(TIMEOUT_MILLIS);
            String refreshToken = readRequest(new BufferedInputStream(phone.getInputStream()));
            HttpResponse<String> answer;
            try {
                answer = servers.present(refreshToken);
            } catch (IOException noAnswer) {
                reset(phone);
                return;
            }
            if (answer.statusCode() != 200) {
                pass(answer, phone, Cut.NOWHERE);
                return;
            }
            Cut cut = drawCut();
            count(cut).increment();
            pass(answer, phone, cut);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException phoneIsGone) {
            // it comes again
        }
    }

    private static void pass(HttpResponse<String> answer, Socket phone, Cut cut) throws IOException {
        byte[] bytes = format(answer);
        OutputStream out = phone.getOutputStream();
        boolean abruptly = ThreadLocalRandom.current().nextBoolean(); // a reset, or an end as if all were well
        switch (cut) {
            case NOWHERE -> out.write(bytes);
            case BEFORE_ANSWER -> resetIf(abruptly, phone);
            case IN_ANSWER -> {
                out.write(bytes, 0, ThreadLocalRandom.current().nextInt(1, bytes.length));
                resetIf(abruptly, phone);
            }
            case AFTER_ANSWER -> {
                out.write(bytes);
                reset(phone);
            }
        }
    }

    private static void resetIf(boolean abruptly, Socket phone) throws IOException {
        if (abruptly) {
            reset(phone);
        }
    }

    private static void reset(Socket phone) throws IOException {
        phone.setSoLinger(true, 0);
        phone.close();
    }

    private Cut drawCut() {
        if (!faulty || ThreadLocalRandom.current().nextInt(100) >= losePercent) {
            return Cut.NOWHERE;
        }
        Cut[] cuts = {Cut.BEFORE_ANSWER, Cut.IN_ANSWER, Cut.AFTER_ANSWER};
        return cuts[ThreadLocalRandom.current().nextInt(cuts.length)];
    }

    private static byte[] format(HttpResponse<String> answer) {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.statusCode() + " -\r\n");
        answer.headers()
                .firstValue("Retry-After")
                .ifPresent(
                        seconds -> head.append("Retry-After: ").append(seconds).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\nConnection: close\r\n\r\n");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(body);
        return all.toByteArray();
    }

    private static String readRequest(InputStream in) throws IOException {
        int length = 0;
        for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).trim());
            }
        }
        String form = new String(in.readNBytes(length), StandardCharsets.US_ASCII);
        for (String field : form.split("&")) {
            if (field.startsWith("refresh_token=")) {
                return URLDecoder.decode(field.substring(field.indexOf('=') + 1), StandardCharsets.UTF_8);
            }
        }
        throw new IOException("not a refresh request");
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int character = in.read(); character != '\n'; character = in.read()) {
            if (character < 0) {
                throw new IOException("the request ends in its head");
            }
            line.append((char) character);
        }
        return line.toString().stripTrailing();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "proxy");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        connections.shutdownNow();
    }
}
