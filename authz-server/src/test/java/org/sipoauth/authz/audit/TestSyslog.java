package org.sipoauth.authz.audit;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** A syslog receiver on the loopback interface, which reads what is framed by octet counting. */
final class TestSyslog implements AutoCloseable {
    private final ServerSocket listener;
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    private TestSyslog(ServerSocket listener) {
        this.listener = listener;
        Thread thread = new Thread(this::accept, "syslog-receiver");
        thread.setDaemon(true);
        thread.start();
    }

    /** @param port 0: any that is free */
    static TestSyslog tcp(int port) throws IOException {
        return new TestSyslog(new ServerSocket(port, 10, InetAddress.getLoopbackAddress()));
    }

    /**
     * By TLS, at every address of the loopback interface.
     *
     * @param certificate a folder with {@code node.crt} and {@code node.key}
     * @param clients PEM file of the client certificates that it wants; null: it asks for none
     */
    static TestSyslog tls(Path certificate, @Nullable Path clients) throws IOException {
        SSLContext context = SslBundle.of(new PemSslStoreBundle(
                        PemSslStoreDetails.forCertificate(
                                        certificate.resolve("node.crt").toUri().toString())
                                .withPrivateKey(
                                        certificate.resolve("node.key").toUri().toString()),
                        clients == null
                                ? null
                                : PemSslStoreDetails.forCertificate(
                                        clients.toUri().toString())))
                .createSslContext();
        SSLServerSocket listener =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0);
        listener.setNeedClientAuth(clients != null);
        return new TestSyslog(listener);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** In the order in which they came, without their lengths. */
    List<String> messages() {
        return messages;
    }

    int connections() {
        return connections.size();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = listener.accept();
                connections.add(connection);
                Thread thread = new Thread(() -> read(connection), "syslog-connection");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void read(Socket connection) {
        try (InputStream stream = connection.getInputStream()) {
            DataInputStream input = new DataInputStream(stream);
            while (true) {
                StringBuilder length = new StringBuilder();
                for (char next = (char) input.readUnsignedByte(); next != ' '; next = (char) input.readUnsignedByte()) {
                    length.append(next);
                }
                byte[] message = new byte[Integer.parseInt(length.toString())];
                input.readFully(message);
                messages.add(new String(message, StandardCharsets.UTF_8));
            }
        } catch (IOException ended) {
            // by either side
        }
    }

    /** Ends every connection without another word. */
    void hangUp() {
        connections.forEach(connection -> {
            try {
                connection.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() throws IOException {
        listener.close();
        hangUp();
    }
}
