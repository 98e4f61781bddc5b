package org.sipoauth.registrar.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
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

    @BeforeEach
    void listen(@TempDir Path directory) throws Exception {
        new TestPki("test CA").writeNode(directory);
        Duration minute = Duration.ofMinutes(1);
        TransportSettings settings =
                new TransportSettings(minute, minute, minute, minute, minute, 1, 1, Limits.DEFAULT, MOST_UNFINISHED);
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
        return new EmbeddedChannel(new FirstByte(listener)) {
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

    @Test
    void endsHandshakesWhoseRecordsTakeTooMuchInAll() {
        byte[] begun = Arrays.copyOf(header(HANDSHAKE, LONGEST), LONGEST);
        List<EmbeddedChannel> channels = IntStream.range(0, 4)
                .mapToObj(i -> beforeTls())
                .peek(channel -> channel.writeInbound(Unpooled.copiedBuffer(begun)))
                .toList();

        assertThat(channels).filteredOn(channel -> !channel.isOpen()).hasSize(1);
        assertThat(meters.get("sip.connections.crowded.out")
                        .tag("port", "oauth")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(listener.unfinished().bytes()).isBetween(3L * LONGEST, (long) MOST_UNFINISHED);
    }
}
