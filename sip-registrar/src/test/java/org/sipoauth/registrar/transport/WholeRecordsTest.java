package org.sipoauth.registrar.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sipoauth.registrar.TestPki;
import org.sipoauth.registrar.management.RegistrarMetrics;
import org.sipoauth.registrar.register.Arrival;
import org.sipoauth.registrar.register.PeerLog;
import org.sipoauth.registrar.sip.Limits;

class WholeRecordsTest {
    private static final int HANDSHAKE = 22;
    private static final int DATA = 23;
    private static final int LONGEST = 16 * 1024 + 2048;
    private static final int MOST_UNFINISHED = 70_000;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private SipListener listener;
    private boolean shookHands;
    private boolean spokeSip;

    @BeforeEach
    void listen(@TempDir Path directory) throws Exception {
        new TestPki("test CA").writeNode(directory);
        listen(directory, MOST_UNFINISHED);
    }

    private void listen(Path directory, long mostUnfinished) throws Exception {
        Duration minute = Duration.ofMinutes(1);
        TransportSettings settings =
                new TransportSettings(minute, minute, minute, minute, minute, 1, 1, Limits.DEFAULT, mostUnfinished);
        listener = new SipListener(
                Arrival.Port.OAUTH,
                settings,
                new ServerTls(
                        new TlsFiles(directory.resolve("node.crt"), directory.resolve("node.key"), Optional.empty()),
                        new EdgeList(List.of(), Optional.empty(), List.of()),
                        false),
                (request, arrival) -> {
                    throw new IllegalStateException("no request comes");
                },
                new RegistrarMetrics(meters),
                new UnfinishedMessages(settings.unfinishedBytes()),
                new PeerLog());
    }

    private EmbeddedChannel channel() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast(new WholeRecords(listener, channel.pipeline()));
        return channel;
    }

    /** A connection whose TLS has not begun, and which begins it with the first byte. */
    private EmbeddedChannel beforeTls() {
        ChannelHandler behindTls = new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                context.fireUserEventTriggered(event);
                shookHands |= event instanceof SslHandshakeCompletionEvent completion && completion.isSuccess();
                spokeSip |= context.pipeline().get(SipConnection.class) != null;
            }
        };
        return new EmbeddedChannel(new FirstByte(listener), behindTls) {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress("192.0.2.4", 5061);
            }
        };
    }

    private static byte[] header(int type, int length) {
        return new byte[] {(byte) type, 3, 3, (byte) (length >> 8), (byte) length};
    }

    private static byte[] records(int... lengths) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int length : lengths) {
            byte[] content = new byte[length];
            new Random(length).nextBytes(content);
            stream.writeBytes(header(DATA, length));
            stream.writeBytes(content);
        }
        return stream.toByteArray();
    }

    private static List<byte[]> passed(EmbeddedChannel channel) {
        List<byte[]> passed = new ArrayList<>();
        for (ByteBuf read = channel.readInbound(); read != null; read = channel.readInbound()) {
            byte[] bytes = new byte[read.readableBytes()];
            read.readBytes(bytes);
            assertThat(read.release()).isTrue();
            passed.add(bytes);
        }
        return passed;
    }

    private static byte[] joined(List<byte[]> pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.forEach(all::writeBytes);
        return all.toByteArray();
    }

    @Test
    void passesRecordsOnWholeInWhateverPiecesTheyCome() {
        byte[] stream = records(1, 300, 2, 40, 700);
        for (int size = 1; size <= stream.length; size++) {
            EmbeddedChannel channel = channel();
            List<byte[]> passed = new ArrayList<>();
            for (int from = 0; from < stream.length; from += size) {
                channel.writeInbound(Unpooled.copiedBuffer(stream, from, Math.min(size, stream.length - from)));
                passed.addAll(passed(channel));
            }
            assertThat(joined(passed)).as("in pieces of %d", size).isEqualTo(stream);
            assertThat(passed)
                    .allSatisfy(piece -> assertThat(endsWithARecord(piece)).isTrue());
            assertThat(listener.unfinished().bytes()).isZero();
        }
    }

    private static boolean endsWithARecord(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            at += 5 + (bytes[at + 3] & 0xff) * 256 + (bytes[at + 4] & 0xff);
        }
        return at == bytes.length;
    }

    @Test
    void keepsInOneBufferWhatComesByteByByte() {
        EmbeddedChannel channel = channel();
        byte[] stream = records(LONGEST);
        for (int i = 0; i < stream.length - 1; i++) {
            ByteBuf one = Unpooled.copiedBuffer(stream, i, 1);
            channel.writeInbound(one);
            assertThat(one.refCnt()).isZero();
        }
        assertThat(passed(channel)).isEmpty();
        assertThat(listener.unfinished().bytes()).isBetween((long) stream.length - 1, 2L * stream.length);

        channel.writeInbound(Unpooled.copiedBuffer(stream, stream.length - 1, 1));
        assertThat(passed(channel)).containsExactly(stream);
        assertThat(listener.unfinished().bytes()).isZero();
    }

    @Test
    void makesTlsRefuseWhatIsNoRecordAndPassesNothingAfterIt() {
        byte[] whole = records(10);
        for (byte[] wrong :
                List.of(header(DATA, LONGEST + 1), header(DATA, 0xffff), header(19, 1), header(25, 1), new byte[] {
                    DATA, 1, 1, 0, 1
                })) {
            EmbeddedChannel channel = channel();
            channel.writeInbound(Unpooled.copiedBuffer(whole, wrong, new byte[100]));
            channel.writeInbound(Unpooled.copiedBuffer(whole));

            assertThat(joined(passed(channel))).isEqualTo(Arrays.copyOf(whole, whole.length + 5));
            assertThat(listener.unfinished().bytes()).isZero();
        }
    }

    @Test
    void letsGoOfWhatHasBegunWhenTheConnectionEnds() {
        EmbeddedChannel channel = channel();
        channel.writeInbound(Unpooled.copiedBuffer(records(100), 0, 50));
        assertThat(listener.unfinished().bytes()).isPositive();

        channel.close();
        assertThat(listener.unfinished().bytes()).isZero();
    }

    /** Whose heap is full, or holds buffers that cannot grow. */
    private static final class Allocator extends AbstractByteBufAllocator {
        private final List<ByteBuf> allocated = new ArrayList<>();
        private boolean full;

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            if (full) {
                throw new OutOfMemoryError("a test's");
            }
            ByteBuf buffer = new UnpooledHeapByteBuf(this, initialCapacity, initialCapacity);
            allocated.add(buffer);
            return buffer;
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            return newHeapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    @Test
    void letsGoOfWhatItHoldsWhenThereIsNoMemoryForTheRest() {
        Allocator allocator = new Allocator();
        allocator.full = true;
        EmbeddedChannel channel = channel();
        channel.config().setAllocator(allocator);
        ByteBuf oneAndABit = Unpooled.copiedBuffer(records(10, 100), 0, 50);
        assertThatThrownBy(() -> channel.writeInbound(oneAndABit)).isInstanceOf(OutOfMemoryError.class);

        channel.close();
        assertThat(oneAndABit.refCnt()).isZero();
        assertThat(listener.unfinished().bytes()).isZero();
    }

    @Test
    void letsGoOfWhatItReadWhenItsBufferCannotGrow() {
        Allocator allocator = new Allocator();
        EmbeddedChannel channel = channel();
        channel.config().setAllocator(allocator);
        channel.writeInbound(Unpooled.copiedBuffer(records(100), 0, 50));
        ByteBuf more = Unpooled.copiedBuffer(records(100), 50, 20);
        assertThatThrownBy(() -> channel.writeInbound(more)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(more.refCnt()).isZero();

        channel.close();
        assertThat(allocator.allocated).hasSize(1).allMatch(buffer -> buffer.refCnt() == 0);
        assertThat(listener.unfinished().bytes()).isZero();
    }

    private double count(String name) {
        return meters.find(name).counters().stream().mapToDouble(Counter::count).sum();
    }

    @Test
    void endsHandshakesWhoseRecordsTakeTooMuchInAll() {
        byte[] begun = Arrays.copyOf(header(HANDSHAKE, LONGEST), LONGEST);
        List<EmbeddedChannel> channels = IntStream.range(0, 4)
                .mapToObj(i -> beforeTls())
                .peek(channel -> channel.writeInbound(Unpooled.copiedBuffer(begun)))
                .toList();

        assertThat(channels).filteredOn(channel -> !channel.isOpen()).hasSize(1);
        requireOneCrowdedOut();
        assertThat(listener.unfinished().bytes()).isBetween(3L * LONGEST, (long) MOST_UNFINISHED);
    }

    /** With the first that it reads, of which TLS has seen nothing: whatever TLS saw then would not be what the peer sent. */
    @Test
    void endsAHandshakeThatTakesTooMuchByItself(@TempDir Path directory) throws Exception {
        new TestPki("test CA").writeNode(directory);
        listen(directory, 1_000);
        EmbeddedChannel channel = beforeTls();
        ByteBuf begun = Unpooled.copiedBuffer(Arrays.copyOf(header(HANDSHAKE, LONGEST), LONGEST));
        channel.writeInbound(begun);

        assertThat(channel.isOpen()).isFalse();
        assertThat(begun.refCnt()).isZero();
        requireOneCrowdedOut();
        assertThat(listener.unfinished().bytes()).isZero();
    }

    private void requireOneCrowdedOut() {
        assertThat(count("sip.connections.crowded.out")).isEqualTo(1);
        assertThat(count("tls.handshake.failures")).isZero();
        assertThat(shookHands).isFalse();
        assertThat(spokeSip).isFalse();
    }

    @Test
    void countsNoFailureOfAHandshakeThatEndsWithTheServer() {
        EmbeddedChannel channel = beforeTls();
        channel.writeInbound(Unpooled.copiedBuffer(header(HANDSHAKE, 100)));
        channel.pipeline().fireUserEventTriggered(SipListener.DRAIN);

        assertThat(channel.isOpen()).isFalse();
        assertThat(count("tls.handshake.failures")).isZero();
    }
}
