package org.sipoauth.registrar.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.registrar.TestPki;
import org.sipoauth.registrar.management.RegistrarMetrics;
import org.sipoauth.registrar.register.Answer;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.register.PeerLog;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipRequest;

/** What connections that share a thread owe to each other. */
@Timeout(60)
class SipServerIT {
    private static final int MOST_THREADS = 256;
    private static final int WAITING_BYTES = 256 * 1024;
    private static final int MOST_IN_A_TURN = 32 * 1024;

    private final Map<String, Thread> threads = new ConcurrentHashMap<>(); // by Call-ID
    private final List<String> order = Collections.synchronizedList(new ArrayList<>()); // of Call-IDs
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final List<Socket> sockets = new ArrayList<>();
    private SSLContext client;
    private SipServer server;
    private InetSocketAddress address;

    @BeforeEach
    void listen(@TempDir Path directory) throws Exception {
        TestPki pki = new TestPki("test CA");
        pki.writeNode(directory);
        client = pki.client(Optional.empty());
        ServerTls tls = new ServerTls(
                new TlsFiles(directory.resolve("node.crt"), directory.resolve("node.key"), Optional.empty()),
                new EdgeList(List.of(), Optional.empty(), List.of()),
                false);
        Duration minute = Duration.ofMinutes(1);
        TransportSettings settings = new TransportSettings(
                minute,
                minute,
                minute,
                minute,
                Duration.ofMillis(1),
                MOST_THREADS + 1,
                MOST_THREADS + 1,
                Limits.DEFAULT,
                1024 * 1024);
        server = new SipServer(
                settings, tls, this::answer, new RegistrarMetrics(new SimpleMeterRegistry()), new PeerLog());
        address = server.listen(Arrival.Port.OAUTH, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void stop() throws IOException {
        go.countDown();
        for (Socket socket : sockets) {
            socket.close();
        }
        server.stop();
    }

    private CompletionStage<Answer> answer(SipRequest request, Arrival arrival) {
        order.add(request.callId());
        threads.put(request.callId(), Thread.currentThread());
        if (request.callId().equals("hold")) {
            held.countDown();
            try {
                go.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        return CompletableFuture.completedFuture(new Answer(Optional.empty(), false, Optional.empty()));
    }

    private OutputStream connect() throws IOException {
        SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket(address.getAddress(), address.getPort());
        sockets.add(socket);
        socket.setTcpNoDelay(true);
        socket.startHandshake();
        return socket.getOutputStream();
    }

    private static byte[] request(String callId) {
        Headers headers = Headers.NONE
                .plus("Via", "SIP/2.0/TLS 192.0.2.4:5061;branch=z9hG4bK1")
                .plus("From", "<sip:1001@example.com>;tag=a")
                .plus("To", "<sip:1001@example.com>")
                .plus("Call-ID", callId)
                .plus("CSeq", "1 REGISTER");
        return SipPrinter.print(SipRequest.of("REGISTER", "sip:example.com", headers));
    }

    private Thread threadOf(String callId) {
        return await().until(() -> threads.get(callId), thread -> thread != null);
    }

    /** A connection that is served by that thread. */
    private OutputStream connectTo(Thread thread) throws IOException {
        for (int i = 0; i < MOST_THREADS; i++) {
            OutputStream out = connect();
            out.write(request("probe" + i));
            if (threadOf("probe" + i) == thread) {
                return out;
            }
        }
        throw new AssertionError("no second connection on the first one's thread");
    }

    @Test
    void connectionWaitsForNoMoreThanOneTurnOfAnotherThatSendsWithoutPause() throws Exception {
        OutputStream flood = connect();
        flood.write(request("first"));
        OutputStream other = connectTo(threadOf("first"));
        byte[] one = request("flood");

        flood.write(request("hold"));
        held.await();
        AtomicInteger waiting = new AtomicInteger();
        Thread flooding = new Thread(() -> {
            try {
                while (true) {
                    flood.write(one);
                    waiting.addAndGet(one.length);
                }
            } catch (IOException ended) {
                // by stop
            }
        });
        flooding.start();
        await().until(() -> waiting.get() > WAITING_BYTES);
        other.write(request("other"));
        go.countDown();
        await().until(() -> order.contains("other"));

        int before = order.indexOf("other") - order.indexOf("hold") - 1;
        assertThat(before * one.length).isBetween(1, MOST_IN_A_TURN);
    }
}
