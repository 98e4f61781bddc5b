package org.sipoauth.registrar;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Ports for what must be told its own. They lie below the range that outgoing connections draw from, so that none of those
 * takes one between its choice and its use.
 */
final class LoopbackPorts {
    private static final Set<Integer> USED = new HashSet<>();

    private LoopbackPorts() {}

    /** Never the same twice, and the port that is 10,000 higher is free, too: a Redis Cluster's bus has it. */
    static synchronized int free() throws IOException {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                int port = 10_000 + socket.getLocalPort() % 10_000;
                if (isFree(port) && isFree(port + 10_000) && USED.add(port)) {
                    return port;
                }
            }
        }
    }

    private static boolean isFree(int port) {
        try {
            new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
