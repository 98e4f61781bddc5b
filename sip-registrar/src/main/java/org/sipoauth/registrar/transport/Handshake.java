package org.sipoauth.registrar.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the TLS handshake, then makes way for SIP. */
final class Handshake extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

    private final SipListener listener;
    private boolean ended; // by us, which is no failure

    Handshake(SipListener listener) {
        this.listener = listener;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion && !ended) {
            if (completion.isSuccess()) {
                succeeded(context);
            } else {
                failed(context, completion.cause());
            }
        } else if (event == SipListener.CROWDED_OUT) {
            listener.events().crowdedOut(listener.port());
            end(context);
        } else if (event == SipListener.DRAIN) {
            end(context);
        }
        context.fireUserEventTriggered(event);
    }

    private void end(ChannelHandlerContext context) {
        ended = true;
        context.close();
    }

    private void succeeded(ChannelHandlerContext context) {
        SipConnection.install(context.pipeline(), listener, true, certificate(context));
        context.pipeline().remove(this);
    }

    /** Whose private key the peer has proved to hold. */
    static Optional<X509Certificate> certificate(ChannelHandlerContext context) {
        try {
            return Optional.of((X509Certificate) context.pipeline()
                    .get(SslHandler.class)
                    .engine()
                    .getSession()
                    .getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException noneShown) {
            return Optional.empty();
        }
    }

    private void failed(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof SslHandshakeTimeoutException) {
            listener.closeLate(context, Deadline.HANDSHAKE);
            return;
        }
        HandshakeFailure failure = HandshakeFailure.of(cause);
        listener.events().handshakeFailed(listener.port(), failure);
        if (listener.logs(context.channel().remoteAddress())) {
            LOG.info(
                    "TLS handshake failed: {}; from {} on {}: {}",
                    failure.label(),
                    context.channel().remoteAddress(),
                    listener.port().label(),
                    rootOf(cause));
        }
        context.close();
    }

    private static String rootOf(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // the completion event has told
    }
}
