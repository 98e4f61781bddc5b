package org.sipoauth.registrar.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.registrar.TestPki;
import org.sipoauth.registrar.management.RegistrarMetrics;
import org.sipoauth.registrar.register.Answer;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.register.PeerLog;
import org.sipoauth.registrar.sip.Headers;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.sip.SipPrinter;
import org.sipoauth.registrar.sip.SipRequest;
import org.sipoauth.registrar.sip.SipResponse;
import org.sipoauth.verifier.status.StatusReference;

/** A connection whose answers come later, as those do that wait for a store. */
class SipConnectionTest {
    private static final StatusReference LOGIN = new StatusReference("https://as.example.com/list", 7);

    private static final long UNFINISHED = 60_000;

    private static final Duration LONG = Duration.ofMinutes(1);

    private final List<Arrival> arrivals = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, CompletableFuture<Answer>> answers = new HashMap<>();
    private final Map<String, SipRequest> requests = new HashMap<>();
    private Path folder;
    private ServerTls tls;
    private SipListener listener;
    private EmbeddedChannel channel;

    @BeforeEach
    void connect(@TempDir Path directory) throws Exception {
        folder = directory;
        new TestPki("test CA").writeNode(directory);
        tls = new ServerTls(
                new TlsFiles(directory.resolve("node.crt"), directory.resolve("node.key"), Optional.empty()),
                new EdgeList(List.of("edge.example.com"), Optional.empty(), List.of()),
                false);
        connect(Arrival.Port.OAUTH, Optional.empty());
    }

    private void connect(Arrival.Port port, Optional<X509Certificate> shown) {
        Duration minute = Duration.ofMinutes(1);
        TransportSettings settings =
                new TransportSettings(minute, minute, minute, minute, minute, 1, 1, Limits.DEFAULT, UNFINISHED);
        listener = new SipListener(
                port,
                settings,
                tls,
                this::answer,
                new RegistrarMetrics(meters),
                new UnfinishedMessages(settings.unfinishedBytes()),
                new PeerLog());
        channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress("192.0.2.4", 5061);
            }
        };
        SipConnection.install(channel.pipeline(), listener, true, shown);
    }

    private CompletionStage<Answer> answer(SipRequest request, Arrival arrival) {
        requests.put(request.callId(), request);
        arrivals.add(arrival);
        return answers.computeIfAbsent(request.callId(), id -> new CompletableFuture<>());
    }

    private void ask(String callId) {
        Headers headers = Headers.NONE
                .plus("Via", "SIP/2.0/TLS 192.0.2.4:5061;branch=z9hG4bK" + callId)
                .plus("From", "<sip:1001@example.com>;tag=a")
                .plus("To", "<sip:1001@example.com>")
                .plus("Call-ID", callId)
                .plus("CSeq", "1 REGISTER");
        channel.writeInbound(
                Unpooled.wrappedBuffer(SipPrinter.print(SipRequest.of("REGISTER", "sip:example.com", headers))));
    }

    /** As a store's thread does; what follows from it happens on the connection's. */
    private void complete(String callId) {
        SipResponse response = SipResponse.answering(requests.get(callId), 200, "OK", "b");
        answers.get(callId).complete(new Answer(Optional.of(response), true, Optional.of(LOGIN)));
        channel.runPendingTasks();
    }

    private List<String> answered() {
        List<String> callIds = new ArrayList<>();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            out.toString(StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> line.startsWith("Call-ID: "))
                    .forEach(line -> callIds.add(line.substring("Call-ID: ".length())));
            out.release();
        }
        return callIds;
    }

    @Test
    void answersEachRequestWhenItsAnswerIsThere() {
        ask("a");
        ask("b");
        assertThat(answered()).isEmpty();

        complete("b");
        assertThat(answered()).containsExactly("b");
        complete("a");
        assertThat(answered()).containsExactly("a");
    }

    private void sendMalformed(int times) {
        for (int i = 0; i < times && channel.isOpen(); i++) {
            channel.writeInbound(Unpooled.copiedBuffer(
                    "REGISTER sip:example.com SIP/2.0\r\nContent-Length: 0\r\n\r\n", StandardCharsets.US_ASCII));
        }
    }

    @Test
    void endsThePhoneThatSendsOneMalformedMessageAfterAnother() {
        sendMalformed(9);
        assertThat(channel.isOpen()).isTrue();
        sendMalformed(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void doesNotEndAnEdgeOverTheMalformedMessagesOfAPhone() throws Exception {
        X509Bundle edge = new CertificateBuilder()
                .ecp256()
                .subject("CN=edge.example.com")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        connect(Arrival.Port.MRA, Optional.of(edge.getCertificate()));

        sendMalformed(100);

        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void takesAtOnceWhatIsAnsweredAtOnce() {
        answers.put("a", CompletableFuture.completedFuture(new Answer(Optional.empty(), true, Optional.of(LOGIN))));
        ask("a");
        channel.pipeline().fireUserEventTriggered(new SipListener.Revocation(LOGIN::equals));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void readsNoFurtherThanItHasRoomForUnansweredRequests() {
        IntStream.range(0, SipConnection.MAX_UNANSWERED - 1).forEach(i -> ask("a" + i));
        assertThat(channel.config().isAutoRead()).isTrue();
        ask("last");
        assertThat(channel.config().isAutoRead()).isFalse();

        complete("last");
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void drainsOnceAllIsAnswered() {
        ask("a");
        ask("b");
        listener.drain();
        channel.pipeline().fireUserEventTriggered(SipListener.DRAIN);
        complete("a");
        assertThat(channel.isOpen()).isTrue();

        complete("b");
        assertThat(answered()).containsExactly("a", "b");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void answersWhatCameBeforeTheStreamWasLost() {
        ask("a");
        channel.writeInbound(Unpooled.copiedBuffer("\u0000".repeat(40_000), StandardCharsets.US_ASCII));
        assertThat(channel.isOpen()).isTrue();

        complete("a");
        assertThat(answered()).containsExactly("a");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void bearsAPeerThatHasGoneMeanwhile() {
        ask("a");
        channel.close();
        complete("a");

        assertThat(answered()).isEmpty();
        channel.checkException();
    }

    @Test
    void endsWithTheLoginThatItsLateAnswerWasFor() {
        ask("a");
        complete("a");
        channel.pipeline().fireUserEventTriggered(new SipListener.Revocation(LOGIN::equals));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void endsWhatBeginsMoreThanThereIsRoomFor() {
        UnfinishedMessages.Share other = listener.unfinished().share(() -> {});
        other.take((int) UNFINISHED - 10_000, true);
        begin(8_000);

        assertThat(channel.isOpen()).isFalse();
        assertThat(listener.unfinished().bytes()).isEqualTo(UNFINISHED - 10_000);
    }

    @Test
    void takesNoRoomForABody() {
        channel.writeInbound(Unpooled.copiedBuffer(head("Content-Length: 60000\r\n\r\n"), StandardCharsets.US_ASCII));
        long ofTheHead = listener.unfinished().bytes();
        for (int i = 0; i < 59; i++) {
            channel.writeInbound(Unpooled.wrappedBuffer(new byte[1_000]));
        }
        assertThat(listener.unfinished().bytes()).isBetween(1L, ofTheHead);

        channel.writeInbound(Unpooled.wrappedBuffer(new byte[1_000]));
        assertThat(requests).containsKey("begun");
        assertThat(listener.unfinished().bytes()).isZero();
    }

    @Test
    void givesBackItsRoomWhenItCloses() {
        begin(1_000);
        assertThat(listener.unfinished().bytes()).isGreaterThan(1_000);

        channel.close();
        assertThat(listener.unfinished().bytes()).isZero();
    }

    private void begin(int bytes) {
        channel.writeInbound(
                Unpooled.copiedBuffer(head("Subject: " + "a".repeat(bytes) + "\r\n"), StandardCharsets.US_ASCII));
    }

    private static String head(String end) {
        return "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.4:5061;branch=z9hG4bK1\r\n"
                + "From: <sip:1001@example.com>;tag=a\r\nTo: <sip:1001@example.com>\r\nCall-ID: begun\r\n"
                + "CSeq: 1 REGISTER\r\n" + end;
    }

    private double timeouts() {
        return meters.find("sip.timeouts").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private void pass(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    /** A socket that is closed takes its time to say so, as with {@link LingeringClose}. */
    private void linger() {
        channel.freezeTime();
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void close(ChannelHandlerContext context, ChannelPromise promise) {
                // later
            }
        });
    }

    @Test
    void closesASilentPhoneThatIsRegistered() {
        channel.freezeTime();
        ask("a");
        complete("a");
        pass(LONG.minusSeconds(1));
        assertThat(channel.isOpen()).isTrue();

        pass(LONG);
        assertThat(channel.isOpen()).isFalse();
        assertThat(meters.get("sip.timeouts").tag("deadline", "idle").counter().count())
                .isEqualTo(1);
    }

    @Test
    void countsTheFirstDeadlineAlone() {
        linger();
        begin(10);
        pass(LONG);
        pass(LONG);
        pass(LONG);

        assertThat(timeouts()).isEqualTo(1);
    }

    @Test
    void countsNoDeadlineOfWhatItEndsItself() {
        linger();
        sendMalformed(10);
        pass(LONG);
        pass(LONG);

        assertThat(timeouts()).isZero();
    }

    @Test
    void crowdsOutNobodyWhoIsClosingAlready() {
        linger();
        sendMalformed(10);
        channel.pipeline().fireUserEventTriggered(SipListener.CROWDED_OUT);

        assertThat(meters.find("sip.connections.crowded.out").counters()).allMatch(counter -> counter.count() == 0);
    }

    @Test
    void givesBackItsRoomWhenItIsCrowdedOutHoweverLongItTakesToClose() {
        linger();
        begin(1_000);
        channel.pipeline().fireUserEventTriggered(SipListener.CROWDED_OUT);

        assertThat(channel.isOpen()).isTrue();
        assertThat(listener.unfinished().bytes()).isZero();
    }

    @Test
    void countsWhomItCrowdsOut() {
        channel.pipeline().fireUserEventTriggered(SipListener.CROWDED_OUT);

        assertThat(meters.get("sip.connections.crowded.out")
                        .tag("port", "oauth")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void givesAMessageThatItDoesNotReadItsTime() {
        channel.freezeTime();
        IntStream.range(0, SipConnection.MAX_UNANSWERED).forEach(i -> ask("a" + i));
        complete("a1"); // registered, so that no other deadline is near
        ask("more");
        begin(10);
        assertThat(channel.config().isAutoRead()).isFalse();
        pass(LONG.minusSeconds(1));
        ping();
        pass(LONG.minusSeconds(1));
        assertThat(channel.isOpen()).isTrue();

        complete("a2");
        assertThat(channel.config().isAutoRead()).isTrue();
        ping();
        pass(LONG.minusSeconds(1));
        assertThat(channel.isOpen()).isTrue();
        ping();
        pass(Duration.ofSeconds(2));
        assertThat(channel.isOpen()).isFalse();
        assertThat(meters.get("sip.timeouts")
                        .tag("deadline", "message")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    private void ping() {
        channel.pipeline().fireChannelRead(Unpooled.EMPTY_BUFFER); // bytes came: the connection is not idle
        channel.pipeline().fireChannelReadComplete();
    }

    @Test
    void believesAnEdgeNoLongerThanTheNameThatIsBelievedIsListed() throws Exception {
        EdgeList edges = new EdgeList(List.of("edge.example.com"), Optional.empty(), List.of("proxy.example.com"));
        edges.serve(Set.of("proxy.example.com"));
        tls = new ServerTls(
                new TlsFiles(folder.resolve("node.crt"), folder.resolve("node.key"), Optional.empty()), edges, false);
        X509Bundle edge = new CertificateBuilder()
                .ecp256()
                .subject("CN=edge.example.com")
                .addSanDnsName("proxy.example.com")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        connect(Arrival.Port.MRA, Optional.of(edge.getCertificate()));
        ask("a");

        edges.serve(Set.of());
        channel.pipeline().fireUserEventTriggered(SipListener.EDGES_CHANGED);
        ask("b");

        assertThat(channel.isOpen()).isTrue();
        assertThat(arrivals)
                .extracting(arrival -> arrival.edge().orElseThrow().believed())
                .containsExactly(true, false);
    }

    @Test
    void closesRatherThanLeaveARequestWithoutAnswer() {
        ask("a");
        answers.get("a").completeExceptionally(new IllegalStateException("against the contract"));
        channel.runPendingTasks();

        assertThat(channel.isOpen()).isFalse();
    }
}
