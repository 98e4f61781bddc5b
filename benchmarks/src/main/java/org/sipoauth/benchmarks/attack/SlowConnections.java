package org.sipoauth.benchmarks.attack;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Slow clients of one kind: each has a connection, and another one when the server ends it, until all are closed. */
final class SlowConnections implements AutoCloseable {
    private static final int BETWEEN_BYTES_MILLIS = 7_000; // the server waits for 10 s
    private static final long BETWEEN_CONNECTIONS_MILLIS = 200;
    private static final int ARRIVALS_PER_SECOND = 300; // or their handshakes would be what is slow
    private static final long STACK_BYTES = 256 << 10;

    private final Slowness kind;
    private final int port;
    private final SSLContext tls;
    private final List<Thread> clients = new ArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger held = new AtomicInteger();
    private final AtomicInteger mostHeld = new AtomicInteger();
    private final LongAdder taken = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private volatile boolean closed;

    /** @param port on loopback */
    SlowConnections(Slowness kind, int number, int port, SSLContext tls) {
        this.kind = kind;
        this.port = port;
        this.tls = tls;
        for (int i = 0; i < number; i++) {
            Duration wait = arrival(i);
            Thread client = new Thread(null, () -> live(wait), "slow", STACK_BYTES);
            clients.add(client);
            client.start();
        }
    }

    /** Connects, and shakes hands. */
    static SSLSocket connect(Socket socket, int port, int timeoutMillis, SSLContext tls) throws IOException {
        socket.setSoTimeout(timeoutMillis);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeoutMillis);
        SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(socket, "localhost", port, true);
        secured.startHandshake();
        return secured;
    }

    /** How long it takes until so many have come. */
    static Duration arrival(int number) {
        return Duration.ofSeconds(number).dividedBy(ARRIVALS_PER_SECOND);
    }

    private void live(Duration wait) {
        try {
            Thread.sleep(wait.toMillis());
            while (!closed) {
                connectAndHold();
                Thread.sleep(BETWEEN_CONNECTIONS_MILLIS);
            }
        } catch (InterruptedException over) {
            // by close
        }
    }

    private void connectAndHold() {
        Socket socket = new Socket();
        open.add(socket);
        try (socket) {
            if (!closed) {
                hold(connect(socket, port, 0, tls));
            }
        } catch (IOException notTaken) {
            // it tries again
        } finally {
            open.remove(socket);
        }
    }

    /** Until the server ends it. */
    private void hold(SSLSocket socket) {
        taken.increment();
        mostHeld.accumulateAndGet(held.incrementAndGet(), Math::max);
        try {
            OutputStream out = socket.getOutputStream();
            out.write(kind.beginning.getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(BETWEEN_BYTES_MILLIS);
            if (answers(socket.getInputStream(), out)) {
                answered.increment();
                while (answers(socket.getInputStream(), out)) {
                    // the rest of it
                }
            }
        } catch (IOException reset) {
            // ended as well
        } finally {
            held.decrementAndGet();
            if (!closed) {
                ended.increment();
            }
        }
    }

    /** Whether the server says something more before it ends the connection. */
    private boolean answers(InputStream in, OutputStream out) throws IOException {
        while (true) {
            try {
                return in.read(new byte[1024]) > 0;
            } catch (SocketTimeoutException silence) {
                if (kind.goesOn) {
                    out.write('a');
                }
            }
        }
    }

    /** Connections whose handshake is done, just now. */
    int held() {
        return held.get();
    }

    /** Connections whose handshake was done at the same time, at most. */
    int mostHeld() {
        return mostHeld.get();
    }

    /** Connections whose handshake was done. */
    long taken() {
        return taken.sum();
    }

    /** Those of them on which the server said something. */
    long answered() {
        return answered.sum();
    }

    /** Those of them that the server ended. */
    long ended() {
        return ended.sum();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        clients.forEach(Thread::interrupt);
        for (Socket socket : open) {
            socket.close();
        }
    }
}
