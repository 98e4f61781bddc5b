package org.sipoauth.registrar.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.sipoauth.registrar.register.Arrival.Port;

/** A listener cannot have its address. */
public final class PortInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Port port;

    PortInUseException(Port port, InetSocketAddress address, Throwable cause) {
        super(address.getHostString() + ":" + address.getPort() + " cannot be bound: " + cause.getMessage(), cause);
        this.port = port;
    }

    public Port port() {
        return port;
    }
}
