package org.sipoauth.verifier.keys;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

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
    private final RefreshSchedule schedule;
    private final JwkSetEndpoint endpoint;
    private final @Nullable KeyCache cache;
    private final ScheduledThreadPoolExecutor thread;
    private final CountDownLatch ready = new CountDownLatch(1);

    private volatile KeySnapshot current = KeySnapshot.none();
    private final AtomicInteger underWay = new AtomicInteger(); // running, or to run at once
    private volatile boolean lastFailed;
    private volatile long lastStartNanos = System.nanoTime();
    private final AtomicBoolean asked = new AtomicBoolean();

    // by the background thread alone
    private int failures;
    private @Nullable Future<?> next;

    private UrlKeys(Builder settings) {
        this.uri = settings.uri;
        this.clock = settings.clock;
        this.maxStaleness = settings.maxStaleness;
        this.unknownKeyInterval = settings.unknownKeyInterval;
        this.schedule = new RefreshSchedule(settings.refreshInterval);
        this.endpoint = new JwkSetEndpoint(uri, settings.sslContext, settings.timeout);
        this.cache = settings.cacheFile == null ? null : new KeyCache(settings.cacheFile, uri);
        this.thread = BackgroundThread.named("sipoauth-keys-url", endpoint::close);
    }

    @Override
    public KeySnapshot current() {
        return current;
    }

    @Override
    public void keyUnknown(String keyId) {
        if (!asked.compareAndSet(false, true)) {
            return;
        }
        long waitNanos = lastStartNanos + unknownKeyInterval.toNanos() - System.nanoTime();
        if (waitNanos <= 0) {
            refreshAtOnce();
        } else {
            thread.schedule(this::refresh, waitNanos, TimeUnit.NANOSECONDS);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>False while a refresh merely waits for its turn: the set is then younger than the interval between two, and a
     * phone with a token of a key long gone must at some point hear so.
     */
    @Override
    public boolean refreshing() {
        return underWay.get() > 0 || lastFailed;
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        return ready.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void open() {
        if (cache != null) {
            readCache(cache);
        }
        refreshAtOnce();
    }

    private void refreshAtOnce() {
        underWay.incrementAndGet();
        thread.execute(() -> {
            try {
                refresh();
            } finally {
                underWay.decrementAndGet();
            }
        });
    }

    private void readCache(KeyCache kept) {
        Instant now = clock.instant();
        try {
            Optional<KeySnapshot> keys = kept.read(now);
            if (keys.isPresent()) {
                publish(keys.get());
                LOG.log(Level.INFO, "{0}: starting with {1}", uri, current);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}: starting without the kept keys: {1}", uri, e.getMessage());
        }
    }

    private void refresh() {
        if (next != null) {
            next.cancel(false);
        }
        underWay.incrementAndGet();
        lastStartNanos = System.nanoTime();
        asked.set(false);
        Duration pause = schedule.interval();
        try {
            pause = tryRefresh();
        } finally { // whatever happened, there is a next time
            underWay.decrementAndGet();
            next = thread.schedule(this::refresh, pause.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private Duration tryRefresh() {
        double random = ThreadLocalRandom.current().nextDouble();
        try {
            fetch();
            if (lastFailed) {
                LOG.log(Level.INFO, "{0}: reached again", uri);
            }
            lastFailed = false;
            failures = 0;
            return schedule.afterSuccess(random);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (IOException | RuntimeException e) {
            endpoint.forget();
            // the first failure in a row is news; the others are for who asks
            LOG.log(lastFailed ? Level.DEBUG : Level.WARNING, "{0}: keeping {1}: {2}", uri, current, e.toString());
            lastFailed = true;
        }
        return schedule.afterFailure(++failures, random);
    }

    private void fetch() throws IOException, InterruptedException {
        byte[] document = endpoint.fetch();
        Instant now = clock.instant();
        publish(KeySnapshot.parse(document, now));
        if (cache != null) {
            keep(cache, document, now);
        }
    }

    private void publish(KeySnapshot keys) {
        current = keys.keepingKeysOf(current).tooOldAfter(maxStaleness);
        current.buildTables(thread);
        if (!current.isTooOld(clock.instant())) {
            ready.countDown();
        }
    }

    /** Failing to keep them is no failure to fetch them. */
    private void keep(KeyCache kept, byte[] document, Instant now) {
        try {
            kept.write(document, now);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}: cannot keep the keys on disk: {1}", uri, e.toString());
        }
    }

    /** The settings of a {@link UrlKeys}; {@link #open} starts it. */
    public static final class Builder {
        private final URI uri;
        private Duration refreshInterval = Duration.ofMinutes(5);
        private Duration timeout = Duration.ofSeconds(5);
        private Duration maxStaleness = Duration.ofHours(24);
        private Duration unknownKeyInterval = Duration.ofSeconds(30);
        private InstantSource clock = Clock.systemUTC();
        private @Nullable SSLContext sslContext;
        private @Nullable Path cacheFile;
        private boolean insecurePlainHttp;

        Builder(URI uri) {
            this.uri = Objects.requireNonNull(uri);
        }

        /** Between two fetches at most (default 5 minutes); each is up to a fifth shorter, at random. */
        public Builder refreshEvery(Duration interval) {
            this.refreshInterval = positive(interval);
            return this;
        }

        /** For one fetch from connection to last byte (default 5 seconds). */
        public Builder timeout(Duration forOneFetch) {
            this.timeout = positive(forOneFetch);
            return this;
        }

        /**
         * How long keys are trusted after they were last fetched, also across restarts (default 24 hours); then every
         * token is refused as {@code KEYS_TOO_OLD}. It bounds how long a verifier that cannot reach the authorization
         * server goes on to trust a revoked key.
         */
        public Builder maxStaleness(Duration limit) {
            this.maxStaleness = positive(limit);
            return this;
        }

        /** Between two fetches for the sake of unknown keys at least (default 30 seconds). */
        public Builder refreshForUnknownKeyEvery(Duration interval) {
            this.unknownKeyInterval = positive(interval);
            return this;
        }

        /** Whom to trust in TLS (default: the JDK's trust store). */
        public Builder sslContext(SSLContext context) {
            this.sslContext = Objects.requireNonNull(context);
            return this;
        }

        /** Where to keep the last good keys, so that a start needs no network (default: nowhere). */
        public Builder cacheFile(Path file) {
            this.cacheFile = Objects.requireNonNull(file);
            return this;
        }

        public Builder clock(InstantSource source) {
            this.clock = Objects.requireNonNull(source);
            return this;
        }

        /** Takes an {@code http:} address, over which anyone on the way can hand us keys. For tests on one machine. */
        public Builder insecurePlainHttp() {
            this.insecurePlainHttp = true;
            return this;
        }

        /**
         * Reads the cache file, if there is one, and starts the background thread, whose first fetch is at once. Waits
         * for no network; see {@link KeySource#awaitReady}.
         *
         * @throws IllegalArgumentException if the address is not an {@code https:} one
         */
        public UrlKeys open() {
            boolean allowed = "https".equalsIgnoreCase(uri.getScheme())
                    || insecurePlainHttp && "http".equalsIgnoreCase(uri.getScheme());
            if (!allowed || uri.getHost() == null) {
                throw new IllegalArgumentException("not an https address: " + uri);
            }
            UrlKeys keys = new UrlKeys(this);
            keys.open();
            return keys;
        }

        private static Duration positive(Duration duration) {
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException("duration must be positive");
            }
            return duration;
        }
    }
}
