package org.sipoauth.cli.edge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;
import org.sipoauth.cli.TestPki;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipParser;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;

/** A SIP server whose port for edges takes or refuses them as a test says, by the TLS that the registrar uses. */
final class TestNode implements AutoCloseable {
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Function<SipRequest, SipResponse> script;
    private final Channel listener;

    /** @param shown whose certificate it shows: {@code node}, or another of the PKI */
    static TestNode start(TestPki pki, String shown, String protocol) throws SSLException {
        return new TestNode(tls(pki, shown, protocol, OptionalInt.empty()), request -> answer(request, 200, "OK"));
    }

    static TestNode answering(TestPki pki, Function<SipRequest, SipResponse> script) throws SSLException {
        return new TestNode(tls(pki, "node", "TLSv1.3", OptionalInt.empty()), script);
    }

    /** @param openSslError of {@code x509_vfy.h}, from which OpenSSL makes the alert */
    static TestNode refusing(TestPki pki, String protocol, int openSslError) throws SSLException {
        return new TestNode(tls(pki, "node", protocol, OptionalInt.of(openSslError)), request -> {
            throw new IllegalStateException("nobody is let in");
        });
    }

    /** A port for phones. */
    static TestNode askingForNoCertificate(TestPki pki) throws SSLException {
        return new TestNode(server(pki, "node").build(), request -> answer(request, 200, "OK"));
    }

    static SipResponse answer(SipRequest request, int status, String reason) {
        return SipResponse.answering(request, status, reason, "t1");
    }

    private static SslContext tls(TestPki pki, String shown, String protocol, OptionalInt refusal) throws SSLException {
        return server(pki, shown)
                .protocols(protocol)
                .clientAuth(ClientAuth.REQUIRE)
                .trustManager(new Judge(refusal))
                .build();
    }

    private static SslContextBuilder server(TestPki pki, String shown) {
        return SslContextBuilder.forServer(
                        pki.file(shown + ".crt").toFile(),
                        pki.file(shown + ".key").toFile())
                .sslProvider(SslProvider.OPENSSL);
    }

    private TestNode(SslContext tls, Function<SipRequest, SipResponse> script) {
        this.script = script;
        this.listener = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connection.pipeline().addLast(tls.newHandler(connection.alloc()), new Sip());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    String address() {
        return "localhost:" + ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    private final class Sip extends SimpleChannelInboundHandler<ByteBuf> {
        private final SipParser parser = SipParser.forServer(Limits.DEFAULT);

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf read) {
            byte[] bytes = new byte[read.readableBytes()];
            read.readBytes(bytes);
            parser.append(bytes, 0, bytes.length);
            for (Optional<Parsed> parsed = parser.next(); parsed.isPresent(); parsed = parser.next()) {
                if (parsed.get() instanceof Parsed.Message message && message.message() instanceof SipRequest request) {
                    context.writeAndFlush(Unpooled.wrappedBuffer(SipPrinter.print(script.apply(request))));
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable refusedOrGone) {
            context.close();
        }
    }

    private record Judge(OptionalInt refusal) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            if (refusal.isPresent()) {
                throw new OpenSslCertificateException(refusal.getAsInt());
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            throw new IllegalStateException("this is a server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
