package org.sipoauth.registrar.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Lets the last words reach the peer. A socket that is closed while input is unread resets the connection, and the peer
 * loses the alert or answer that said why. So our side closes first, and what still comes is thrown away for a moment,
 * unless it is more than can have been on its way.
 */
final class LingeringClose extends ChannelDuplexHandler {
    private static final long MOMENT_MILLIS = 1_000;

    /** More than a few messages of the longest; who goes on beyond it does not listen. */
    private static final long ON_ITS_WAY_BYTES = 1024 * 1024;

    private boolean closing;
    private long thrownAway;

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (closing) { // TLS and its user both close after a failed handshake
            context.channel().closeFuture().addListener(closed -> promise.trySuccess());
            return;
        }
        if (!context.channel().isActive()) {
            context.close(promise);
            return;
        }
        closing = true;
        context.channel().config().setAutoRead(true);
        context.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(flushed -> ((DuplexChannel) context.channel()).shutdownOutput());
        context.executor().schedule(() -> context.close(promise), MOMENT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (closing) {
            thrownAway += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
            ReferenceCountUtil.release(message);
            if (thrownAway > ON_ITS_WAY_BYTES) {
                context.close();
            }
        } else {
            context.fireChannelRead(message);
        }
    }
}
