package org.sipoauth.registrar.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.sipoauth.registrar.register.Arrival.Port;
import org.sipoauth.registrar.register.PeerLog;
import org.sipoauth.registrar.transport.SipListener.Revocation;
import org.sipoauth.verifier.status.StatusReference;

/** Listens on the OAuth ports. */
public final class SipServer {
    private static final int BACKLOG = 1024;

    /**
     * What one connection may bring in before it is the others' turn: a TLS record. With Netty's own 16 times 64 KiB, a few peers
     * that send without a pause make all phones of their event loop wait for seconds.
     */
    private static final int BYTES_A_TURN = 16 * 1024;

    /** Of our answers the system keeps twice this for a peer that does not read; left to itself, 4 MiB, each with our work in it. */
    private static final int SENT_AND_UNREAD = 64 * 1024;

    /** And we keep this, then read no further requests. */
    private static final WriteBufferWaterMark UNREAD_ANSWERS = new WriteBufferWaterMark(8 * 1024, 16 * 1024);

    private final TransportSettings settings;
    private final ServerTls tls;
    private final RequestHandler handler;
    private final ConnectionEvents events;
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger open = new AtomicInteger();
    private final ConnectionsByAddress byAddress;
    private final UnfinishedMessages unfinished;
    private final PeerLog log;
    private final Map<Port, SipListener> listeners = new EnumMap<>(Port.class); // guarded by this
    private final Map<Port, Channel> listening = new EnumMap<>(Port.class); // guarded by this

    public SipServer(
            TransportSettings settings, ServerTls tls, RequestHandler handler, ConnectionEvents events, PeerLog log) {
        this.settings = settings;
        this.tls = tls;
        this.handler = handler;
        this.events = events;
        this.byAddress = new ConnectionsByAddress(settings.maxConnectionsPerAddress());
        this.log = log;
        this.unfinished = new UnfinishedMessages(settings.unfinishedBytes());
        tls.edges().onChange(this::endUnlisted);
    }

    /**
     * Opens a port, or moves it: then the address of before takes no more connections, and those that it has taken go on.
     *
     * @return the address that was bound, its port chosen by the system if it was 0
     * @throws PortInUseException if the address cannot be had; what was open before stays so
     */
    public synchronized InetSocketAddress listen(Port port, InetSocketAddress address) throws PortInUseException {
        SipListener listener = listeners.computeIfAbsent(
                port, opened -> new SipListener(opened, settings, tls, handler, events, unfinished, log));
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.SO_SNDBUF, SENT_AND_UNREAD)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNREAD_ANSWERS)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        admit(connection, listener);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new PortInUseException(port, address, bound.cause());
        }
        Optional.ofNullable(listening.put(port, bound.channel()))
                .ifPresent(before -> before.close().awaitUninterruptibly());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private static RecvByteBufAllocator oneTurn() {
        return new AdaptiveRecvByteBufAllocator(64, 2048, BYTES_A_TURN).maxMessagesPerRead(1);
    }

    private void admit(Channel connection, SipListener listener) {
        if (open.incrementAndGet() > settings.maxConnections()) {
            turnAway(connection, listener, ConnectionLimit.TOTAL);
            return;
        }
        InetSocketAddress peer = (InetSocketAddress) connection.remoteAddress();
        Optional<ConnectionsByAddress.Place> place = byAddress.enter(peer.getAddress());
        if (place.isEmpty()) {
            turnAway(connection, listener, ConnectionLimit.ADDRESS);
            return;
        }
        events.opened(listener.port());
        connections.add(connection);
        connection.closeFuture().addListener(closed -> {
            open.decrementAndGet();
            place.get().leave();
            events.closed(listener.port());
        });
        connection.config().setRecvByteBufAllocator(oneTurn());
        connection.pipeline().addLast(new LingeringClose(), new FirstByte(listener));
        if (listener.port() == Port.MRA) {
            connection.pipeline().addLast(new EdgeLetIn(place.get(), tls.edges()));
        }
        if (listener.isDraining()) { // it was accepted before, and is too late to be told with the others
            connection.close();
        }
    }

    private void turnAway(Channel connection, SipListener listener, ConnectionLimit limit) {
        open.decrementAndGet();
        events.turnedAway(listener.port(), limit);
        connection.close();
    }

    /**
     * Behind an edge there are phones without number: once it has shown its certificate, its connections do not count. Whoever
     * shows none has made a handshake, too, for there is an answer in SIP, and counts on.
     */
    private static final class EdgeLetIn extends ChannelInboundHandlerAdapter {
        private final ConnectionsByAddress.Place place;
        private final EdgeList edges;

        EdgeLetIn(ConnectionsByAddress.Place place, EdgeList edges) {
            this.place = place;
            this.edges = edges;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion && completion.isSuccess()) {
                if (Handshake.certificate(context).flatMap(edges::nameOf).isPresent()) {
                    place.leave();
                }
                context.pipeline().remove(this);
            }
            context.fireUserEventTriggered(event);
        }
    }

    /** Of memory that messages take which are not yet whole. */
    public long unfinishedBytes() {
        return unfinished.bytes();
    }

    /** Ends the connections of phones over which a revoked login has registered; those of edges carry others, and stay. */
    public void endRevoked(Predicate<StatusReference> revoked) {
        Revocation event = new Revocation(revoked);
        connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(event));
    }

    /** Ends the connections of edges that are no longer on the list; a handshake under way meets the new list itself. */
    private void endUnlisted() {
        connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(SipListener.EDGES_CHANGED));
    }

    /** Accepts no more, lets messages that have begun end and be answered, closes, and ends its threads. */
    public synchronized void stop() {
        listening.values().forEach(channel -> channel.close().awaitUninterruptibly());
        listeners.values().forEach(SipListener::drain);
        connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(SipListener.DRAIN));
        if (!connections.newCloseFuture().awaitUninterruptibly(settings.drain().toMillis())) {
            connections.close().awaitUninterruptibly(1000);
        }
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
