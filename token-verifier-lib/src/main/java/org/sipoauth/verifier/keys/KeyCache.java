package org.sipoauth.verifier.keys;

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
 * The last good JWK Set on disk: three lines (format, address, time of the fetch), then the document as it came. Written
 * to a new file that then takes the old one's place, so a reader or a crash never sees half of one.
 */
final class KeyCache {
    private static final String FORMAT = "sipoauth-keys 1";
    private static final int MAX_HEAD_BYTES = 8 * 1024;

    /** How far ahead of our clock a fetch may claim to be; beyond it, its age is unknown. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private final Path file;
    private final URI uri;

    KeyCache(Path file, URI uri) {
        this.file = file;
        this.uri = uri;
    }

    /**
     * What was kept for this address; empty if nothing was.
     *
     * @throws IOException if the file cannot be read, or is not one of ours, or was fetched in the future
     */
    Optional<KeySnapshot> read(Instant now) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_HEAD_BYTES + JwkSet.MAX_BYTES);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        int document = 0;
        for (int line = 0; line < 3; line++) {
            document = endOfLine(content, document);
        }
        String[] head = new String(content, 0, document, StandardCharsets.UTF_8).split("\n", -1);
        if (!head[0].equals(FORMAT)) {
            throw new IOException("not a key cache of this version");
        }
        if (!head[1].equals(uri.toString())) {
            throw new IOException("keys of another address");
        }
        try {
            Instant fetchedAt = Instant.parse(head[2]);
            if (fetchedAt.isAfter(now.plus(CLOCK_TOLERANCE))) {
                throw new IOException("keys fetched in the future, at " + fetchedAt);
            }
            return Optional.of(KeySnapshot.parse(Arrays.copyOfRange(content, document, content.length), fetchedAt));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IOException("broken key cache", e);
        }
    }

    void write(byte[] document, Instant fetchedAt) throws IOException {
        byte[] head = (FORMAT + "\n" + uri + "\n" + fetchedAt + "\n").getBytes(StandardCharsets.UTF_8);
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
        throw new IOException("not a key cache");
    }

    private static void writeFully(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
