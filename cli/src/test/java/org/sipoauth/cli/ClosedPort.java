package org.sipoauth.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A port of the loopback interface at which nobody listens: taken, so that nobody else does meanwhile either. */
public final class ClosedPort implements AutoCloseable {
    private final Socket taken = new Socket();

    public ClosedPort() throws IOException {
        taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    public int number() {
        return taken.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        taken.close();
    }
}
