package org.sipoauth.registrar.transport;

import io.netty.channel.ChannelHandlerContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Predicate;
import org.sipoauth.registrar.register.Arrival.Port;
import org.sipoauth.registrar.register.PeerLog;
import org.sipoauth.verifier.status.StatusReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the connections of one port share. */
final class SipListener {
    /** Tells a connection to end once what has begun is done. */
    static final Object DRAIN = new Object();

    /** Tells a connection to end if it is of an edge that is no longer on the list. */
    static final Object EDGES_CHANGED = new Object();

    /** Tells a connection to end, for what it has begun takes memory that others need. */
    static final Object CROWDED_OUT = new Object();

    /** Tells a connection to end if it belongs to a revoked login. */
    record Revocation(Predicate<StatusReference> revoked) {}

    private static final Logger LOG = LoggerFactory.getLogger(SipListener.class);

    private final Port port;
    private final TransportSettings settings;
    private final ServerTls tls;
    private final RequestHandler handler;
    private final ConnectionEvents events;
    private final UnfinishedMessages unfinished;
    private final PeerLog log;
    private volatile boolean draining;

    SipListener(
            Port port,
            TransportSettings settings,
            ServerTls tls,
            RequestHandler handler,
            ConnectionEvents events,
            UnfinishedMessages unfinished,
            PeerLog log) {
        this.port = port;
        this.settings = settings;
        this.tls = tls;
        this.handler = handler;
        this.events = events;
        this.unfinished = unfinished;
        this.log = log;
    }

    Port port() {
        return port;
    }

    TransportSettings settings() {
        return settings;
    }

    ServerTls tls() {
        return tls;
    }

    RequestHandler handler() {
        return handler;
    }

    ConnectionEvents events() {
        return events;
    }

    UnfinishedMessages unfinished() {
        return unfinished;
    }

    boolean isDraining() {
        return draining;
    }

    void drain() {
        draining = true;
    }

    /** Whether the log takes a line about this peer, who may have had as many as it gets. */
    boolean logs(SocketAddress peer) {
        return !(peer instanceof InetSocketAddress address) || log.takes(address.getAddress());
    }

    void closeLate(ChannelHandlerContext context, Deadline deadline) {
        events.timedOut(port, deadline);
        SocketAddress peer = context.channel().remoteAddress();
        if (logs(peer)) {
            LOG.info("closed {} on {}: deadline {}", peer, port.label(), deadline.label());
        }
        context.close();
    }
}
