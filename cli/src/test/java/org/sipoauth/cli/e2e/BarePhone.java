package org.sipoauth.cli.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.sipoauth.cli.http.OwnCertificate;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipParser;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;

/** Sends one REGISTER over TLS, with whatever token, certificate and header fields: what no honest phone does. */
final class BarePhone {
    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final int port;
    private final Path authority;
    private final String user;
    private final String token;

    BarePhone(int port, Path authority, String user, String token) {
        this.port = port;
        this.authority = authority;
        this.user = user;
        this.token = token;
    }

    /**
     * The answer.
     *
     * @param own a folder with the {@code phone.crt} and {@code phone.key} to show
     * @param fields header fields to add, each as a line
     */
    SipResponse register(Optional<Path> own, String... fields) throws IOException {
        Optional<OwnCertificate> shown =
                own.map(folder -> OwnCertificate.read(folder.resolve("phone.crt"), folder.resolve("phone.key")));
        try (SSLSocket socket = (SSLSocket)
                Trust.context(Optional.of(authority), shown).getSocketFactory().createSocket("localhost", port)) {
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.getOutputStream().write(request(socket.getLocalPort(), fields));
            return answer(socket);
        }
    }

    private byte[] request(int localPort, String... fields) {
        Headers headers = Headers.NONE
                .plus("Via", "SIP/2.0/TLS 127.0.0.1:" + localPort + ";branch=z9hG4bK" + UUID.randomUUID() + ";rport")
                .plus("Max-Forwards", "70")
                .plus("From", "<sip:" + user + "@127.0.0.1>;tag=a")
                .plus("To", "<sip:" + user + "@127.0.0.1>")
                .plus("Call-ID", UUID.randomUUID().toString())
                .plus("CSeq", "1 REGISTER")
                .plus("Contact", "<sip:" + user + "@127.0.0.1:" + localPort + ";transport=tls>")
                .plus("Proxy-Authorization", "Bearer token=\"" + token + "\"");
        byte[] printed = SipPrinter.print(SipRequest.of("REGISTER", "sip:127.0.0.1", headers));
        String more =
                String.join("", Stream.of(fields).map(field -> field + "\r\n").toList());
        return new String(printed, ISO_8859_1)
                .replace("Call-ID:", more + "Call-ID:")
                .getBytes(ISO_8859_1);
    }

    private static SipResponse answer(SSLSocket socket) throws IOException {
        SipParser parser = SipParser.forClient(Limits.DEFAULT);
        byte[] chunk = new byte[4096];
        while (true) {
            Optional<Parsed> parsed = parser.next();
            if (parsed.isPresent()
                    && parsed.get() instanceof Parsed.Message message
                    && message.message() instanceof SipResponse response
                    && response.status() >= 200) {
                return response;
            }
            if (parsed.isEmpty()) {
                int read = socket.getInputStream().read(chunk);
                if (read < 0) {
                    throw new IOException("closed without an answer");
                }
                parser.append(chunk, 0, read);
            }
        }
    }
}
