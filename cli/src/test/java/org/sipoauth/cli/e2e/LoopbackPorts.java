package org.sipoauth.cli.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for programs that must be told theirs. They lie below the range that outgoing connections draw from, so that none of
 * those takes one between its choice and its use, and within 1024 to 49151, which the OAuth ports accept.
 */
final class LoopbackPorts {
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 29_999;
    private static final int TRIES = 100;

    /** From a random place on, since another run of the tests may be under way. */
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(HIGHEST - LOWEST + 1));

    private LoopbackPorts() {}

    /** Never the same twice: the first may not be in use yet when the second is chosen. */
    static int free() throws IOException {
        for (int i = 0; i < TRIES; i++) {
            int port = LOWEST + NEXT.getAndIncrement() % (HIGHEST - LOWEST + 1);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException taken) {
                // another one, then
            }
        }
        throw new IOException("no free port between " + LOWEST + " and " + HIGHEST);
    }
}
