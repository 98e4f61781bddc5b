package org.sipoauth.cli.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports for what must be told its own. They lie below the range that outgoing connections draw from, so that none of those
 * takes one between its choice and its use. Each process of the tests has blocks of its own, by locks that end with it, so that no other takes one either.
 */
final class LoopbackPorts {
    private static final int LOWEST = 25_000;
    private static final int COUNT = 5_000; // beyond are another module's
    private static final int BLOCK = 50;
    private static final Path LOCKS = Path.of(System.getProperty("java.io.tmpdir"), "sip-oauth-test-ports");

    private static final List<FileChannel> HELD =
            new ArrayList<>(); // for a channel that is collected is closed, and its lock with it
    private static int nextBlock = LOWEST;
    private static int next;
    private static int end;

    private LoopbackPorts() {}

    /** Never the same twice: the first may not be in use yet when the second is chosen. */
    static synchronized int free() {
        while (true) {
            if (next == end) {
                takeBlock();
            }
            int port = next++;
            if (isFree(port)) {
                return port;
            }
        }
    }

    private static void takeBlock() {
        for (; nextBlock < LOWEST + COUNT; nextBlock += BLOCK) {
            if (lock(nextBlock)) {
                next = nextBlock;
                nextBlock += BLOCK;
                end = nextBlock;
                return;
            }
        }
        throw new IllegalStateException("no free port from " + LOWEST + " on: does another run of the tests not end?");
    }

    private static boolean lock(int block) {
        try {
            FileChannel channel = FileChannel.open(
                    Files.createDirectories(LOCKS).resolve(Integer.toString(block)),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                channel.close();
                return false;
            }
            HELD.add(channel);
            return true;
        } catch (IOException unusable) {
            throw new UncheckedIOException(unusable);
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
