package org.sipoauth.verifier.keys;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.refresh.BackgroundThread;
import org.sipoauth.verifier.refresh.UrlSettings;

/**
 * Keys from a file, read whole at every look and compared by content: a file time is too coarse to show two changes in
 * one second, and a JWK Set is small.
 *
 * @param <K> the keys, whose {@code toString} is fit for logs
 */
abstract class WatchedFile<K> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WatchedFile.class.getName());

    private final Path file;
    private final BackgroundThread thread;
    private volatile @Nullable K current;
    private byte @Nullable [] lastRead; // by the opening thread, then by the background thread alone

    WatchedFile(Path file, String threadName) {
        this.file = file;
        this.thread = new BackgroundThread(threadName);
    }

    /**
     * @param previous the keys until now
     * @throws IllegalArgumentException if the document is refused
     */
    abstract K parse(byte[] document, @Nullable K previous);

    /** Reads the file, and again every so often in the background. */
    final void start(Duration lookEvery) {
        long nanos = UrlSettings.positive(lookEvery).toNanos();
        try {
            lastRead = read();
            current = parse(lastRead, null);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read keys from " + file, e);
        }
        thread.scheduleWithFixedDelay(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    final Executor thread() {
        return thread;
    }

    public final K current() {
        return Objects.requireNonNull(current);
    }

    @Override
    public final void close() {
        thread.end();
    }

    final void look() {
        try {
            byte[] document = read();
            if (!Arrays.equals(document, lastRead)) {
                lastRead = document; // a broken document is reported once, not at every look
                current = parse(document, current);
                LOG.log(Level.INFO, "{0}: now {1}", file, current);
            }
        } catch (IOException | RuntimeException | Error e) { // whoever throws out of this is never called again
            LOG.log(Level.WARNING, "{0}: keeping the last good keys: {1}", file, e.toString());
        }
    }

    private byte[] read() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(JwkSet.MAX_BYTES + 1); // one more, so that the parser refuses the excess
        }
    }
}
