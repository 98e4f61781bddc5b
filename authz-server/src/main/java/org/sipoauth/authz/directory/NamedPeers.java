package org.sipoauth.authz.directory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Sockets whose handshake fails unless the certificate carries the name that was connected to (RFC 4513 §3.1.3), as the
 * JDK checks it. UnboundID's own check takes any certificate from a loopback address, where a tunnel may end.
 */
final class NamedPeers extends SSLSocketFactory {
    private final SSLSocketFactory sockets;

    NamedPeers(SSLSocketFactory sockets) {
        this.sockets = sockets;
    }

    private static Socket named(Socket socket) {
        SSLSocket tls = (SSLSocket) socket;
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("LDAPS");
        tls.setSSLParameters(parameters);
        return tls;
    }

    @Override
    public Socket createSocket() throws IOException {
        return named(sockets.createSocket());
    }

    @Override
    public Socket createSocket(Socket connected, String host, int port, boolean autoClose) throws IOException {
        return named(sockets.createSocket(connected, host, port, autoClose));
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return named(sockets.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return named(sockets.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return named(sockets.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return named(sockets.createSocket(address, port, localAddress, localPort));
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return sockets.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return sockets.getSupportedCipherSuites();
    }
}
