package org.sipoauth.registrar.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Tells TLS from SIP in the clear, which gets an answer too, and bounds the wait for the first byte. */
final class FirstByte extends ChannelInboundHandlerAdapter {
    private static final int TLS_HANDSHAKE_RECORD = 22; // RFC 8446 §5.1

    private final SipListener listener;
    private Optional<ScheduledFuture<?>> deadline = Optional.empty();

    FirstByte(SipListener listener) {
        this.listener = listener;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        deadline = Optional.of(context.executor()
                .schedule(
                        () -> listener.closeLate(context, Deadline.HANDSHAKE),
                        listener.settings().handshake().toNanos(),
                        TimeUnit.NANOSECONDS));
        context.fireChannelActive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        deadline.ifPresent(timer -> timer.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
            context.fireChannelRead(message);
            return;
        }
        if (bytes.getByte(bytes.readerIndex()) == TLS_HANDSHAKE_RECORD) {
            SslHandler tls = listener.tls().context(listener.port()).newHandler(context.alloc());
            tls.setHandshakeTimeoutMillis(listener.settings().handshake().toMillis());
            context.pipeline().addLast(new Handshake(listener));
            context.pipeline().addAfter(context.name(), null, tls);
            context.pipeline().replace(this, null, new WholeRecords(listener, context.pipeline()));
        } else {
            SipConnection.install(context.pipeline(), listener, false, Optional.empty());
            context.pipeline().remove(this);
        }
        context.fireChannelRead(bytes);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == SipListener.DRAIN) {
            context.close();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // the peer has gone; nothing was said yet
    }
}
