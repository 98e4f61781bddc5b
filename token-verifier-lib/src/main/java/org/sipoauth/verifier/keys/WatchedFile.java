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

    // by the opening thread, then by the background thread alone
    private byte @Nullable [] lastRead;
    private boolean erring; // and the log has it

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

    /** Throws no error: whoever does is never called again. */
    final void look() {
        try {
            follow();
            erring = false;
        } catch (Error e) { // out of memory, say, is no fault of the document's: the next look parses it again
            lastRead = null;
            if (!erring) {
                try {
                    warnOf(e);
                    erring = true;
                } catch (Error unlogged) {
                    // perhaps at the next look
                }
            }
        }
    }

    private void follow() {
        try {
            byte[] document = read();
            if (!Arrays.equals(document, lastRead)) {
                lastRead = document; // a broken document is reported once, not at every look
                current = parse(document, current);
                LOG.log(Level.INFO, "{0}: now {1}", file, current);
            }
        } catch (IOException | RuntimeException e) {
            warnOf(e);
        }
    }

    private void warnOf(Throwable e) {
        LOG.log(Level.WARNING, "{0}: keeping the last good keys: {1}", file, e.toString());
    }

    private byte[] read() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(JwkSet.MAX_BYTES + 1); // one more, so that the parser refuses the excess
        }
    }
}
