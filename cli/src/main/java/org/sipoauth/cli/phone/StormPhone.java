package org.sipoauth.cli.phone;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.http.NetworkTrouble;
import org.sipoauth.cli.phone.RegisterDialogue.Outcome;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipDecoder;
import org.sipoauth.registrar.sip.SipEncoder;
import org.sipoauth.registrar.sip.SipParser;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;
import org.sipoauth.registrar.sip.SipUri;

/**
 * One phone of many: connects, registers, registers again before the binding ends, and comes back when it loses its
 * connection. Everything happens on its event loop, and nothing there waits.
 */
final class StormPhone {
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(32); // RFC 3261 §17.1.2.2, timer F
    private static final SipEncoder ENCODER = new SipEncoder();

    /** What all phones of a storm have in common. */
    record Surroundings(
            Bootstrap bootstrap, SslContext tls, Storm.Plan plan, StormTally tally, RandomGenerator random) {}

    private final Surroundings storm;
    private final EventLoop loop;
    private final SipUri aor;
    private final String device;
    private final RetryDelay retryDelay;
    private final StormTokens tokens;

    private @Nullable Channel channel;
    private boolean registered;
    private boolean ended;
    private int failures;

    /** @param tokens used on that loop alone */
    StormPhone(Surroundings storm, EventLoop loop, SipUri aor, String device, StormTokens tokens) {
        this.storm = storm;
        this.loop = loop;
        this.aor = aor;
        this.device = device;
        this.retryDelay = new RetryDelay(storm.random());
        this.tokens = tokens;
    }

    /** Starts after this time. */
    void start(Duration delay) {
        after(delay, () -> {
            storm.tally().count(StormTally.Count.STARTED);
            tokens.keepFresh(loop);
            connect();
        });
    }

    /** Hangs up; the binding stays until it expires. */
    void end() {
        loop.execute(() -> {
            ended = true;
            if (channel != null) {
                channel.close();
            }
        });
    }

    private void connect() {
        if (ended) {
            return;
        }
        Connection connection = new Connection();
        storm.bootstrap()
                .clone(loop)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        Storm.Plan plan = storm.plan();
                        opened.pipeline()
                                .addLast(storm.tls().newHandler(opened.alloc(), plan.host(), plan.port()))
                                .addLast(new SipDecoder(SipParser.forClient(Limits.DEFAULT)), ENCODER, connection);
                    }
                })
                .connect(storm.plan().host(), storm.plan().port())
                .addListener(tried -> {
                    if (!tried.isSuccess()) {
                        notConnected(tried.cause());
                        comeBack();
                    }
                });
    }

    private void notConnected(Throwable cause) {
        storm.tally().notConnected(inWords(cause));
    }

    private static String inWords(Throwable cause) {
        if (cause instanceof ClosedChannelException) {
            return "the server closed the connection before TLS was agreed on";
        }
        if (cause instanceof ConnectTimeoutException) {
            return "no answer in time"; // Netty's text names the address, and each its own
        }
        if (cause instanceof SSLException) { // OpenSSL's own text is general; what it was stands deepest
            return NetworkTrouble.inWords(new SSLHandshakeException(root(cause).getMessage()));
        }
        return cause instanceof IOException trouble
                ? NetworkTrouble.inWords(trouble)
                : cause.getClass().getSimpleName();
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (Throwable below = root.getCause(); below != null; below = below.getCause()) {
            root = below;
        }
        return root;
    }

    private void comeBack() {
        failures++;
        after(retryDelay.after(failures), this::connect);
    }

    private void after(Duration delay, Runnable task) {
        if (!loop.isShuttingDown()) {
            loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** One connection from its start to its end, with the registration that it carries. */
    private final class Connection extends ChannelInboundHandlerAdapter {
        private final long begun = System.nanoTime();
        private @Nullable RegisterDialogue dialogue;
        private Optional<String> branch = Optional.empty();
        private @Nullable ScheduledFuture<?> patience;
        private long asked;
        private long thoughtNanoseconds;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            context.fireChannelActive();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    storm.tally().connected(System.nanoTime() - begun);
                    InetSocketAddress local =
                            (InetSocketAddress) context.channel().localAddress();
                    dialogue = new RegisterDialogue(
                            SipConnection.uriHost(local.getAddress()), local.getPort(), aor, device);
                    register(context);
                } else {
                    notConnected(handshake.cause());
                }
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object read) {
            if (read instanceof Parsed.Message message && message.message() instanceof SipResponse response) {
                if (patience != null
                        && response.status() >= 200
                        && response.topVia().branch().equals(branch)) {
                    answered(context, response);
                }
            } else if (read instanceof Parsed.Message message && message.message() instanceof SipRequest request) {
                SipConnection.answerTo(request).ifPresent(context::writeAndFlush);
            } else if (read instanceof Parsed.Malformed malformed && malformed.streamLost()) {
                storm.tally().refused("the server does not speak SIP: " + malformed.reason());
                context.close();
            }
        }

        private void noLongerRegistered() {
            if (registered) {
                registered = false;
                storm.tally().oneLess();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            stopWaiting();
            noLongerRegistered();
            if (!ended) {
                if (dialogue != null) {
                    storm.tally().count(StormTally.Count.LOST);
                }
                comeBack();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close(); // what it was is counted where the connection ends
        }

        private void register(ChannelHandlerContext context) {
            if (!context.channel().isActive() || ended) {
                return;
            }
            asked = System.nanoTime();
            thoughtNanoseconds = 0;
            send(context);
        }

        private void send(ChannelHandlerContext context) {
            if (!context.channel().isActive() || dialogue == null) {
                return;
            }
            SipRequest request = dialogue.request(tokens.accessToken());
            branch = request.topVia().branch();
            context.writeAndFlush(request);
            patience = loop.schedule(
                    () -> {
                        storm.tally().count(StormTally.Count.UNANSWERED);
                        context.close();
                    },
                    TRANSACTION_TIMEOUT.toNanos(),
                    TimeUnit.NANOSECONDS);
        }

        private void stopWaiting() {
            if (patience != null) {
                patience.cancel(false);
                patience = null;
            }
        }

        private void answered(ChannelHandlerContext context, SipResponse response) {
            stopWaiting();
            Optional<Outcome> outcome = dialogue == null ? Optional.empty() : dialogue.take(response);
            if (outcome.isPresent()) {
                settle(context, outcome.get());
                return;
            }
            Duration think = storm.plan().think();
            if (think.isZero()) {
                send(context);
            } else {
                long nanoseconds =
                        Math.round(think.toNanos() * 2 * storm.random().nextDouble());
                thoughtNanoseconds += nanoseconds;
                after(Duration.ofNanos(nanoseconds), () -> send(context));
            }
        }

        private void settle(ChannelHandlerContext context, Outcome outcome) {
            if (outcome instanceof Outcome.Registered granted) {
                failures = 0;
                storm.tally().registered(System.nanoTime() - asked - thoughtNanoseconds, !registered);
                registered = true;
                after(untilNext(granted), () -> register(context));
                return;
            }
            noLongerRegistered(); // though a binding of before may last a little
            failures++;
            Duration delay = retryDelay.after(failures);
            if (outcome instanceof Outcome.TokenRejected rejected) {
                storm.tally().refused("the token: " + rejected.reason());
                tokens.replace();
            } else if (outcome instanceof Outcome.Refused refused) {
                storm.tally()
                        .refused(refused.status() + " " + refused.reason()
                                + refused.warning().map(text -> ", " + text).orElse(""));
                delay = refused.retryAfter().orElse(delay);
            }
            after(delay, () -> register(context));
        }

        private Duration untilNext(Outcome.Registered granted) {
            Duration usual = storm.plan()
                    .every()
                    .orElse(granted.granted().multipliedBy(4).dividedBy(5)); // before the binding ends
            double spread = 0.94 + storm.random().nextDouble() * 0.12; // so that not all come at once
            return Duration.ofMillis(Math.round(usual.toMillis() * spread));
        }
    }
}
