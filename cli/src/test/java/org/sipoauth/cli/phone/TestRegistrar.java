package org.sipoauth.cli.phone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipParser;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;

/** A SIP server over TLS that answers as a test scripts it, and hands every request to the test. */
final class TestRegistrar implements AutoCloseable {
    /** What to answer; empty: nothing. */
    interface Script extends Function<SipRequest, Optional<SipResponse>> {}

    private final SSLServerSocket listener;
    private final BlockingQueue<SipRequest> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<Parsed.Ping> pings = new LinkedBlockingQueue<>();
    private final List<SSLSocket> connections = new CopyOnWriteArrayList<>();
    private final Queue<Script> next = new ConcurrentLinkedQueue<>();
    private volatile Script otherwise = request -> Optional.of(ok(request, 120));
    private volatile boolean answersPings = true;

    TestRegistrar(SSLContext tls) {
        try {
            listener = (SSLServerSocket)
                    tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Answers to the next requests, in order; then {@link #otherwise}. */
    void next(Script... scripts) {
        next.addAll(List.of(scripts));
    }

    void otherwise(Script script) {
        otherwise = script;
    }

    void leavePingsUnanswered() {
        answersPings = false;
    }

    SipRequest takeRequest() throws InterruptedException {
        return Optional.ofNullable(requests.poll(20, TimeUnit.SECONDS))
                .orElseThrow(() -> new AssertionError("no request arrived"));
    }

    boolean hasRequest() {
        return !requests.isEmpty();
    }

    void takePing() throws InterruptedException {
        Optional.ofNullable(pings.poll(20, TimeUnit.SECONDS))
                .orElseThrow(() -> new AssertionError("no keep-alive arrived"));
    }

    int connectionCount() {
        return connections.size();
    }

    void dropConnections() throws IOException {
        for (SSLSocket connection : connections) {
            connection.close();
        }
    }

    static SipResponse ok(SipRequest request, long expires) {
        SipResponse response = with(SipResponse.answering(request, 200, "OK", "t1"), "Expires", Long.toString(expires));
        boolean removed = request.expiresSeconds().equals(Optional.of(0L));
        return removed
                ? response
                : with(
                        response,
                        "Contact",
                        request.contacts().get(0).withExpires(expires).toString());
    }

    static Script granting(long expires, String... headersAndValues) {
        return request -> Optional.of(with(ok(request, expires), headersAndValues));
    }

    static Script status(int status, String reason, String... headersAndValues) {
        return request -> Optional.of(with(SipResponse.answering(request, status, reason, "t1"), headersAndValues));
    }

    static Script proxyChallenge() {
        return status(407, "Proxy Authentication Required", "Proxy-Authenticate", "Bearer realm=\"ccmsipline\"");
    }

    /** Challenges what carries no token, and takes what does. */
    static Script takingTokens(long expires, String... headersAndValues) {
        return request -> (request.headers().has("Proxy-Authorization")
                        ? granting(expires, headersAndValues)
                        : proxyChallenge())
                .apply(request);
    }

    private static SipResponse with(SipResponse response, String... headersAndValues) {
        List<Headers.Header> headers = new ArrayList<>();
        for (int i = 0; i < headersAndValues.length; i += 2) {
            headers.add(new Headers.Header(headersAndValues[i], headersAndValues[i + 1]));
        }
        return response.with(headers);
    }

    private void accept() {
        try {
            while (true) {
                SSLSocket connection = (SSLSocket) listener.accept();
                connections.add(connection);
                daemon(() -> serve(connection));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(SSLSocket connection) {
        SipParser parser = SipParser.forServer(Limits.DEFAULT);
        byte[] chunk = new byte[8192];
        try (connection) {
            InputStream input = connection.getInputStream();
            OutputStream output = connection.getOutputStream();
            for (int length = input.read(chunk); length >= 0; length = input.read(chunk)) {
                parser.append(chunk, 0, length);
                for (Optional<Parsed> parsed = parser.next(); parsed.isPresent(); parsed = parser.next()) {
                    handle(parsed.get(), output);
                }
            }
        } catch (IOException gone) {
            // the phone hung up
        }
    }

    private void handle(Parsed parsed, OutputStream output) throws IOException {
        if (parsed instanceof Parsed.Ping ping) {
            pings.add(ping);
            if (answersPings) {
                output.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        } else if (parsed instanceof Parsed.Message message && message.message() instanceof SipRequest request) {
            requests.add(request); // first, so that a phone that has its answer has been seen
            Script script = Optional.ofNullable(next.poll()).orElse(otherwise);
            Optional<SipResponse> response = script.apply(request);
            if (response.isPresent()) {
                output.write(SipPrinter.print(response.get()));
            }
        } else {
            throw new IOException("the phone sent " + parsed);
        }
        output.flush();
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "test-registrar");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
            dropConnections();
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }
}
