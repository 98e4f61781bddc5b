package org.sipoauth.verifier.status;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.internal.MalformedException;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.refresh.BackgroundRefresh;
import org.sipoauth.verifier.refresh.HttpDocument;
import org.sipoauth.verifier.refresh.HttpFetcher;
import org.sipoauth.verifier.refresh.UrlSettings;

/**
 * All status lists of one authorization server, polled by a background thread and kept on disk for a start without it.
 *
 * <p><b>What is fetched.</b> The aggregation document at the configured address, and the lists that it names on the same
 * origin (scheme, host and port); others are passed over, redirects are not followed, and no address in a token is ever
 * used. At most 4,096 lists of 1 MiB each, 64 MiB in all. A list is asked for only where the document's {@code etags}
 * member does not say that ours is current, and then conditionally.
 *
 * <p><b>What is believed.</b> A list of {@code typ} {@code statuslist+jwt}, signed by a key that the key source trusts now,
 * whose {@code sub} is its address, whose {@code iss} is the issuer where it has one, and that is neither expired nor older
 * ({@code iat}) than the one held. Anything else never replaces a list that is held. When the key that signed a list is
 * trusted no longer, the list is let go and fetched again.
 *
 * <p><b>What stays revoked.</b> What one version of a list calls INVALID stays so until that version's own {@code exp}, whatever
 * others say that come later or are older: the clocks of an issuer's servers differ, and its store may have been rolled back. By
 * then no access token is left that was issued before. So an issuer that gives an index to somebody else publishes it as valid for as
 * long as its lists run before it does. (A version without {@code exp} counts for {@code maxStaleness} after it was last
 * confirmed.) Of each list at most four such versions are kept, those that end last. Whether a token is SUSPENDED is as the newest
 * version says.
 *
 * <p><b>What becomes too old.</b> A list proves tokens valid until its own {@code exp}, and for {@code maxStaleness} after
 * its server last confirmed it; after that they are refused as {@code STATUS_TOO_OLD}. What it says is revoked stays revoked.
 * A list that the document names no longer is kept until its {@code exp}. A token whose list is not held is accepted as long as it is
 * younger than the last reading, within the clock tolerance and ten seconds that a server may take to show a new list.
 */
public final class UrlStatusLists implements StatusSource {
    private static final System.Logger LOG = System.getLogger(UrlStatusLists.class.getName());
    private static final int AT_ONCE = 8;
    private static final long MAX_BYTES_IN_ALL = 64L * 1024 * 1024;

    private final URI uri;
    private final String issuer;
    private final KeySource keys;
    private final InstantSource clock;
    private final Duration timeout;
    private final Duration maxStaleness;
    private final HttpFetcher fetcher;
    private final HttpDocument aggregation;
    private final @Nullable StatusCache cache;
    private final BackgroundRefresh refresh;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final List<Consumer<StatusSnapshot>> listeners = new CopyOnWriteArrayList<>();

    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile StatusSnapshot current = StatusSnapshot.none();

    // by the background thread alone
    private int elsewhere;

    /**
     * What the source has done since it was opened.
     *
     * @param polls that ended, the failed among them
     * @param failedPolls in which the aggregation document or a list could not be had or was refused
     * @param listsTaken that were new or changed
     * @param listsRefused that were fetched and not believed
     * @param bytesRead of documents, without headers
     */
    public record Counts(long polls, long failedPolls, long listsTaken, long listsRefused, long bytesRead) {}

    private UrlStatusLists(UrlSettings settings, String issuer, KeySource keys) {
        this.uri = settings.uri();
        this.issuer = issuer;
        this.keys = keys;
        this.clock = settings.clock();
        this.timeout = settings.timeout();
        this.maxStaleness = settings.maxStaleness();
        this.fetcher = settings.fetcher();
        this.aggregation = new HttpDocument(fetcher, uri, "application/json", Aggregation.MAX_BYTES);
        Path file = settings.cacheFile();
        this.cache = file == null ? null : new StatusCache(file, uri, issuer, maxStaleness);
        this.refresh = new BackgroundRefresh("sipoauth-status", settings, this::current, this::poll, fetcher::close);
    }

    @Override
    public StatusSnapshot current() {
        return current;
    }

    @Override
    public void onChange(Consumer<StatusSnapshot> listener) {
        listeners.add(listener);
    }

    @Override
    public boolean awaitReady(Duration limit) throws InterruptedException {
        return ready.await(TimeUnit.NANOSECONDS.convert(limit), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        refresh.close();
    }

    /** What this source has done so far. */
    public Counts counts() {
        return new Counts(refresh.done(), refresh.failed(), taken.get(), refused.get(), fetcher.bytesRead());
    }

    private void open() {
        if (cache != null) {
            readCache(cache);
        }
        refresh.start();
    }

    private void readCache(StatusCache kept) {
        try {
            Optional<StatusSnapshot> lists = kept.read(keys, clock.instant());
            if (lists.isPresent()) {
                publish(lists.get());
                LOG.log(Level.INFO, "{0}: starting with {1}", uri, current);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0}: starting without the kept status lists: {1}", uri, e.getMessage());
        }
    }

    private void poll() throws IOException, InterruptedException {
        keys.awaitReady(timeout); // without them no list can be believed
        Instant now = clock.instant(); // before the server answers, so that nothing seems newer than it is
        Map<String, HeldList> held = believedStill(now);
        Reading reading = new Reading(held, now);
        try {
            reading.read(aggregation());
            publish(reading.snapshot(now));
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            publish(new StatusSnapshot(held, current.readAt(), staleAt(current.readAt())));
            throw e;
        }
        if (cache != null) {
            cache.keep(current, now);
        }
        if (reading.firstProblem != null) {
            throw new IOException(reading.firstProblem);
        }
    }

    /** Those that are not over, and signed by a key that is trusted now. */
    private Map<String, HeldList> believedStill(Instant now) {
        KeySnapshot trusted = keys.current();
        // with keys that are too old themselves every token is refused, so there is nothing to protect
        Predicate<HeldList> believed = version -> version.overAt() > now.toEpochMilli()
                && (trusted.isTooOld(now)
                        || trusted.find(version.list().keyId()).isPresent());
        Map<String, HeldList> held = new HashMap<>();
        for (HeldList list : current.lists()) {
            if (believed.test(list)) {
                held.put(list.list().uri(), list.withOthers(believed));
            }
        }
        return held;
    }

    private Aggregation aggregation() throws IOException, InterruptedException {
        byte[] document = aggregation.fetch();
        try {
            Aggregation parsed = Aggregation.parse(document, uri);
            if (parsed.elsewhere() != elsewhere) {
                elsewhere = parsed.elsewhere();
                LOG.log(Level.WARNING, "{0}: passing over {1} status lists on another origin", uri, elsewhere);
            }
            return parsed;
        } catch (MalformedException e) {
            aggregation.forget();
            throw new IOException("aggregation document refused: " + e.getMessage(), e);
        }
    }

    private long staleAt(Instant readAt) {
        return readAt.equals(Instant.MIN)
                ? Long.MIN_VALUE
                : readAt.plus(maxStaleness).toEpochMilli();
    }

    private void publish(StatusSnapshot next) {
        boolean changed = !next.hasListsOf(current);
        current = next;
        if (changed) {
            for (Consumer<StatusSnapshot> listener : listeners) {
                try {
                    listener.accept(next);
                } catch (RuntimeException | Error theirs) { // the polling goes on
                    LOG.log(Level.ERROR, "a listener for status lists failed", theirs);
                }
            }
        }
        if (!next.isTooOld(clock.instant())) {
            ready.countDown();
        }
    }

    /** One reading of all lists: those held before, each replaced by a newer one that can be believed. */
    private final class Reading {
        private final Map<String, HeldList> held;
        private final Instant now;
        private final Map<String, HeldList> next = new HashMap<>();
        private long bytes;
        private @Nullable String firstProblem;

        Reading(Map<String, HeldList> held, Instant now) {
            this.held = held;
            this.now = now;
        }

        void read(Aggregation named) throws IOException, InterruptedException {
            List<String> toFetch = new ArrayList<>();
            for (String list : named.uris()) {
                HeldList known = held.get(list);
                if (known != null && named.confirms(list, tag(known))) {
                    put(known.confirmed(now, maxStaleness));
                } else {
                    toFetch.add(list);
                }
            }
            for (int i = 0; i < toFetch.size(); i += AT_ONCE) {
                fetch(toFetch.subList(i, Math.min(i + AT_ONCE, toFetch.size())));
            }
            for (HeldList known : held.values()) { // named no longer: kept while there is room, until it is over
                if (!next.containsKey(known.list().uri()) && next.size() < Aggregation.MAX_LISTS && fits(known)) {
                    put(known);
                }
            }
        }

        private void fetch(List<String> lists) throws InterruptedException {
            List<HttpFetcher.Fetch> underWay = new ArrayList<>();
            try {
                for (String list : lists) {
                    Optional<String> tag = Optional.ofNullable(held.get(list)).flatMap(this::tag);
                    underWay.add(fetcher.start(
                            URI.create(list), "application/statuslist+jwt", tag, StatusListToken.MAX_LENGTH));
                }
                for (int i = 0; i < lists.size(); i++) {
                    await(lists.get(i), underWay.get(i));
                }
            } finally {
                underWay.forEach(HttpFetcher.Fetch::cancel);
            }
        }

        /** What to ask with whether it has changed; empty where a new copy is wanted in any case. */
        private Optional<String> tag(HeldList known) {
            return known.list().isHalfOver(now) ? Optional.empty() : known.entityTag();
        }

        private void await(String list, HttpFetcher.Fetch fetch) throws InterruptedException {
            HeldList known = held.get(list);
            try {
                HttpResponse<byte[]> answer = fetch.await();
                if (known != null && HttpFetcher.isUnchanged(answer)) {
                    put(known.confirmed(now, maxStaleness));
                } else {
                    take(list, answer, known);
                }
                return;
            } catch (MalformedException e) {
                refused.incrementAndGet();
                problem(list + " refused: " + e.getMessage());
            } catch (IOException e) {
                problem(list + ": " + e.getMessage());
            }
            if (known != null) {
                put(known);
            }
        }

        private void take(String list, HttpResponse<byte[]> answer, @Nullable HeldList known)
                throws MalformedException {
            String compact = new String(answer.body(), StandardCharsets.ISO_8859_1);
            StatusList read = StatusListToken.verify(compact, list, issuer, keys, now);
            HeldList fetched = HeldList.of(
                    read,
                    HttpFetcher.entityTag(answer).filter(StatusCache::isEntityTag),
                    now,
                    maxStaleness,
                    cache == null ? Optional.empty() : Optional.of(compact));
            if (known != null && read.issuedAt().isBefore(known.list().issuedAt())) {
                // one of several servers that has not signed it anew, or whose clock is behind
                refused.incrementAndGet();
                LOG.log(Level.DEBUG, "{0}: signed before the one that is held", list);
                put(known, fetched);
                return;
            }
            if (!fits(fetched)) {
                letOthersGo();
            }
            if (!fits(fetched)) {
                throw new MalformedException("more than " + MAX_BYTES_IN_ALL + " bytes of status lists");
            }
            taken.incrementAndGet();
            put(fetched, known == null ? fetched : known);
        }

        private boolean fits(HeldList list) {
            return bytes + list.bytes() <= MAX_BYTES_IN_ALL;
        }

        /** What other versions call revoked gives way to what a list's newest does. */
        private void letOthersGo() {
            next.replaceAll((uri, list) -> list.withOthers(other -> false));
            bytes = next.values().stream().mapToLong(HeldList::bytes).sum();
        }

        /** The newest version, and as long as there is room what another one calls revoked. */
        private void put(HeldList newest, HeldList other) {
            HeldList both = newest.and(other);
            put(fits(both) ? both : newest);
        }

        private void put(HeldList list) {
            next.put(list.list().uri(), list);
            bytes += list.bytes();
        }

        private void problem(String what) {
            if (firstProblem == null) {
                firstProblem = what;
            }
        }

        StatusSnapshot snapshot(Instant readAt) {
            return new StatusSnapshot(next, readAt, staleAt(readAt));
        }
    }

    /**
     * The settings of a {@link UrlStatusLists}; {@link #open} starts it. A duration that is not positive, or of more than 100 years,
     * is an {@link IllegalArgumentException}.
     */
    public static final class Builder {
        private final UrlSettings settings;
        private final String issuer;
        private final KeySource keys;

        Builder(URI aggregation, String issuer, KeySource keys) {
            this.settings = new UrlSettings(aggregation, Duration.ofSeconds(15));
            this.issuer = Objects.requireNonNull(issuer);
            this.keys = Objects.requireNonNull(keys);
        }

        /**
         * Between two polls at most (default 15 seconds); each is up to a fifth shorter, at random. It bounds how long a
         * revoked token is still accepted while the server can be reached.
         */
        public Builder refreshEvery(Duration interval) {
            settings.interval(interval);
            return this;
        }

        /** For one document from connection to last byte (default 5 seconds). */
        public Builder timeout(Duration forOneFetch) {
            settings.timeout(forOneFetch);
            return this;
        }

        /**
         * How long a list proves tokens valid after its server last confirmed it, also across restarts (default 24
         * hours), and never beyond its {@code exp}; then its tokens are refused as {@code STATUS_TOO_OLD}. It bounds how
         * long a verifier that cannot reach the authorization server goes on to accept revoked tokens.
         */
        public Builder maxStaleness(Duration limit) {
            settings.maxStaleness(limit);
            return this;
        }

        /** Whom to trust in TLS (default: the JDK's trust store). */
        public Builder sslContext(SSLContext context) {
            settings.sslContext(context);
            return this;
        }

        /** Where to keep the last good lists, so that a start needs no network (default: nowhere). */
        public Builder cacheFile(Path file) {
            settings.cacheFile(file);
            return this;
        }

        /** Tells the time (default: the system's clock). */
        public Builder clock(InstantSource source) {
            settings.clock(source);
            return this;
        }

        /** Takes an {@code http:} address, over which anyone on the way can hold lists back. For tests on one machine. */
        public Builder insecurePlainHttp() {
            settings.insecurePlainHttp();
            return this;
        }

        /**
         * Reads the cache file, if there is one, and starts the background thread, whose first poll is at once. Waits for
         * no network; see {@link StatusSource#awaitReady}. Open the keys first: without them no list is believed.
         *
         * @throws IllegalArgumentException if the address is not an {@code https:} one, or has a user and password
         */
        public UrlStatusLists open() {
            settings.requireAllowedAddress();
            UrlStatusLists lists = new UrlStatusLists(settings, issuer, keys);
            lists.open();
            return lists;
        }
    }
}
