package org.sipoauth.authz.certificate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a file holds, read again when it has changed. A file that cannot be used leaves in force what was read before. */
public final class WatchedFile<T> {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);

    /** How a file's content is understood. */
    @FunctionalInterface
    public interface Reader<T> {
        /** @throws IllegalArgumentException if it makes no sense; the message says why */
        T read(Path file) throws IOException;
    }

    private record State(
            FileTime modified, long size, @Nullable Object file) {
        static State of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new State(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        }
    }

    private final Path file;
    private final Reader<T> reader;
    private State settled; // guarded by this
    private @Nullable State lookedAt; // guarded by this; null: it was not there
    private T content; // guarded by this

    /**
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException if it makes no sense
     */
    public WatchedFile(Path file, Reader<T> reader) throws IOException {
        this.file = file;
        this.reader = reader;
        this.settled = State.of(file);
        this.lookedAt = settled;
        this.content = reader.read(file);
    }

    public synchronized T content() {
        State before = lookedAt;
        try {
            lookedAt = null;
            lookedAt = State.of(file);
            if (!lookedAt.equals(settled)) {
                content = reader.read(file);
                settled = lookedAt;
                LOG.info("{} has changed and is read again", file);
            }
        } catch (IllegalArgumentException senseless) {
            settled = Objects.requireNonNull(lookedAt); // what it says is as senseless at the next look
            report(senseless);
        } catch (IOException unreadable) { // and perhaps no more at the next look
            if (!Objects.equals(lookedAt, before)) {
                report(unreadable);
            }
        }
        return content;
    }

    private void report(Exception unusable) {
        LOG.error("{} has changed and cannot be used; what was read before holds on: {}", file, unusable.toString());
    }
}
