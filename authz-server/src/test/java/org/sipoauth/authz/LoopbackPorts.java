package org.sipoauth.authz;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for what must be told its own. They lie below the range that outgoing connections draw from, so that none of those
 * takes one between its choice and its use.
 */
public final class LoopbackPorts {
    private static final int LOWEST = 10_000;
    private static final int COUNT = 10_000;

    /** From a random place on, since another run of the tests may be under way. */
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

    private LoopbackPorts() {}

    /** Never the same twice, and the port that is 10,000 higher is free, too: a Redis Cluster's bus has it. */
    public static int free() {
        for (int i = 0; i < COUNT; i++) {
            int port = LOWEST + NEXT.getAndIncrement() % COUNT;
            if (isFree(port) && isFree(port + 10_000)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port from " + LOWEST + " on");
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
