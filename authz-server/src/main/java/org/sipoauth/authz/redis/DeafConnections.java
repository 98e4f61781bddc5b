package org.sipoauth.authz.redis;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections that give no answer. A node that hangs, or a network that swallows packets, leaves a connection up, and
 * so everything would go on to the old node, and wait there, long after another has taken over. Of a connection that is
 * closed Lettuce knows that it is down: it refuses commands at once, and connects again by itself, to the master that
 * Sentinels name by then.
 *
 * <p>It is the channel below that is closed, not the connection of {@code LettuceConnectionFactory}: that would be opened
 * again by whoever needs it, one after the other inside the factory's lock, and while the node hangs each would wait there
 * for a time-out of its own.
 */
final class DeafConnections implements NettyCustomizer {
    private static final Logger LOG = LoggerFactory.getLogger(DeafConnections.class);
    /** An answer takes well under a millisecond, and nothing that blocks is asked alone. */
    private static final long PATIENCE_NANOS = 1_000_000_000;

    private final LongSupplier nanoTime;
    private final Set<Ear> ears = ConcurrentHashMap.newKeySet();

    DeafConnections(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Called for every channel, those of reconnections too. First in the pipeline: next to the network, outside of TLS. */
    @Override
    public void afterChannelInitialized(Channel channel) {
        channel.pipeline().addFirst(new Ear());
    }

    /**
     * To be called when a command got no answer in time. In a cluster it is only the connections to the node that hangs
     * which are closed; and none, if what took its time was something else.
     */
    void gotNoAnswer() {
        long now = nanoTime.getAsLong();
        ears.stream().filter(ear -> ear.isDeaf(now)).forEach(Ear::close);
    }

    /** Knows since when its channel has been asked and has not said anything. */
    private final class Ear extends ChannelDuplexHandler {
        private @Nullable ChannelHandlerContext context;
        private long askedAt;
        private volatile boolean waiting; // written after askedAt, and read before it

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
            ears.add(this);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext removed) {
            ears.remove(this);
        }

        @Override
        public void write(ChannelHandlerContext channel, Object message, ChannelPromise promise) {
            if (!waiting) {
                askedAt = nanoTime.getAsLong();
                waiting = true;
            }
            channel.write(message, promise);
        }

        @Override
        public void channelRead(ChannelHandlerContext channel, Object message) {
            waiting = false;
            channel.fireChannelRead(message);
        }

        boolean isDeaf(long now) {
            return waiting && now - askedAt >= PATIENCE_NANOS;
        }

        void close() {
            if (context != null && ears.remove(this)) { // of many requests that waited in vain, the first does it
                LOG.warn("{} gives no answer; connecting again", context.channel());
                context.close();
            }
        }
    }
}
