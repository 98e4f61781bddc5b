package org.sipoauth.registrar.edge;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.refresh.BackgroundRefresh;
import org.sipoauth.verifier.refresh.CacheFile;
import org.sipoauth.verifier.refresh.HttpDocument;
import org.sipoauth.verifier.refresh.HttpFetcher;
import org.sipoauth.verifier.refresh.UrlSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The list of edges of an authorization server, polled by a background thread and kept on disk for a start without it.
 *
 * <p>A document that is broken, or older than the list held, never replaces it: the server has lost its list, or it came
 * back with an old backup. An empty list that somebody has made so does replace it. There is no limit to its age: without
 * the server a list holds on, for an edge that should be gone still passes on nothing but tokens that are verified.
 */
public final class UrlEdges implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UrlEdges.class);

    /** An unchanged list is written again that often, so that its age is about right after a start without the server. */
    private static final Duration REWRITE = Duration.ofHours(1);

    private final URI uri;
    private final InstantSource clock;
    private final Consumer<Set<String>> listener;
    private final HttpDocument endpoint;
    private final @Nullable CacheFile cache;
    private final BackgroundRefresh refresh;
    private volatile ServedEdges current = ServedEdges.NONE;
    private volatile Instant readAt = Instant.MIN;

    // by the background thread alone
    private ServedEdges written = ServedEdges.NONE;
    private Instant writtenAt = Instant.MIN;

    private UrlEdges(UrlSettings settings, Consumer<Set<String>> listener) {
        this.uri = settings.uri();
        this.clock = settings.clock();
        this.listener = listener;
        HttpFetcher fetcher = settings.fetcher();
        this.endpoint = new HttpDocument(fetcher, uri, "application/json", ServedEdges.MAX_BYTES);
        this.cache = settings.cacheFile() == null
                ? null
                : new CacheFile(settings.cacheFile(), "sipoauth-edges 1", uri, ServedEdges.MAX_BYTES);
        this.refresh = new BackgroundRefresh("edges-url", settings, () -> current, this::poll, fetcher::close);
    }

    /**
     * Reads the cache file, if there is one, and starts to poll, at once for the first time. Waits for no network.
     *
     * @param listener is told the certificate names of all edges, at the start if they are kept on disk and at each change
     * @throws IllegalArgumentException if the address is not an {@code https:} one
     */
    public static UrlEdges open(UrlSettings settings, Consumer<Set<String>> listener) {
        settings.requireAllowedAddress();
        UrlEdges edges = new UrlEdges(settings, listener);
        if (edges.cache != null) {
            edges.readCache(edges.cache);
        }
        edges.refresh.start();
        return edges;
    }

    /** When the server last confirmed the list; {@link Instant#MIN} if it never has. */
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
            Optional<CacheFile.Kept> list = kept.read(clock.instant());
            if (list.isPresent()) {
                take(ServedEdges.parse(list.get().document()), list.get().fetchedAt());
                LOG.info("{}: starting with {}", uri, current);
            }
        } catch (IOException | IllegalArgumentException unusable) {
            LOG.warn("{}: starting without the kept list of edges: {}", uri, unusable.getMessage());
        }
    }

    private void poll() throws IOException, InterruptedException {
        Instant now = clock.instant(); // before the server answers, so that nothing seems newer than it is
        byte[] document = endpoint.fetch();
        ServedEdges served;
        try {
            served = ServedEdges.parse(document);
        } catch (IllegalArgumentException broken) {
            endpoint.forget();
            throw broken;
        }
        if (served.isOlderThan(current)) {
            throw new IOException("the server has gone back to " + served
                    + "; change its list, by sipoauth edge add or remove, to make it the one that counts");
        }
        take(served, now);
        if (cache != null) {
            keep(cache, document, now);
        }
    }

    private void take(ServedEdges served, Instant confirmedAt) {
        boolean changed = !served.certificateNames().equals(current.certificateNames());
        current = served;
        readAt = confirmedAt;
        if (changed) {
            listener.accept(served.certificateNames());
        }
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
            LOG.warn("{}: cannot keep the list of edges on disk: {}", uri, failed.toString());
        }
    }
}
