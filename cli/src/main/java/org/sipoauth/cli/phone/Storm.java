package org.sipoauth.cli.phone;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.sipoauth.registrar.sip.SipUri;

/** Many phones at one registrar, each with its own TLS connection. */
final class Storm {
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

    /**
     * How the phones behave.
     *
     * @param arrivalsPerSecond how many of them start in a second
     * @param every how often each registers; empty: at 80 % of what the registrar grants
     * @param think the mean time from a challenge to its answer
     */
    record Plan(String host, int port, double arrivalsPerSecond, Optional<Duration> every, Duration think) {}

    /** One of the phones to be. */
    record Identity(SipUri aor, String device, StormTokens tokens) {}

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
    private final List<StormPhone> phones = new ArrayList<>();

    /** Starts; the phones arrive one by one from now on. */
    Storm(SslContext tls, Plan plan, List<Identity> identities, StormTally tally, RandomGenerator random) {
        Bootstrap bootstrap = new Bootstrap()
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS);
        StormPhone.Surroundings surroundings = new StormPhone.Surroundings(bootstrap, tls, plan, tally, random);
        for (Identity identity : identities) {
            EventLoop loop = loops.next();
            StormPhone phone = new StormPhone(surroundings, loop, identity.aor(), identity.device(), identity.tokens());
            phone.start(Duration.ofNanos(Math.round(phones.size() * 1e9 / plan.arrivalsPerSecond())));
            phones.add(phone);
        }
    }

    /** Hangs up; bindings stay until they expire. */
    void close() {
        phones.forEach(StormPhone::end);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
