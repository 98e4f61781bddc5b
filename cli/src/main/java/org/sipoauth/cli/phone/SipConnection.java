package org.sipoauth.cli.phone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipMessage;
import org.sipoauth.registrar.sip.SipParser;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;

/**
 * One TLS connection to a SIP server, whose certificate must be for the host that was asked for (RFC 5922 §7.2). A thread
 * of its own reads; everything else is for the phone's one thread.
 */
final class SipConnection implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(32); // RFC 3261 §17.1.2.2, timer F
    private static final int MOST_UNREAD = 64;
    private static final byte[] PING = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII); // RFC 5626 §3.5.1

    /** What the reader found: exactly one of the two. */
    private record Arrival(Optional<Parsed> parsed, Optional<IOException> end) {}

    private final SSLSocket socket;
    private final OutputStream output;
    private final Trace trace;
    private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(MOST_UNREAD);
    private final Thread reader = new Thread(this::read, "sip-reader");

    private SipConnection(SSLSocket socket, Trace trace) throws IOException {
        this.socket = socket;
        this.output = socket.getOutputStream();
        this.trace = trace;
        reader.setDaemon(true);
        reader.start();
    }

    /** @throws IOException if the server cannot be reached, or TLS cannot be agreed on */
    static SipConnection open(SSLContext tls, String host, int port, Trace trace) throws IOException {
        Socket plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(host, port), Math.toIntExact(CONNECT_TIMEOUT.toMillis()));
            plain.setSoTimeout(Math.toIntExact(CONNECT_TIMEOUT.toMillis()));
            plain.setTcpNoDelay(true);
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.setSoTimeout(0);
            return new SipConnection(socket, trace);
        } catch (IOException failed) {
            plain.close();
            throw failed;
        }
    }

    /** The address of our side as SIP writes it. */
    String localHost() {
        return uriHost(socket.getLocalAddress());
    }

    /** An address as SIP writes it: IPv6 in brackets. */
    static String uriHost(InetAddress address) {
        String host = address.getHostAddress();
        return host.contains(":") ? "[" + host + "]" : host;
    }

    int localPort() {
        return socket.getLocalPort();
    }

    /**
     * Sends the request and waits for its final answer. Requests from the server are answered meanwhile.
     *
     * @throws IOException if the connection ends, or no answer comes in time
     */
    SipResponse transact(SipRequest request) throws IOException, InterruptedException {
        return transact(request, TRANSACTION_TIMEOUT);
    }

    SipResponse transact(SipRequest request, Duration timeout) throws IOException, InterruptedException {
        Optional<String> branch = request.topVia().branch();
        send(request);
        long deadline = System.nanoTime() + timeout.toNanos();
        for (long left = timeout.toNanos(); left > 0; left = deadline - System.nanoTime()) {
            Optional<Parsed> arrived = receive(Duration.ofNanos(left));
            if (arrived.isPresent()
                    && arrived.get() instanceof Parsed.Message message
                    && message.message() instanceof SipResponse response
                    && response.status() >= 200
                    && response.topVia().branch().equals(branch)) {
                return response;
            }
        }
        throw new IOException("no answer to " + request.method() + " within " + timeout.toSeconds() + " s");
    }

    /**
     * The next thing from the server, or empty when there was nothing in that time. A request is answered here already.
     *
     * @throws IOException if the connection has ended
     */
    Optional<Parsed> receive(Duration timeout) throws IOException, InterruptedException {
        @Nullable Arrival arrival = arrivals.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (arrival == null) {
            return Optional.empty();
        }
        if (arrival.end().isPresent()) {
            throw new IOException(arrival.end().get().getMessage());
        }
        Parsed parsed = arrival.parsed().orElseThrow();
        if (parsed instanceof Parsed.Message message) {
            trace.received(message.message());
            if (message.message() instanceof SipRequest request) {
                Optional<SipResponse> answer = answerTo(request);
                if (answer.isPresent()) {
                    send(answer.get());
                }
            }
        }
        return Optional.of(parsed);
    }

    /** Asks for a sign of life; a server that knows how answers with a pong. */
    void ping() throws IOException {
        output.write(PING);
        output.flush();
    }

    @Override
    public void close() {
        reader.interrupt();
        try {
            socket.close();
        } catch (IOException gone) {
            // it is closed either way
        }
    }

    private void send(SipMessage message) throws IOException {
        trace.sent(message);
        output.write(SipPrinter.print(message));
        output.flush();
    }

    /** This phone takes no calls: it says that it is there, and that it can do nothing else. Empty: nothing is due. */
    static Optional<SipResponse> answerTo(SipRequest request) {
        return switch (request.method()) {
            case "ACK" -> Optional.empty();
            case "OPTIONS" -> Optional.of(SipResponse.answering(request, 200, "OK", RegisterDialogue.newTag()));
            default -> Optional.of(SipResponse.answering(request, 501, "Not Implemented", RegisterDialogue.newTag()));
        };
    }

    private void read() {
        SipParser parser = SipParser.forClient(Limits.DEFAULT);
        byte[] chunk = new byte[8192];
        try {
            try {
                InputStream input = socket.getInputStream();
                for (int length = input.read(chunk); length >= 0; length = input.read(chunk)) {
                    parser.append(chunk, 0, length);
                    for (Optional<Parsed> next = parser.next(); next.isPresent(); next = parser.next()) {
                        if (next.get() instanceof Parsed.Malformed malformed && malformed.streamLost()) {
                            throw new IOException("the server does not speak SIP: " + malformed.reason());
                        }
                        arrivals.put(new Arrival(next, Optional.empty()));
                    }
                }
                throw new IOException("the server closed the connection");
            } catch (IOException end) {
                arrivals.put(new Arrival(Optional.empty(), Optional.of(end)));
            }
        } catch (InterruptedException closed) {
            // nobody reads any more
        }
    }
}
