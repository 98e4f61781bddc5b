package org.sipoauth.registrar.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Lets the last words reach the peer. A socket that is closed while input is unread resets the connection, and the peer
 * loses the alert or answer that said why. So our side closes first, and what still comes is thrown away for a moment.
 */
final class LingeringClose extends ChannelDuplexHandler {
    private static final long MOMENT_MILLIS = 1_000;

    private boolean closing;

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
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }
}
