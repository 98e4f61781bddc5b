package org.sipoauth.registrar.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sipoauth.registrar.register.Answer;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.register.Registrar;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.sip.SipDecoder;
import org.sipoauth.registrar.sip.SipEncoder;
import org.sipoauth.registrar.sip.SipParser;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;
import org.sipoauth.registrar.transport.SipListener.Revocation;
import org.sipoauth.verifier.status.StatusReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection on which SIP is spoken: answers what comes, and ends what takes too long. */
final class SipConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(SipConnection.class);
    private static final SipEncoder ENCODER = new SipEncoder();

    /** Of a phone. What an edge passes on may be of many, one of whom could end the connection of all. */
    private static final int MAX_MALFORMED_IN_A_ROW = 10;

    /** A phone has one login, or one for each of a few lines. */
    private static final int MAX_LOGINS = 16;

    /** A phone has one request at a time, an edge one for each of its phones. Beyond, we read on when we have answered. */
    static final int MAX_UNANSWERED = 256;

    private final SipListener listener;
    private final SipDecoder decoder;
    private Arrival arrival;
    private final String peerAddress;
    private final Optional<X509Certificate> edgeCertificate;
    private final UnfinishedMessages.Share unfinished;
    private final Map<Deadline, ScheduledFuture<?>> timers = new EnumMap<>(Deadline.class);
    private final Set<StatusReference> logins = new LinkedHashSet<>(); // of the phone, where it is not an edge's
    private int malformedInARow;
    private int unanswered;
    private boolean completedOne;
    private boolean registered;
    private boolean ending;

    private SipConnection(
            SipListener listener,
            SipDecoder decoder,
            Arrival arrival,
            Optional<X509Certificate> edgeCertificate,
            UnfinishedMessages.Share unfinished) {
        this.listener = listener;
        this.decoder = decoder;
        this.arrival = arrival;
        this.peerAddress = arrival.peer().getAddress().getHostAddress();
        this.edgeCertificate = edgeCertificate;
        this.unfinished = unfinished;
    }

    static void install(
            ChannelPipeline pipeline, SipListener listener, boolean encrypted, Optional<X509Certificate> shown) {
        boolean fromEdge = listener.port() == Arrival.Port.MRA;
        SipDecoder decoder = new SipDecoder(
                SipParser.forServerWithoutBodies(listener.settings().limits()));
        InetSocketAddress peer = (InetSocketAddress) pipeline.channel().remoteAddress();
        Arrival arrival = new Arrival(
                listener.port(),
                encrypted,
                peer,
                fromEdge
                        ? shown.flatMap(listener.tls().edges()::edgeOf)
                        : Optional.empty(), // EdgeTrust has let it pass
                fromEdge ? Optional.empty() : shown,
                pipeline.channel().id().asShortText() + "@" + peer.getAddress().getHostAddress() + ":"
                        + peer.getPort());
        UnfinishedMessages.Share unfinished =
                listener.unfinished().share(() -> pipeline.fireUserEventTriggered(SipListener.CROWDED_OUT));
        long idleMillis = listener.settings().idle().toMillis();
        pipeline.addLast(
                new IdleStateHandler(idleMillis, 0, 0, TimeUnit.MILLISECONDS),
                ENCODER,
                decoder,
                new SipConnection(listener, decoder, arrival, fromEdge ? shown : Optional.empty(), unfinished));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (arrival.edge().isEmpty()) {
            start(Deadline.UNREGISTERED, listener.settings().unregistered(), context);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopAll();
        takeUnfinished(0);
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        completedOne = true;
        if (ending) {
            return;
        }
        if (read instanceof Parsed.Message message) {
            malformedInARow = 0;
            if (message.message() instanceof SipRequest request) {
                answer(context, request);
            } else {
                LOG.debug("a response from {}, who was asked nothing", arrival.peer());
            }
        } else if (read instanceof Parsed.Ping) {
            context.write(new Parsed.Pong());
        } else if (read instanceof Parsed.Malformed malformed) {
            refuse(context, malformed);
        }
    }

    private void answer(ChannelHandlerContext context, SipRequest request) {
        CompletableFuture<Answer> answer =
                listener.handler().answer(request, arrival).toCompletableFuture();
        if (answer.isDone()) {
            send(context, answer.join());
        } else {
            unanswered++;
            readIfThereIsRoom(context);
            answer.whenCompleteAsync((late, failure) -> sendLate(context, late, failure), context.executor());
        }
        if (isOutOfPlace()) {
            end(context);
        }
    }

    /** Who does not speak TLS, or shows no certificate where edges show theirs: each is told once, and no phone is lost with it. */
    private boolean isOutOfPlace() {
        return !arrival.encrypted()
                || arrival.port() == Arrival.Port.MRA && arrival.edge().isEmpty();
    }

    private void sendLate(ChannelHandlerContext context, @Nullable Answer answer, @Nullable Throwable failure) {
        unanswered--;
        if (!context.channel().isActive()) {
            return; // the peer has not waited
        }
        if (answer == null) {
            exceptionCaught(context, failure == null ? new IllegalStateException("no answer") : failure);
            return;
        }
        send(context, answer);
        context.flush();
        readIfThereIsRoom(context);
        if (ending) {
            closeWhenAnswered(context);
        } else {
            endIfDrained(context);
        }
    }

    private void send(ChannelHandlerContext context, Answer answer) {
        if (answer.registered()) {
            registered = true;
            stop(Deadline.UNREGISTERED);
        }
        answer.status().ifPresent(this::remember);
        answer.response().ifPresent(response -> write(context, response));
    }

    private void remember(StatusReference login) {
        if (arrival.edge().isEmpty() && logins.add(login) && logins.size() > MAX_LOGINS) {
            logins.remove(logins.iterator().next());
        }
    }

    private void endIfRevoked(ChannelHandlerContext context, Revocation revocation) {
        if (!ending && logins.stream().anyMatch(revocation.revoked())) {
            listener.events().revoked(listener.port());
            LOG.info(
                    "closed {} on {}: its login was revoked",
                    arrival.peer(),
                    listener.port().label());
            end(context);
        }
    }

    /** Another of its names may let it in now, and not all of them make it believed. */
    private void followEdges(ChannelHandlerContext context) {
        if (arrival.edge().isPresent()) {
            arrival = arrival.of(edgeCertificate.flatMap(listener.tls().edges()::edgeOf));
            endIfUnlisted(context);
        }
    }

    private void endIfUnlisted(ChannelHandlerContext context) {
        if (!ending && edgeCertificate.isPresent() && arrival.edge().isEmpty()) {
            listener.events().edgeEnded();
            LOG.info(
                    "closed {} on {}: edge certificate {}: no longer on the list; to let it in, add one of its names {}{}",
                    arrival.peer(),
                    listener.port().label(),
                    EdgeTrust.subject(edgeCertificate.get()),
                    EdgeTrust.names(edgeCertificate.get()),
                    EdgeTrust.ADD_TO_LIST);
            end(context);
        }
    }

    private void refuse(ChannelHandlerContext context, Parsed.Malformed malformed) {
        listener.events().malformed(listener.port(), malformed.cause());
        if (malformedInARow++ == 0 && listener.logs(arrival.peer())) {
            LOG.info(
                    "malformed message from {} on {}: {} ({})",
                    arrival.peer(),
                    listener.port().label(),
                    malformed.cause().label(),
                    malformed.reason());
        }
        malformed.answer(Registrar.newTag()).ifPresent(response -> write(context, response));
        boolean enough = arrival.edge().isEmpty() && malformedInARow >= MAX_MALFORMED_IN_A_ROW;
        if (malformed.streamLost() || isOutOfPlace() || enough) {
            end(context);
        }
    }

    private void write(ChannelHandlerContext context, SipResponse response) {
        context.write(response.receivedFrom(peerAddress, arrival.peer().getPort()));
    }

    /** Reads no more, and closes once all is answered and has gone out; a peer that does not take it meets the deadline. */
    private void end(ChannelHandlerContext context) {
        ending = true;
        stopAll();
        start(Deadline.ANSWERS, listener.settings().message(), context);
        closeWhenAnswered(context);
    }

    private void closeWhenAnswered(ChannelHandlerContext context) {
        if (unanswered == 0) {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(gone -> close(context));
        }
    }

    private void endIfDrained(ChannelHandlerContext context) {
        if (listener.isDraining() && !decoder.inMessage() && unanswered == 0 && !ending) {
            end(context);
        }
    }

    private void takeUnfinished(int bytes) {
        unfinished.take(bytes, isOfSomebodyKnown());
    }

    /** Whether a phone has registered over it, or it is an edge's. */
    boolean isOfSomebodyKnown() {
        return registered || arrival.edge().isPresent();
    }

    /** What it holds goes at once, for closing takes its time; if that has begun, it takes its course. */
    private void crowdedOut(ChannelHandlerContext context) {
        decoder.abandon();
        takeUnfinished(0);
        if (!ending && context.channel().isActive()) {
            listener.events().crowdedOut(listener.port());
            close(context);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
        takeUnfinished(decoder.heldBytes());
        if (completedOne || !decoder.inMessage()) {
            stop(Deadline.MESSAGE);
            completedOne = false;
        }
        if (decoder.inMessage()) {
            awaitMessage(context);
        } else {
            endIfDrained(context);
        }
        context.fireChannelReadComplete();
    }

    /** Back-pressure: who does not read our answers is not read, nor who has asked more than we have answered. */
    private void readIfThereIsRoom(ChannelHandlerContext context) {
        boolean room = context.channel().isWritable() && unanswered < MAX_UNANSWERED;
        context.channel().config().setAutoRead(room);
        if (!room) {
            stop(Deadline.MESSAGE); // it may have been sent to its end
        } else if (decoder.inMessage()) {
            awaitMessage(context);
        }
    }

    private void awaitMessage(ChannelHandlerContext context) {
        if (!ending && context.channel().config().isAutoRead()) {
            start(Deadline.MESSAGE, listener.settings().message(), context);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        readIfThereIsRoom(context);
        if (!context.channel().isWritable()) {
            start(Deadline.ANSWERS, listener.settings().message(), context);
        } else if (!ending) {
            stop(Deadline.ANSWERS);
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            if (!ending) { // else its answers have their deadline
                closeLate(context, Deadline.IDLE);
            }
        } else if (event == SipListener.DRAIN) {
            endIfDrained(context);
        } else if (event instanceof Revocation revocation) {
            endIfRevoked(context, revocation);
        } else if (event == SipListener.CROWDED_OUT) {
            crowdedOut(context);
        } else if (event == SipListener.EDGES_CHANGED) {
            followEdges(context);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("connection from {} ended: {}", arrival.peer(), cause.toString());
        close(context);
    }

    /** At once; no deadline is missed in the moment that it takes. */
    private void close(ChannelHandlerContext context) {
        ending = true;
        stopAll();
        context.close();
    }

    private void start(Deadline deadline, Duration time, ChannelHandlerContext context) {
        timers.computeIfAbsent(
                deadline,
                late -> context.executor()
                        .schedule(() -> closeLate(context, late), time.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** The first deadline that is missed is the one that counts. */
    private void closeLate(ChannelHandlerContext context, Deadline deadline) {
        ending = true;
        stopAll();
        listener.closeLate(context, deadline);
    }

    private void stopAll() {
        timers.values().forEach(timer -> timer.cancel(false));
        timers.clear();
    }

    private void stop(Deadline deadline) {
        ScheduledFuture<?> timer = timers.remove(deadline);
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
