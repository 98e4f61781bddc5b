package org.sipoauth.registrar.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;

/**
 * Passes TLS records on when they are whole (RFC 8446 §5.1). Netty's TLS waits for the rest of one, too, but believes any length; and
 * where it calls BoringSSL, it keeps each piece that arrives in a buffer of its own: 16,000 bytes of a record, sent one by one, took
 * 1,024,000 (with the JDK's TLS 16,384). Here a record takes one buffer, which counts among the {@linkplain UnfinishedMessages messages
 * that are not yet whole}.
 */
final class WholeRecords extends ChannelInboundHandlerAdapter {
    private static final int HEADER_BYTES = 5;

    /** Of TLS 1.2 (RFC 5246 §6.2.3); in 1.3 it is less. */
    private static final int LONGEST_BYTES = HEADER_BYTES + 16 * 1024 + 2048;

    private static final int FIRST_TYPE = 20; // change_cipher_spec
    private static final int LAST_TYPE = 24; // heartbeat
    private static final int MAJOR_VERSION = 3; // of SSL 3.0 and all of TLS

    private final UnfinishedMessages.Share unfinished;
    private ByteBuf begun = Unpooled.EMPTY_BUFFER;
    private boolean lost; // no record follows, or the connection is crowded out

    WholeRecords(SipListener listener, ChannelPipeline pipeline) {
        this.unfinished = listener.unfinished().share(() -> pipeline.fireUserEventTriggered(SipListener.CROWDED_OUT));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf read)) {
            context.fireChannelRead(message);
        } else if (lost) {
            read.release();
        } else if (begun.isReadable()) {
            try {
                begun.writeBytes(read);
            } finally {
                read.release();
            }
            passOn(context, begun);
        } else {
            passOn(context, read);
        }
    }

    private void passOn(ChannelHandlerContext context, ByteBuf bytes) {
        int whole = wholeBytes(bytes);
        if (whole == bytes.readableBytes() && !begun.isReadable()) {
            context.fireChannelRead(bytes); // as nearly all do
            return;
        }
        if (whole == 0 && bytes == begun && !lost) {
            keep(context, begun);
            return;
        }
        boolean wrong = lost;
        begun = bytes; // which goes with the connection, should there be no memory for the rest
        ByteBuf rest = wrong ? Unpooled.EMPTY_BUFFER : restOf(bytes, whole, context);
        keep(context, rest);
        if (whole == 0 || lost && !wrong) {
            bytes.release();
        } else {
            context.fireChannelRead(bytes.writerIndex(bytes.readerIndex() + whole));
        }
        if (wrong) {
            context.fireChannelRead(Unpooled.wrappedBuffer(new byte[HEADER_BYTES])); // which TLS refuses as no record
        }
    }

    private static ByteBuf restOf(ByteBuf bytes, int whole, ChannelHandlerContext context) {
        int length = bytes.readableBytes() - whole;
        return length == 0
                ? Unpooled.EMPTY_BUFFER
                : context.alloc().buffer(length).writeBytes(bytes, bytes.readerIndex() + whole, length);
    }

    /** Of the whole records at the beginning; the stream is lost where no record follows them. */
    private int wholeBytes(ByteBuf bytes) {
        int at = bytes.readerIndex();
        while (bytes.writerIndex() - at >= HEADER_BYTES) {
            int type = bytes.getUnsignedByte(at);
            int length = HEADER_BYTES + bytes.getUnsignedShort(at + 3);
            if (type < FIRST_TYPE
                    || type > LAST_TYPE
                    || bytes.getUnsignedByte(at + 1) != MAJOR_VERSION
                    || length > LONGEST_BYTES) {
                lost = true;
                break;
            }
            if (length > bytes.writerIndex() - at) {
                break;
            }
            at += length;
        }
        return at - bytes.readerIndex();
    }

    /** Making room for it may end this connection. */
    private void keep(ChannelHandlerContext context, ByteBuf rest) {
        begun = rest;
        SipConnection speaking = rest.isReadable() ? context.pipeline().get(SipConnection.class) : null;
        unfinished.take(rest.capacity(), speaking != null && speaking.isOfSomebodyKnown());
    }

    private void letGo(ChannelHandlerContext context) {
        ByteBuf held = begun;
        keep(context, Unpooled.EMPTY_BUFFER);
        held.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == SipListener.CROWDED_OUT) {
            lost = true;
            letGo(context);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        letGo(context);
    }
}
