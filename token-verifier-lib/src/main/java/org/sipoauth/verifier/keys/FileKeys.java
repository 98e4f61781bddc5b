package org.sipoauth.verifier.keys;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.sipoauth.verifier.refresh.BackgroundThread;

/**
 * Keys from a file, read whole at every look and compared by content: a file time is too coarse to show two changes in
 * one second, and a JWK Set is small.
 */
final class FileKeys implements KeySource {
    private static final System.Logger LOG = System.getLogger(FileKeys.class.getName());

    private final Path file;
    private final ScheduledThreadPoolExecutor thread;
    private volatile KeySnapshot current;
    private byte[] lastRead; // by the opening thread, then by the background thread alone

    private FileKeys(Path file, byte[] document) {
        this.file = file;
        this.lastRead = document;
        this.current = KeySnapshot.parse(document, Clock.systemUTC().instant());
        this.thread = BackgroundThread.named("sipoauth-keys-file", () -> {});
    }

    static FileKeys open(Path file, Duration lookEvery) {
        if (lookEvery.isNegative() || lookEvery.isZero()) {
            throw new IllegalArgumentException("lookEvery must be positive");
        }
        try {
            FileKeys keys = new FileKeys(file, read(file));
            long nanos = lookEvery.toNanos();
            keys.current.buildTables(keys.thread);
            keys.thread.scheduleWithFixedDelay(keys::look, nanos, nanos, TimeUnit.NANOSECONDS);
            return keys;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read JWK Set " + file, e);
        }
    }

    @Override
    public KeySnapshot current() {
        return current;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    void look() {
        try {
            byte[] document = read(file);
            if (!Arrays.equals(document, lastRead)) {
                lastRead = document; // a broken document is reported once, not at every look
                current =
                        KeySnapshot.parse(document, Clock.systemUTC().instant()).keepingKeysOf(current);
                current.buildTables(thread);
                LOG.log(Level.INFO, "{0}: now {1}", file, current);
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "{0}: keeping the last good keys: {1}", file, e.toString());
        }
    }

    private static byte[] read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(JwkSet.MAX_BYTES + 1); // one more, so that the parser refuses the excess
        }
    }
}
