package org.sipoauth.benchmarks.attack;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.sipoauth.benchmarks.platform.RegistrarRig;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * Phones whose every registration is timed: some register over and over on a connection that stands, one of them through an edge's,
 * and one comes anew each time. They live in the attacker's process, so that they, too, wait for its processors.
 */
final class Bystanders implements AutoCloseable {
    static final int STANDING = 4;

    /** Tokens that are needed. */
    static final int PHONES = STANDING + 1;

    private static final Duration BETWEEN_REGISTRATIONS = Duration.ofMillis(100);
    private static final Duration BETWEEN_NEWCOMERS = Duration.ofMillis(500);
    private static final int PATIENCE_MILLIS = 32_000; // RFC 3261 §17.1.2.2, timer F

    /** Milliseconds that each registration took, shortest first. */
    record Times(List<Double> standing, List<Double> anew) {}

    private final RegistrarRig rig;
    private final SSLContext tls;
    private final SSLContext edgeTls;
    private final int firstPhone;
    private final Violations<Violation> violations;
    private final Newcomers newcomers;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Double> standing = new ArrayList<>(); // guarded by this
    private final List<Double> anew = new ArrayList<>(); // guarded by this
    private volatile boolean closed;

    /** @param firstPhone of the rig's that is theirs */
    Bystanders(RegistrarRig rig, int firstPhone, Violations<Violation> violations) throws IOException {
        this.rig = rig;
        this.tls = rig.tls();
        this.edgeTls = rig.edgeTls();
        this.firstPhone = firstPhone;
        this.violations = violations;
        this.newcomers = new Newcomers(violations);
        for (int i = 0; i < STANDING; i++) {
            int phone = firstPhone + i;
            boolean throughEdge = i == 0;
            start(() -> stand(phone, throughEdge));
        }
        start(this::comeAnew);
    }

    private interface Life {
        void live() throws InterruptedException;
    }

    private void start(Life life) {
        Thread thread = new Thread(
                () -> {
                    try {
                        life.live();
                    } catch (InterruptedException ended) {
                        // by close
                    }
                },
                "bystander");
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private void stand(int phone, boolean throughEdge) throws InterruptedException {
        while (!closed) {
            try (SSLSocket socket = throughEdge ? connect(edgeTls, rig.edgePort()) : connect(tls, rig.port())) {
                InputStream answers = new BufferedInputStream(socket.getInputStream());
                String callId = UUID.randomUUID().toString();
                for (long cseq = 1; !closed; cseq++) {
                    long asked = System.nanoTime();
                    register(socket, answers, phone, callId, cseq);
                    note(standing, asked);
                    Thread.sleep(BETWEEN_REGISTRATIONS.toMillis());
                }
            } catch (IOException lost) {
                note(Violation.LOST, lost);
            }
        }
    }

    private void comeAnew() throws InterruptedException {
        while (!closed) {
            long asked = System.nanoTime();
            try {
                comeOnce();
                note(anew, asked);
                newcomers.registered();
            } catch (IOException failed) {
                if (!closed) {
                    newcomers.failed(failed.toString());
                }
            }
            Thread.sleep(BETWEEN_NEWCOMERS.toMillis());
        }
    }

    private void comeOnce() throws IOException {
        try (SSLSocket socket = connect(tls, rig.port())) {
            register(
                    socket,
                    socket.getInputStream(),
                    firstPhone + STANDING,
                    UUID.randomUUID().toString(),
                    1);
        }
    }

    private static SSLSocket connect(SSLContext shown, int port) throws IOException {
        SSLSocket socket = (SSLSocket) shown.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private void register(SSLSocket socket, InputStream answers, int phone, String callId, long cseq)
            throws IOException {
        String credentials = Register.credentials(rig.token(phone));
        byte[] request = Register.ascii(Register.text(RegistrarRig.user(phone), callId, cseq, credentials, 0));
        socket.getOutputStream().write(request);
        int status = Register.status(answers);
        if (status != 200) {
            violations.add(Violation.REFUSED, "with " + status);
        }
    }

    private void note(Violation kind, IOException what) {
        if (!closed) {
            violations.add(kind, what.toString());
        }
    }

    private synchronized void note(List<Double> times, long askedNanos) {
        times.add((System.nanoTime() - askedNanos) / 1e6);
    }

    /** Of all registrations since the last call. */
    synchronized Times take() {
        Times taken = new Times(
                standing.stream().sorted().toList(), anew.stream().sorted().toList());
        standing.clear();
        anew.clear();
        return taken;
    }

    /** Of the whole run. */
    Newcomers newcomers() {
        return newcomers;
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
    }
}
