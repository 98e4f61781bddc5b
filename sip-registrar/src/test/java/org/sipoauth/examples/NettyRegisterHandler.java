package org.sipoauth.examples;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.sipoauth.verifier.AccessToken;
import org.sipoauth.verifier.status.StatusSnapshot;

/**
 * Answers REGISTER in a Netty pipeline, after the SIP codec: {@code pipeline.addLast(codec, registerHandler)}. One handler
 * serves all connections. It also ends the connections of logins that are revoked.
 */
@Sharable
public final class NettyRegisterHandler extends SimpleChannelInboundHandler<NettyRegisterHandler.Register> {
    private static final AttributeKey<AccessToken> TOKEN = AttributeKey.valueOf("sip.access.token");

    private final RegisterGate gate;
    private final ChannelGroup registered = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /** What the codec makes of a REGISTER; {@code authorization}, the Bearer one of several, is null where there is none. */
    public record Register(String addressOfRecord, String authorization) {}

    public NettyRegisterHandler(RegisterGate gate) {
        this.gate = gate;
        gate.onRevocation(this::endRevoked);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Register register) {
        RegisterGate.Answer answer = gate.decide(register.authorization(), register.addressOfRecord());
        answer.token().ifPresent(token -> {
            context.channel().attr(TOKEN).set(token);
            registered.add(context.channel()); // leaves by itself when the channel closes
        });
        context.writeAndFlush(answer); // the codec makes a response of it
    }

    /** On the thread that reads the status lists; closing a channel is handed to its own event loop. */
    private void endRevoked(StatusSnapshot statuses) {
        for (Channel channel : registered) {
            AccessToken token = channel.attr(TOKEN).get();
            if (token.status().filter(statuses::isRevoked).isPresent()) {
                channel.close();
            }
        }
    }
}
