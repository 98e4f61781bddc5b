package org.sipoauth.benchmarks.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * Where an attack goes, and the connections that it opens there: half of them to the port for phones, half to the one for edges,
 * where it has no certificate to show. None of them is closed from this side before {@link #close},
 * so that what has ended before was ended by the registrar.
 */
final class Target implements AutoCloseable {
    private final int port;
    private final int edgePort;
    private final SSLContext tls;
    private final Queue<SocketChannel> open = new ConcurrentLinkedQueue<>();
    private final Queue<SSLSocket> kept = new ConcurrentLinkedQueue<>(); // the JDK closes one that is garbage
    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder bytes = new LongAdder();
    private volatile boolean closed;

    /** Both ports are on loopback. */
    Target(int port, int edgePort, SSLContext tls) {
        this.port = port;
        this.edgePort = edgePort;
        this.tls = tls;
    }

    /** A connection without TLS. */
    SocketChannel connect() throws IOException {
        return connect(SocketChannel.open());
    }

    /** A connection without TLS, from another address of the loopback network. */
    SocketChannel connectFrom(int address) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) (1 + address)}), 0));
        return connect(channel);
    }

    /** What a request without a token is answered there: a challenge, or that this is no edge. */
    int refusal(SSLSocket socket) {
        return socket.getPort() == edgePort ? 403 : 407;
    }

    /** A connection on which the registrar can send no more than this before somebody reads. */
    SSLSocket connectNarrow(int receiveBytes) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBytes);
        return handshake(connect(channel), "TLSv1.3");
    }

    /** A connection whose TLS handshake is done. */
    SSLSocket connect(String protocol) throws IOException {
        return handshake(connect(), protocol);
    }

    /** The same, to a port that does not come by turns. */
    SSLSocket connect(String protocol, boolean forEdges) throws IOException {
        connections.getAndIncrement();
        return handshake(connect(SocketChannel.open(), forEdges), protocol);
    }

    private SocketChannel connect(SocketChannel channel) throws IOException {
        boolean odd =
                connections.getAndIncrement() / 2 % 2 == 1; // by pairs: attacks do one thing and another by turns, too
        return connect(channel, odd);
    }

    private SocketChannel connect(SocketChannel channel, boolean forEdges) throws IOException {
        if (closed) {
            throw new IOException("the attack is over");
        }
        open.add(channel);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), forEdges ? edgePort : port));
        return channel;
    }

    private SSLSocket handshake(SocketChannel channel, String protocol) throws IOException {
        Socket plain = channel.socket();
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
        kept.add(socket);
        socket.setEnabledProtocols(new String[] {protocol});
        socket.startHandshake();
        return socket;
    }

    /** Lets go of a connection that the registrar has ended. */
    void leave(SSLSocket ended) {
        kept.remove(ended);
        try {
            ended.close();
        } catch (IOException gone) {
            // it is closed either way
        }
    }

    /** What a client says first. */
    byte[] clientHello() throws SSLException {
        SSLEngine client = tls.createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    /** Counts what an attack has sent, TLS and TCP not included. */
    void sent(long more) {
        bytes.add(more);
    }

    long bytesSent() {
        return bytes.sum();
    }

    int connectionsMade() {
        return connections.get();
    }

    /** How many the registrar has not ended yet. The attack must be over: what still comes is thrown away here. */
    int stillOpen() {
        ByteBuffer unread = ByteBuffer.allocate(16 * 1024);
        for (Iterator<SocketChannel> each = open.iterator(); each.hasNext(); ) {
            SocketChannel channel = each.next();
            if (hasEnded(channel, unread)) {
                each.remove();
                closeQuietly(channel);
            }
        }
        return open.size();
    }

    private static boolean hasEnded(SocketChannel channel, ByteBuffer unread) {
        try {
            channel.configureBlocking(false);
            int read;
            do {
                read = channel.read(unread.clear());
            } while (read > 0);
            return read < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Ends all, and with them the attack, if it goes on. */
    @Override
    public void close() {
        closed = true;
        open.forEach(Target::closeQuietly);
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            // it is closed either way
        }
    }
}
