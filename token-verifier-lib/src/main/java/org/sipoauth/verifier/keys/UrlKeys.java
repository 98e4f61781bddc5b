package org.sipoauth.verifier.keys;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.refresh.BackgroundRefresh;
import org.sipoauth.verifier.refresh.CacheFile;
import org.sipoauth.verifier.refresh.HttpDocument;
import org.sipoauth.verifier.refresh.HttpFetcher;
import org.sipoauth.verifier.refresh.UrlSettings;

/**
 * Keys fetched from an authorization server by a background thread, and kept on disk for a start without it. A document
 * that is broken or holds no usable key never replaces a good one.
 */
public final class UrlKeys implements KeySource {
    private static final System.Logger LOG = System.getLogger(UrlKeys.class.getName());

    private final URI uri;
    private final InstantSource clock;
    private final Duration maxStaleness;
    private final Duration unknownKeyInterval;
    private final HttpDocument endpoint;
    private final @Nullable CacheFile cache;
    private final BackgroundRefresh refresh;
    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile KeySnapshot current = KeySnapshot.none();

    private UrlKeys(UrlSettings settings, Duration unknownKeyInterval) {
        this.uri = settings.uri();
        this.clock = settings.clock();
        this.maxStaleness = settings.maxStaleness();
        this.unknownKeyInterval = unknownKeyInterval;
        HttpFetcher fetcher = settings.fetcher();
        this.endpoint = new HttpDocument(fetcher, uri, "application/jwk-set+json, application/json", JwkSet.MAX_BYTES);
        Path file = settings.cacheFile();
        this.cache = file == null ? null : new CacheFile(file, "sipoauth-keys 1", uri, JwkSet.MAX_BYTES);
        this.refresh = new BackgroundRefresh("sipoauth-keys-url", settings, this::current, this::fetch, fetcher::close);
    }

    @Override
    public KeySnapshot current() {
        return current;
    }

    @Override
    public void keyUnknown(String keyId) {
        refresh.ask(unknownKeyInterval);
    }

    /**
     * {@inheritDoc}
     *
     * <p>False while a refresh merely waits for its turn: the set is then younger than the interval between two, and a
     * phone with a token of a key long gone must at some point hear so.
     */
    @Override
    public boolean refreshing() {
        return refresh.isUnsettled();
    }

    @Override
    public Optional<Instant> unreachableSince() {
        return refresh.hasFailed() ? Optional.of(current.readAt()) : Optional.empty();
    }

    @Override
    public long failedRefreshes() {
        return refresh.failed();
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        return ready.await(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        refresh.close();
    }

    private void open() {
        if (cache != null) {
            readCache(cache);
        }
        refresh.start();
    }

    private void readCache(CacheFile kept) {
        try {
            Optional<byte[]> keys = kept.read(clock.instant());
            if (keys.isPresent()) {
                publish(KeySnapshot.parse(keys.get(), kept.fetchedAt()));
                LOG.log(Level.INFO, "{0}: starting with {1}", uri, current);
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.WARNING, "{0}: starting without the kept keys: {1}", uri, e.getMessage());
        }
    }

    private void fetch() throws IOException, InterruptedException {
        byte[] document = endpoint.fetch();
        Instant now = clock.instant();
        try {
            publish(KeySnapshot.parse(document, now));
        } catch (IllegalArgumentException broken) {
            endpoint.forget();
            throw broken;
        }
        if (cache != null) {
            keep(cache, document, now);
        }
    }

    private void publish(KeySnapshot keys) {
        current = keys.keepingKeysOf(current).tooOldAfter(maxStaleness);
        current.buildTables(refresh.thread());
        if (!current.isTooOld(clock.instant())) {
            ready.countDown();
        }
    }

    /** Failing to keep them is no failure to fetch them. */
    private void keep(CacheFile kept, byte[] document, Instant now) {
        try {
            kept.write(document, now);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}: cannot keep the keys on disk: {1}", uri, e.toString());
        }
    }

    /**
     * The settings of a {@link UrlKeys}; {@link #open} starts it. A duration that is not positive, or of more than 100 years, is an
     * {@link IllegalArgumentException}.
     */
    public static final class Builder {
        private final UrlSettings settings;
        private Duration unknownKeyInterval = Duration.ofSeconds(30);

        Builder(URI uri) {
            this.settings = new UrlSettings(uri, Duration.ofMinutes(5));
        }

        /** Between two fetches at most (default 5 minutes); each is up to a fifth shorter, at random. */
        public Builder refreshEvery(Duration interval) {
            settings.interval(interval);
            return this;
        }

        /** For one fetch from connection to last byte (default 5 seconds). */
        public Builder timeout(Duration forOneFetch) {
            settings.timeout(forOneFetch);
            return this;
        }

        /**
         * How long keys are trusted after they were last fetched, also across restarts (default 24 hours); then every
         * token is refused as {@code KEYS_TOO_OLD}. It bounds how long a verifier that cannot reach the authorization
         * server goes on to trust a revoked key.
         */
        public Builder maxStaleness(Duration limit) {
            settings.maxStaleness(limit);
            return this;
        }

        /** Between two fetches for the sake of unknown keys at least (default 30 seconds). */
        public Builder refreshForUnknownKeyEvery(Duration interval) {
            this.unknownKeyInterval = UrlSettings.positive(interval);
            return this;
        }

        /** Whom to trust in TLS (default: the JDK's trust store). */
        public Builder sslContext(SSLContext context) {
            settings.sslContext(context);
            return this;
        }

        /** Where to keep the last good keys, so that a start needs no network (default: nowhere). */
        public Builder cacheFile(Path file) {
            settings.cacheFile(file);
            return this;
        }

        /** Tells the time (default: the system's clock). */
        public Builder clock(InstantSource source) {
            settings.clock(source);
            return this;
        }

        /** Takes an {@code http:} address, over which anyone on the way can hand us keys. For tests on one machine. */
        public Builder insecurePlainHttp() {
            settings.insecurePlainHttp();
            return this;
        }

        /**
         * Reads the cache file, if there is one, and starts the background thread, whose first fetch is at once. Waits
         * for no network; see {@link KeySource#awaitReady}.
         *
         * @throws IllegalArgumentException if the address is not an {@code https:} one, or has a user and password
         */
        public UrlKeys open() {
            settings.requireAllowedAddress();
            UrlKeys keys = new UrlKeys(settings, unknownKeyInterval);
            keys.open();
            return keys;
        }
    }
}
