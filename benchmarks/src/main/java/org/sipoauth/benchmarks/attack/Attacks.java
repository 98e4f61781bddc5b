package org.sipoauth.benchmarks.attack;

import static org.sipoauth.benchmarks.attack.Register.ascii;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import javax.net.ssl.SSLSocket;
import org.sipoauth.benchmarks.platform.Violations;

/** How each {@link Attack} is done. Ends when all is sent or refused; the connections that are left are the registrar's to end. */
final class Attacks {
    private static final int AT_A_TIME = 4;
    private static final int CHUNK = 16 * 1024;
    private static final int BODY = 60_000; // the registrar takes 64 KiB
    private static final int LONG_HEADERS = 3; // of 9 KiB each, and 32 KiB in all, which the registrar takes
    private static final int LONG_HEADER = 9_000;
    private static final int ADDRESSES = 8;
    private static final int OWN_HEADERS = 8;
    private static final int MOST_HEADERS = 128; // that the registrar takes
    private static final int HEADERS_WITHOUT_END = 10_000;
    private static final int KEY_UPDATES = 200;
    private static final long BYTE_MILLIS = 100;
    private static final byte[] PING = ascii("\r\n\r\n");
    private static final byte TLS_HANDSHAKE = 22; // RFC 8446 §5.1
    private static final int LONGEST_RECORD = 16 * 1024 + 2048; // RFC 5246 §6.2.3
    private static final byte NEITHER_TLS_NOR_SIP = (byte) 0x80;

    private final Target target;
    private final Volume volume;
    private final Violations<Violation> violations;

    /**
     * How much of each.
     *
     * @param halfOpen connections that never become one
     * @param tls connections with TLS
     * @param garbageBytes of each kind of garbage
     * @param headers tiny ones
     */
    record Volume(int halfOpen, int tls, long garbageBytes, int headers) {
        /** Of {@link #unfinishedMessages}, at least. */
        long unfinishedBytes() {
            return (long) halfOpen * LONG_HEADERS * LONG_HEADER;
        }
    }

    Attacks(Target target, Volume volume, Violations<Violation> violations) {
        this.target = target;
        this.volume = volume;
        this.violations = violations;
    }

    void silence() throws IOException, InterruptedException {
        each(volume.halfOpen(), AT_A_TIME, index -> target.connect());
    }

    /** By turns after a whole ClientHello, to which the registrar answers with its certificate, and in the midst of one. */
    void handshakesThatStop() throws IOException, InterruptedException {
        byte[] hello = target.clientHello();
        each(volume.halfOpen(), AT_A_TIME, index -> {
            ByteBuffer part = ByteBuffer.wrap(hello, 0, index % 2 == 0 ? hello.length : hello.length / 2);
            target.sent(target.connect().write(part));
        });
    }

    void byteByByte() throws IOException, InterruptedException {
        List<SSLSocket> slow = new ArrayList<>();
        for (int i = 0; i < volume.tls(); i++) {
            slow.add(target.connect("TLSv1.3"));
        }
        byte[] register = ascii(Register.withoutToken("Subject: " + "slow".repeat(500) + "\r\n", 0));
        for (int i = 0; i < register.length && !slow.isEmpty(); i++) {
            for (Iterator<SSLSocket> each = slow.iterator(); each.hasNext(); ) {
                try {
                    write(each.next().getOutputStream(), register, i, 1);
                } catch (IOException ended) {
                    each.remove();
                }
            }
            Thread.sleep(BYTE_MILLIS);
        }
    }

    /** By turns what begins as TLS does, and what does not. */
    void garbageBeforeTls() throws IOException, InterruptedException {
        garbage(index -> {
            SocketChannel channel = target.connect();
            return garbage(index, channel.socket().getOutputStream());
        });
    }

    void garbageInsideTls() throws IOException, InterruptedException {
        garbage(index -> garbage(index, target.connect("TLSv1.3").getOutputStream()));
    }

    /** One connection's share: until the registrar ends it, or all has been sent. */
    private boolean garbage(int index, OutputStream out) {
        byte[] chunk = new byte[CHUNK];
        new Random(index).nextBytes(chunk);
        chunk[0] = index % 2 == 0 ? TLS_HANDSHAKE : NEITHER_TLS_NOR_SIP;
        try {
            while (target.bytesSent() < volume.garbageBytes()) {
                write(out, chunk, 0, chunk.length);
            }
            return true;
        } catch (IOException ended) {
            return false;
        }
    }

    /** Sends all that is due over one connection; false: the registrar ended it before. */
    @FunctionalInterface
    private interface Share {
        boolean send(int index) throws IOException;
    }

    private void garbage(Share share) throws IOException, InterruptedException {
        AtomicInteger next = new AtomicInteger();
        each(AT_A_TIME, AT_A_TIME, sender -> {
            while (!share.send(next.getAndIncrement())) {
                // once more, over another one
            }
        });
    }

    /** In well-formed requests, each of which is answered. */
    void garbageAsBodies() throws IOException, InterruptedException {
        byte[] head = ascii(Register.withoutToken("", BODY));
        byte[] request = Arrays.copyOf(head, head.length + BODY);
        byte[] body = new byte[BODY];
        new Random(BODY).nextBytes(body);
        System.arraycopy(body, 0, request, head.length, BODY);
        refused(request, volume.garbageBytes() / request.length);
    }

    /** As many in a message as it may have. */
    void tinyHeaders() throws IOException, InterruptedException {
        int tiny = MOST_HEADERS - OWN_HEADERS;
        refused(ascii(Register.withoutToken("a:\r\n".repeat(tiny), 0)), volume.headers() / tiny);
    }

    /** A handshake for each request: the most work that somebody can ask for who has neither token nor certificate. */
    void requestsOfNobody() throws IOException, InterruptedException {
        byte[] request = ascii(Register.withoutToken("", 0));
        each(volume.tls(), AT_A_TIME, index -> {
            SSLSocket socket = target.connect("TLSv1.3");
            write(socket.getOutputStream(), request, 0, request.length);
            int status = Register.status(socket.getInputStream());
            if (status != target.refusal(socket)) {
                throw new IllegalStateException("answered with " + status + " instead of " + target.refusal(socket));
            }
        });
    }

    /** Half of the senders keep to the port for edges, which ends each connection after the answer; the others do the most. */
    private void refused(byte[] request, long times) throws IOException, InterruptedException {
        AtomicLong left = new AtomicLong(times);
        each(AT_A_TIME, AT_A_TIME, sender -> {
            while (left.get() > 0) {
                SSLSocket socket = target.connect("TLSv1.3", sender % 2 == 1);
                InputStream answers = new BufferedInputStream(socket.getInputStream());
                try {
                    while (left.getAndDecrement() > 0) {
                        write(socket.getOutputStream(), request, 0, request.length);
                        int status = Register.status(answers);
                        if (status != target.refusal(socket)) {
                            throw new IllegalStateException(
                                    "answered with " + status + " instead of " + target.refusal(socket));
                        }
                    }
                } catch (IOException ended) {
                    target.leave(socket);
                    left.incrementAndGet(); // over another one
                }
            }
        });
    }

    /** More in a message than it may have. */
    void headersWithoutEnd() throws IOException, InterruptedException {
        byte[] head = ascii("REGISTER sip:example.com SIP/2.0\r\n");
        byte[] tiny = ascii("a:\r\n".repeat(1_000));
        each(Math.max(1, volume.headers() / HEADERS_WITHOUT_END), AT_A_TIME, index -> {
            OutputStream out = target.connect("TLSv1.3").getOutputStream();
            try {
                write(out, head, 0, head.length);
                for (int sent = 0; sent < HEADERS_WITHOUT_END; sent += 1_000) {
                    write(out, tiny, 0, tiny.length);
                }
            } catch (IOException ended) {
                // as it should be
            }
        });
    }

    /** The most that the registrar holds of each, by turns in the midst of a head and of a body; one character makes all of a header wide. */
    void unfinishedMessages() throws IOException, InterruptedException {
        String head = "REGISTER sip:example.com SIP/2.0\r\n"
                + ("a: €" + "a".repeat(LONG_HEADER) + "\r\n").repeat(LONG_HEADERS);
        byte[] inTheHead = (head + "a: €" + "a".repeat(LONG_HEADER / 2)).getBytes(StandardCharsets.UTF_8);
        byte[] inTheBody = (head + "Content-Length: 65536\r\n\r\n" + "a".repeat(BODY)).getBytes(StandardCharsets.UTF_8);
        unfinished(index -> index % 2 == 0 ? inTheHead : inTheBody);
    }

    /** Where a ClientHello would be, as long as a record may be, but for its end. */
    void unfinishedRecords() throws IOException, InterruptedException {
        byte[] begun = Arrays.copyOf(
                new byte[] {TLS_HANDSHAKE, 3, 3, LONGEST_RECORD >> 8, (byte) LONGEST_RECORD}, LONGEST_RECORD);
        unfinished(index -> begun);
    }

    private void unfinished(IntFunction<byte[]> bytesOf) throws IOException, InterruptedException {
        each(volume.halfOpen(), AT_A_TIME, index -> {
            OutputStream out = target.connectFrom(index % ADDRESSES).socket().getOutputStream();
            byte[] bytes = bytesOf.apply(index);
            try {
                write(out, bytes, 0, bytes.length);
            } catch (IOException ended) {
                // as it should be, where there are too many
            }
        });
    }

    void renegotiation() throws IOException, InterruptedException {
        each(volume.tls(), AT_A_TIME, index -> {
            SSLSocket socket = target.connect("TLSv1.2");
            socket.addHandshakeCompletedListener(done -> violations.add(Violation.RENEGOTIATED, "over TLS 1.2"));
            try {
                socket.startHandshake();
                if (socket.getInputStream().read() >= 0) {
                    throw new IllegalStateException("an answer to nothing");
                }
            } catch (IOException ended) {
                // as it should be
            }
        });
    }

    /** What has taken the place of renegotiation in TLS 1.3, with a sign of life now and then. */
    void keyUpdates() throws IOException, InterruptedException {
        each(volume.tls(), volume.tls(), index -> {
            SSLSocket socket = target.connect("TLSv1.3");
            try {
                for (int i = 0; i < KEY_UPDATES; i++) {
                    socket.startHandshake(); // RFC 8446 §4.6.3
                    if (i % 8 == 0) {
                        write(socket.getOutputStream(), PING, 0, PING.length);
                        socket.getInputStream().readNBytes(2);
                    }
                }
            } catch (IOException ended) {
                // as it should be, sooner or later
            }
        });
    }

    /** Requests without end whose answers nobody reads. */
    void unreadAnswers() throws IOException, InterruptedException {
        unread(ascii(Register.withoutToken("", 0).repeat(40)));
    }

    /** The same with the smallest that is answered. */
    void unreadPongs() throws IOException, InterruptedException {
        unread(ascii("\r\n".repeat(8 * 1024)));
    }

    private void unread(byte[] requests) throws IOException, InterruptedException {
        each(volume.tls(), volume.tls(), index -> {
            OutputStream out = target.connectNarrow(4096).getOutputStream();
            try {
                while (true) {
                    write(out, requests, 0, requests.length);
                }
            } catch (IOException ended) {
                // as it should be
            }
        });
    }

    private void write(OutputStream out, byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
        target.sent(length);
    }

    @FunctionalInterface
    private interface Step {
        void run(int index) throws IOException;
    }

    private static void each(int times, int atATime, Step step) throws IOException, InterruptedException {
        ExecutorService attackers = Executors.newFixedThreadPool(atATime);
        try {
            List<Future<?>> steps = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                int index = i;
                steps.add(attackers.submit(() -> {
                    step.run(index);
                    return null;
                }));
            }
            for (Future<?> each : steps) {
                each.get();
            }
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        } finally {
            attackers.shutdownNow();
        }
    }
}
