package org.sipoauth.cli.edge;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.sipoauth.cli.http.OwnCertificate;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.sip.NameAddr;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipParser;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;
import org.sipoauth.registrar.sip.Via;

/** One connection of an edge to a node, for one question. */
final class NodeConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS =
            Math.toIntExact(Duration.ofSeconds(10).toMillis());
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Node node;
    private final SSLSocket socket;

    private NodeConnection(Node node, SSLSocket socket) {
        this.node = node;
        this.socket = socket;
    }

    /**
     * Makes the handshake. With TLS 1.3 a node that refuses the edge's certificate says so only afterwards.
     *
     * @throws IOException if the node cannot be reached, one of the two refuses the other, or TLS cannot be agreed on
     */
    static NodeConnection open(Node node, OwnCertificate own, NodeTrust trust) throws IOException {
        Socket plain = new TalkativeSocket();
        try {
            plain.connect(new InetSocketAddress(node.host(), node.port()), TIMEOUT_MILLIS);
            plain.setSoTimeout(TIMEOUT_MILLIS);
            SSLSocket socket = (SSLSocket)
                    context(own, trust).getSocketFactory().createSocket(plain, node.host(), node.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS"); // for NodeTrust to look at
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new NodeConnection(node, socket);
        } catch (IOException failed) {
            plain.close();
            throw failed;
        }
    }

    /**
     * Leaves it to the next read to tell of a write that failed. A node that refuses the edge may close before the edge has
     * said all: what can still be read then is the alert that says why.
     */
    private static final class TalkativeSocket extends Socket {
        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(byte[] bytes, int offset, int length) {
                    try {
                        out.write(bytes, offset, length);
                    } catch (IOException closed) {
                        // the next read says how
                    }
                }
            };
        }
    }

    private static SSLContext context(OwnCertificate own, NodeTrust trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {own}, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java has no TLS", broken);
        }
    }

    /** Protocol and cipher suite. */
    String tls() {
        return socket.getSession().getProtocol() + " " + socket.getSession().getCipherSuite();
    }

    /**
     * Asks by OPTIONS (RFC 3261 §11) whether the node would look at a REGISTER.
     *
     * @throws IOException if the node ends the connection instead, answers something else than SIP, or nothing in time
     */
    SipResponse options() throws IOException {
        socket.getOutputStream().write(SipPrinter.print(question()));
        socket.getOutputStream().flush();
        SipParser parser = SipParser.forClient(Limits.DEFAULT);
        InputStream input = socket.getInputStream();
        byte[] chunk = new byte[8192];
        for (int length = input.read(chunk); length >= 0; length = input.read(chunk)) {
            parser.append(chunk, 0, length);
            for (Optional<Parsed> next = parser.next(); next.isPresent(); next = parser.next()) {
                if (next.get() instanceof Parsed.Malformed malformed) {
                    throw new IOException("it does not speak SIP: " + malformed.reason());
                }
                if (next.get() instanceof Parsed.Message message
                        && message.message() instanceof SipResponse response
                        && response.status() >= 200) {
                    return response;
                }
            }
        }
        throw new IOException("it closed the connection without a word");
    }

    private SipRequest question() {
        String local = Node.inUri(socket.getLocalAddress().getHostAddress());
        String uri = "sip:" + node.uriHost();
        return SipRequest.of(
                "OPTIONS",
                uri,
                Headers.NONE
                        .plus(
                                "Via",
                                Via.of("TLS", local, socket.getLocalPort(), "z9hG4bK" + random())
                                        .toString())
                        .plus(
                                "From",
                                NameAddr.of("sip:edge@" + local)
                                        .withTag(random())
                                        .toString())
                        .plus("To", NameAddr.of(uri).toString())
                        .plus("Call-ID", random() + "@" + local)
                        .plus("CSeq", "1 OPTIONS")
                        .plus("Max-Forwards", "70")
                        .plus("User-Agent", "sipoauth-edge-check"));
    }

    private static String random() {
        byte[] bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            // it is closed either way
        }
    }
}
