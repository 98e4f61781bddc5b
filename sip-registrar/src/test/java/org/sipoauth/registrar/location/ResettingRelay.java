package org.sipoauth.registrar.location;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** Between a registrar and its Redis: passes everything on until it is told to hold an answer back and to reset. */
final class ResettingRelay implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Socket> accepted = new CopyOnWriteArrayList<>();
    private volatile boolean holding;
    private volatile boolean held;

    ResettingRelay(int target) throws IOException {
        this.target = target;
        begin(this::accept);
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** The next answer stays here. */
    void hold() {
        holding = true;
    }

    /** When an answer is held back, resets the connections that wait for it (RFC 9293 §3.10.7.4); later ones work. */
    void reset() throws IOException {
        Awaitility.await().until(() -> held);
        holding = false;
        for (Socket socket : accepted) {
            accepted.remove(socket);
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket registrar = listener.accept();
            Socket redis = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.addAll(List.of(registrar, redis));
            accepted.add(registrar);
            begin(() -> registrar.getInputStream().transferTo(redis.getOutputStream()));
            begin(() -> answer(redis.getInputStream(), registrar.getOutputStream()));
        }
    }

    private void answer(InputStream redis, OutputStream registrar) throws IOException {
        byte[] buffer = new byte[8192];
        for (int read = redis.read(buffer); read >= 0; read = redis.read(buffer)) {
            if (holding) {
                held = true;
            } else {
                registrar.write(buffer, 0, read);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void begin(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException closed) {
                // by the test, or by one of the two ends
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
