package org.sipoauth.registrar.sip;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/** Netty handler: writes a {@link SipMessage}, or a keep-alive, as bytes. */
@Sharable
public final class SipEncoder extends ChannelOutboundHandlerAdapter {
    private static final byte[] PING = {'\r', '\n', '\r', '\n'};
    private static final byte[] PONG = {'\r', '\n'};

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof SipMessage sip) {
            context.write(Unpooled.wrappedBuffer(SipPrinter.print(sip)), promise);
        } else if (message instanceof Parsed.Ping) {
            context.write(Unpooled.wrappedBuffer(PING), promise);
        } else if (message instanceof Parsed.Pong) {
            context.write(Unpooled.wrappedBuffer(PONG), promise);
        } else {
            context.write(message, promise);
        }
    }
}
