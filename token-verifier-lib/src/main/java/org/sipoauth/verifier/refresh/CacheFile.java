package org.sipoauth.verifier.refresh;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * The last good document on disk: three lines (format, address, time of the fetch), then the document. Written to a new
 * file that then takes the old one's place, so a reader or a crash never sees half of one. For one thread.
 */
public final class CacheFile {
    private static final int MAX_HEAD_BYTES = 8 * 1024;

    /** How far ahead of our clock a fetch may claim to be; beyond it, its age is unknown. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private final Path file;
    private final String format;
    private final URI uri;
    private final int maxBytes;
    private Instant fetchedAt = Instant.MIN;

    /**
     * @param format names what is in the file and its version
     * @param uri where the document comes from
     * @param maxBytes the most that a document may have
     */
    public CacheFile(Path file, String format, URI uri, int maxBytes) {
        this.file = file;
        this.format = format;
        this.uri = uri;
        this.maxBytes = maxBytes;
    }

    /**
     * What was kept for this address; empty if nothing was.
     *
     * @throws IOException if the file cannot be read, or is not one of ours, or was fetched in the future
     */
    public Optional<byte[]> read(Instant now) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_HEAD_BYTES + maxBytes);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        int document = 0;
        for (int line = 0; line < 3; line++) {
            document = endOfLine(content, document);
        }
        String[] head = new String(content, 0, document, StandardCharsets.UTF_8).split("\n", -1);
        if (!head[0].equals(format)) {
            throw new IOException("not of the format " + format);
        }
        if (!head[1].equals(uri.toString())) {
            throw new IOException("of another address");
        }
        fetchedAt = past(head[2], now);
        return Optional.of(Arrays.copyOfRange(content, document, content.length));
    }

    /** When the document was fetched that was read last. */
    public Instant fetchedAt() {
        return fetchedAt;
    }

    /**
     * A time in a cache file.
     *
     * @throws IOException if it is no time, or in the future
     */
    public static Instant past(String time, Instant now) throws IOException {
        try {
            Instant instant = Instant.parse(time);
            if (instant.isAfter(now.plus(CLOCK_TOLERANCE))) {
                throw new IOException("fetched in the future, at " + instant);
            }
            return instant;
        } catch (DateTimeException e) {
            throw new IOException("not a time", e);
        }
    }

    public void write(byte[] document, Instant fetchedAt) throws IOException {
        byte[] head = (format + "\n" + uri + "\n" + fetchedAt + "\n").getBytes(StandardCharsets.UTF_8);
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path next = Files.createTempFile(folder, file.getFileName() + ".", ".tmp"); // 0600 where there are modes
        try {
            try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                writeFully(channel, head);
                writeFully(channel, document);
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    private static int endOfLine(byte[] content, int start) throws IOException {
        for (int i = start; i < content.length; i++) {
            if (content[i] == '\n') {
                return i + 1;
            }
        }
        throw new IOException("not a cache file");
    }

    private static void writeFully(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
