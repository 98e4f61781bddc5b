package org.sipoauth.benchmarks.rotation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network to one server that can go down: connections end, and new ones end at once. */
final class SwitchableForwarder implements AutoCloseable {
    private final ServerSocket entrance;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean up = true;

    private SwitchableForwarder(ServerSocket entrance, int target) {
        this.entrance = entrance;
        this.target = target;
    }

    static SwitchableForwarder to(int port) throws IOException {
        SwitchableForwarder forwarder =
                new SwitchableForwarder(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
        daemon(forwarder::accept);
        return forwarder;
    }

    int port() {
        return entrance.getLocalPort();
    }

    void goDown() {
        up = false;
        open.forEach(SwitchableForwarder::end);
    }

    void comeUp() {
        up = true;
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        goDown();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket caller = entrance.accept();
                daemon(() -> join(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void join(Socket caller) {
        open.add(caller);
        try (caller;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            open.add(server);
            if (up) { // looked at once both are registered, so that goDown misses none
                daemon(() -> copy(server, caller));
                copy(caller, server);
            }
            open.remove(server);
        } catch (IOException unreachable) {
            // the caller notices by itself
        }
        open.remove(caller);
    }

    /** Until one of them ends, which ends the other. */
    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // as it does when the network goes down
        } finally {
            end(from);
            end(to);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is of no use any more, either way
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "forwarder");
        thread.setDaemon(true);
        thread.start();
    }
}
