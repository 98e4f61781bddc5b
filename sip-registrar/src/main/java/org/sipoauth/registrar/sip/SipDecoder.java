package org.sipoauth.registrar.sip;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Optional;

/** Netty handler: bytes in, {@link Parsed} out, through a {@link SipParser} of the connection's own. */
public final class SipDecoder extends ChannelInboundHandlerAdapter {
    private final SipParser parser;

    public SipDecoder(SipParser parser) {
        this.parser = parser;
    }

    /** Whether a message has begun and is not yet whole. */
    public boolean inMessage() {
        return parser.inMessage();
    }

    /** About how many bytes of memory it takes. */
    public int heldBytes() {
        return parser.heldBytes();
    }

    /** Reads no further, and lets go of what it holds. */
    public void abandon() {
        parser.abandon();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            context.fireChannelRead(message);
            return;
        }
        try {
            parser.append(bytes.nioBuffer());
        } finally {
            bytes.release();
        }
        for (Optional<Parsed> parsed = parser.next(); parsed.isPresent(); parsed = parser.next()) {
            context.fireChannelRead(parsed.get());
        }
    }
}
