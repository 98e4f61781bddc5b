package org.sipoauth.authz.audit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.sipoauth.authz.settings.Loopback;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/**
 * Where audit records are sent, and how to get there: by TLS (RFC 5425), with a certificate that has to carry the
 * receiver's name, or by TCP (RFC 6587) to this machine. {@link #toString} is its address.
 */
final class SyslogReceiver {
    private static final int TLS_PORT = 6514;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String ADDRESS = "sipoauth.audit.syslog.address";

    private final Settings.Syslog settings;
    private final boolean tls;

    /** @throws StartupRefused if records would go unprotected to another machine, or the files cannot be read */
    SyslogReceiver(Settings.Syslog settings) {
        this.settings = settings;
        URI address = settings.address();
        tls = "tls".equals(address.getScheme());
        boolean plain = "tcp".equals(address.getScheme()) && address.getPort() > 0;
        if (address.getHost() == null || !tls && !plain) {
            throw new StartupRefused(
                    ADDRESS + " is " + address + ", which is no address of a syslog receiver.",
                    "Write it as tls://<host> or tls://<host>:<port>; to this machine, tcp://127.0.0.1:<port>.");
        }
        if (!tls && !Loopback.isLoopback(address.getHost())) {
            throw new StartupRefused(
                    ADDRESS + " is " + address + ": who calls whom would cross the network for everybody to read.",
                    "Use tls://, or let a syslog program on this machine (tcp://127.0.0.1:<port>) send it on.");
        }
        if ((settings.certificate() == null) != (settings.privateKey() == null)) {
            throw new StartupRefused(
                    "Of sipoauth.audit.syslog.certificate and .private-key one is set without the other.",
                    "Set both to show the receiver a certificate, or none.");
        }
        if (tls) {
            context();
        }
    }

    /** The files are read anew: what has been renewed counts from the next connection on. */
    private SSLContext context() {
        PemSslStoreDetails own = settings.certificate() == null
                ? null
                : PemSslStoreDetails.forCertificate(location(settings.certificate()))
                        .withPrivateKey(location(Objects.requireNonNull(settings.privateKey())));
        PemSslStoreDetails trusted =
                settings.trust() == null ? null : PemSslStoreDetails.forCertificate(location(settings.trust()));
        try {
            return SslBundle.of(new PemSslStoreBundle(own, trusted)).createSslContext();
        } catch (IllegalStateException e) {
            throw new StartupRefused(
                    "The PEM files of sipoauth.audit.syslog cannot be read: " + e.getMessage(),
                    "Check .trust, .certificate and .private-key: whom to trust, and what to show to the receiver.",
                    e);
        }
    }

    private static String location(Path file) {
        return file.toAbsolutePath().toUri().toString();
    }

    /**
     * To write to.
     *
     * @param wire the connection below TLS, or the same one
     */
    record Connection(Socket socket, Socket wire) {
        /** Ends it while another thread may be stuck in writing to it, for which closing TLS would wait. */
        void cut() {
            try {
                wire.close();
            } catch (IOException e) {
                // it is of no more use in any case
            }
        }
    }

    /** @throws IOException if it does not answer, or is not whom the settings name */
    Connection connect() throws IOException {
        URI address = settings.address();
        Socket socket = new Socket();
        try {
            int port = address.getPort() > 0 ? address.getPort() : TLS_PORT;
            socket.connect(new InetSocketAddress(host(address), port), Math.toIntExact(PATIENCE.toMillis()));
            socket.setKeepAlive(true);
            return new Connection(tls ? secured(socket, host(address), port) : socket, socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static String host(URI address) {
        return address.getHost().replaceAll("[\\[\\]]", "");
    }

    private Socket secured(Socket socket, String host, int port) throws IOException {
        SSLSocket secured = (SSLSocket) context().getSocketFactory().createSocket(socket, host, port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // compares its name: RFC 5425 §5.2
        secured.setSSLParameters(parameters);
        secured.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
        secured.startHandshake();
        return secured;
    }

    @Override
    public String toString() {
        return settings.address().toString();
    }
}
