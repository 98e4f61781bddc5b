package org.sipoauth.registrar;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipParser;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;

/** One connection of a phone, or of an edge, over a real socket. */
final class TestPhone implements AutoCloseable {
    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final SipParser parser = SipParser.forClient(Limits.DEFAULT);
    private final String callId = UUID.randomUUID().toString();
    private int cseq;

    private TestPhone(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
    }

    static TestPhone inTheClear(InetSocketAddress server) throws IOException {
        return new TestPhone(new Socket(server.getAddress(), server.getPort()));
    }

    /** The handshake is done when this returns; TLS 1.3 tells a refused client certificate only afterwards. */
    static TestPhone overTls(InetSocketAddress server, SSLContext context, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(server.getAddress(), server.getPort());
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        socket.startHandshake();
        return new TestPhone(socket);
    }

    SipRequest register(Headers more) {
        cseq++;
        Headers headers = Headers.NONE
                .plus("Via", "SIP/2.0/TLS 192.0.2.4:5061;branch=z9hG4bK" + UUID.randomUUID() + ";rport")
                .plus("From", "<sip:1001@127.0.0.1>;tag=a")
                .plus("To", "<sip:1001@127.0.0.1>")
                .plus("Call-ID", callId)
                .plus("CSeq", cseq + " REGISTER")
                .plus("Max-Forwards", "70")
                .plus(
                        "Contact",
                        "<sip:1001@192.0.2.4:5061;transport=tls>;+u.sip!devicename.ccm.cisco.com=\"CSFALICE\"");
        for (Headers.Header field : more.fields()) {
            headers = headers.plus(field.name(), field.value());
        }
        return SipRequest.of("REGISTER", "sip:127.0.0.1", headers);
    }

    SipResponse exchange(SipRequest request) throws IOException {
        send(SipPrinter.print(request));
        return receive();
    }

    SipResponse register(String header, String credentials) throws IOException {
        return exchange(register(Headers.NONE.plus(header, credentials)));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    SipResponse receive() throws IOException {
        Optional<Parsed> parsed = next();
        if (parsed.isPresent() && parsed.get() instanceof Parsed.Message message) {
            return (SipResponse) message.message();
        }
        throw new IOException("no response but " + parsed);
    }

    /** The next thing that comes; empty when the server closes. */
    Optional<Parsed> next() throws IOException {
        byte[] chunk = new byte[4096];
        for (Optional<Parsed> parsed = parser.next(); true; parsed = parser.next()) {
            if (parsed.isPresent()) {
                return parsed;
            }
            int read = socket.getInputStream().read(chunk);
            if (read < 0) {
                return Optional.empty();
            }
            parser.append(chunk, 0, read);
        }
    }

    int localPort() {
        return socket.getLocalPort();
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
