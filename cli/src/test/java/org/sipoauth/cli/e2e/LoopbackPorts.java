package org.sipoauth.cli.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports for programs that must be told theirs. They lie below the range that outgoing connections draw from, so that none of
 * those takes one between its choice and its use, and within 1024 to 49151, which the OAuth ports accept. Of all tests on this
 * machine, which run in several processes, none is given one that another was given and may be about to use.
 */
final class LoopbackPorts {
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 29_999;

    /** Held until this process ends: of a file with a byte for each port, those of the ports that were given. */
    private static final List<FileLock> GIVEN = new ArrayList<>();

    private static final FileChannel PORTS = open();

    private static int next = LOWEST;

    private LoopbackPorts() {}

    private static FileChannel open() {
        Path file = Path.of(
                System.getProperty("java.io.tmpdir"), "sip-oauth-test-ports-" + System.getProperty("user.name"));
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException unusable) {
            throw new ExceptionInInitializerError(unusable);
        }
    }

    /** Never the same twice: the first may not be in use yet when the second is chosen. */
    static synchronized int free() throws IOException {
        for (; next <= HIGHEST; next++) {
            FileLock given = PORTS.tryLock(next, 1, false);
            if (given != null) {
                GIVEN.add(given);
                if (isFree(next)) {
                    return next++;
                }
            }
        }
        throw new IOException("no free port between " + LOWEST + " and " + HIGHEST);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
