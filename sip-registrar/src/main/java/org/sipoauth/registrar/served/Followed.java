package org.sipoauth.registrar.served;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.refresh.BackgroundRefresh;
import org.sipoauth.verifier.refresh.CacheFile;
import org.sipoauth.verifier.refresh.HttpDocument;
import org.sipoauth.verifier.refresh.HttpFetcher;
import org.sipoauth.verifier.refresh.UrlSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an authorization server shows, polled by a background thread and kept on disk for a start without it.
 *
 * <p>A document that is broken, or older than what is held, never replaces it: the server has lost it, or it came back with
 * an old backup. There is no limit to its age: without the server what was decided last holds on.
 *
 * @param <T> what it shows
 */
public final class Followed<T extends Served> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Followed.class);

    /** What is unchanged is written again that often, so that its age is about right after a start without the server. */
    private static final Duration REWRITE = Duration.ofHours(1);

    /**
     * A kind of document.
     *
     * @param thread part of the polling thread's name
     * @param format first line of the file it is kept in
     */
    private record Form<T>(String thread, String format, int maxBytes, T none, Function<byte[], T> parse) {}

    private final UrlSettings settings;
    private final InstantSource clock;
    private final Form<T> form;
    private final Consumer<T> listener;
    private final HttpDocument endpoint;
    private final @Nullable CacheFile cache;
    private final BackgroundRefresh refresh;
    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile T current;
    private volatile Instant readAt = Instant.MIN;

    // by the background thread alone
    private T written;
    private Instant writtenAt = Instant.MIN;

    private Followed(UrlSettings settings, Form<T> form, Consumer<T> listener) {
        settings.requireAllowedAddress();
        this.settings = settings;
        this.clock = settings.clock();
        this.form = form;
        this.listener = listener;
        this.current = form.none();
        this.written = form.none();
        HttpFetcher fetcher = settings.fetcher();
        this.endpoint = new HttpDocument(fetcher, settings.uri(), "application/json", form.maxBytes());
        this.cache = settings.cacheFile() == null
                ? null
                : new CacheFile(settings.cacheFile(), form.format(), settings.uri(), form.maxBytes());
        this.refresh = new BackgroundRefresh(form.thread(), settings, () -> current, this::ask, fetcher::close);
    }

    /**
     * Reads the cache file, if there is one, and starts to poll, at once for the first time. Waits for no network.
     *
     * @param listener is told of the list at the start, if it is kept on disk, and of each change
     * @throws IllegalArgumentException if the address is not an {@code https:} one
     */
    public static Followed<ServedEdges> edges(UrlSettings settings, Consumer<ServedEdges> listener) {
        Form<ServedEdges> form = new Form<>(
                "edges-url", "sipoauth-edges 1", ServedEdges.MAX_BYTES, ServedEdges.NONE, ServedEdges::parse);
        return new Followed<>(settings, form, listener).open();
    }

    /** The same for the SIP OAuth mode. */
    public static Followed<ServedMode> mode(UrlSettings settings, Consumer<ServedMode> listener) {
        Form<ServedMode> form =
                new Form<>("mode-url", "sipoauth-mode 1", ServedMode.MAX_BYTES, ServedMode.UNKNOWN, ServedMode::parse);
        return new Followed<>(settings, form, listener).open();
    }

    /** The same for the ports of nodes. */
    public static Followed<ServedPorts> ports(UrlSettings settings, Consumer<ServedPorts> listener) {
        Form<ServedPorts> form = new Form<>(
                "ports-url", "sipoauth-ports 1", ServedPorts.MAX_BYTES, ServedPorts.UNKNOWN, ServedPorts::parse);
        return new Followed<>(settings, form, listener).open();
    }

    private Followed<T> open() {
        if (cache != null) {
            readCache(cache);
        }
        refresh.start();
        return this;
    }

    /** When the server last confirmed it; {@link Instant#MIN} if it never has. */
    public Instant readAt() {
        return readAt;
    }

    /** Polls that failed, refused documents among them. */
    public long failedPolls() {
        return refresh.failed();
    }

    @Override
    public void close() {
        refresh.close();
    }

    private void readCache(CacheFile kept) {
        try {
            Optional<byte[]> document = kept.read(clock.instant());
            if (document.isPresent()) {
                take(form.parse().apply(document.get()), kept.fetchedAt());
                LOG.info("{}: starting with {}", settings.uri(), current);
            }
        } catch (IOException | IllegalArgumentException unusable) {
            LOG.warn("{}: starting without what was kept of it: {}", settings.uri(), unusable.getMessage());
        }
    }

    /**
     * Waits until the server was asked for the first time, whatever came of it, or what it said before was read from disk.
     *
     * @return whether that was so in time
     */
    public boolean awaitAsked(Duration timeout) throws InterruptedException {
        return asked.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void ask() throws IOException, InterruptedException {
        try {
            poll();
        } finally {
            asked.countDown();
        }
    }

    private void poll() throws IOException, InterruptedException {
        Instant now = clock.instant(); // before the server answers, so that nothing seems newer than it is
        byte[] document = endpoint.fetch();
        T served;
        try {
            served = form.parse().apply(document);
        } catch (IllegalArgumentException broken) {
            endpoint.forget();
            throw broken;
        }
        if (served.isOlderThan(current)) {
            throw new IOException("the server has gone back to " + served
                    + "; decide it there once more, to make that the one that counts");
        }
        take(served, now);
        if (cache != null) {
            keep(cache, document, now);
        }
    }

    private void take(T served, Instant confirmedAt) {
        boolean changed = !served.equals(current);
        current = served;
        readAt = confirmedAt;
        if (changed) {
            listener.accept(served);
        }
        asked.countDown();
    }

    /** Failing to keep it is no failure to read it. */
    private void keep(CacheFile kept, byte[] document, Instant now) {
        if (current.equals(written) && now.isBefore(writtenAt.plus(REWRITE))) {
            return;
        }
        try {
            kept.write(document, now);
            written = current;
            writtenAt = now;
        } catch (IOException failed) {
            LOG.warn("{}: cannot keep it on disk: {}", settings.uri(), failed.toString());
        }
    }
}
