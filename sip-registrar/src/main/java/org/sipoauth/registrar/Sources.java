package org.sipoauth.registrar;

import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.sipoauth.registrar.register.Refusal;
import org.sipoauth.registrar.served.Followed;
import org.sipoauth.registrar.served.ServedEdges;
import org.sipoauth.registrar.served.ServedMode;
import org.sipoauth.registrar.served.ServedPorts;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.keys.UrlKeys;
import org.sipoauth.verifier.refresh.UrlSettings;
import org.sipoauth.verifier.status.StatusReference;
import org.sipoauth.verifier.status.StatusSource;
import org.sipoauth.verifier.status.UrlStatusLists;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a registrar reads from elsewhere, as its settings say: keys, status lists, the list of edges, mode and ports. */
final class Sources implements AutoCloseable {
    static final String NONE = "none";

    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);
    private static final Duration FIRST_ANSWERS = Duration.ofSeconds(5);
    private static final Duration FILE_LOOK = Duration.ofSeconds(5);

    private final Settings settings;
    private final Clock clock;
    private final Patience patience = new Patience(FIRST_ANSWERS, System::nanoTime);
    private final KeySource keys;
    private final Optional<UrlStatusLists> statusLists;
    private final Optional<Followed<ServedEdges>> edges;
    private final Optional<Followed<ServedMode>> mode;
    private final Optional<Followed<ServedPorts>> ports;

    /**
     * Waits some seconds for keys, status lists, mode and edges together, or the first phones and edges would be turned away; not
     * for ports, which those of the settings stand in for.
     *
     * @param listed is told the certificate names of the server's edges; empty: no edge can connect anyway
     * @param switched is told whether the server's SIP OAuth mode is on
     * @param moved is told the ports that the server's nodes are to have
     */
    Sources(
            Settings settings,
            Clock clock,
            Optional<Consumer<Set<String>>> listed,
            Consumer<Boolean> switched,
            Consumer<ServedPorts> moved)
            throws SettingsException {
        this.settings = settings;
        this.clock = clock;
        mode = mode(switched);
        ports = ports(moved);
        edges = listed.isPresent() ? edges(listed.get()) : Optional.empty();
        keys = keysOfTheSettings();
        statusLists = statusListsOfTheSettings();
        awaitAsked(mode);
        awaitAsked(edges);
    }

    /** It was asked before keys and status lists were. */
    private void awaitAsked(Optional<? extends Followed<?>> followed) throws SettingsException {
        try {
            if (followed.isPresent()) {
                followed.get().awaitAsked(patience.left());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SettingsException("interrupted while the server was asked for mode and edges");
        }
    }

    KeySource keys() {
        return keys;
    }

    Optional<UrlStatusLists> statusLists() {
        return statusLists;
    }

    Optional<Followed<ServedEdges>> edges() {
        return edges;
    }

    Optional<Followed<ServedMode>> mode() {
        return mode;
    }

    Optional<Followed<ServedPorts>> ports() {
        return ports;
    }

    TokenVerifier verifier(Expectations expectations) {
        TokenVerifier.Builder verifier =
                TokenVerifier.builder(expectations, keys).clock(clock);
        statusLists.ifPresent(verifier::statuses);
        return verifier.build();
    }

    boolean isRevoked(StatusReference login) {
        return statusLists.map(lists -> lists.current().isRevoked(login)).orElse(false);
    }

    /** What is too old to tell good tokens from bad. */
    Optional<Refusal> trouble() {
        Instant now = clock.instant();
        if (keys.current().isTooOld(now)) {
            return Optional.of(Refusal.KEYS_TOO_OLD);
        }
        return statusLists.filter(lists -> lists.current().isTooOld(now)).map(lists -> Refusal.STATUS_TOO_OLD);
    }

    private KeySource keysOfTheSettings() throws SettingsException {
        String where = settings.optional(Setting.JWKS).orElse(settings.text(Setting.ISSUER) + "/oauth2/jwks");
        Duration refresh = settings.time(Setting.JWKS_REFRESH);
        try {
            if (!where.contains("://")) {
                return KeySource.file(Path.of(where), refresh.compareTo(FILE_LOOK) < 0 ? refresh : FILE_LOOK);
            }
            UrlKeys.Builder url = KeySource.url(URI.create(where))
                    .refreshEvery(refresh)
                    .maxStaleness(settings.time(Setting.JWKS_MAX_STALENESS))
                    .clock(clock);
            Optional<Path> trust = settings.optionalPath(Setting.JWKS_TRUST);
            if (trust.isPresent()) {
                url.sslContext(trusting(trust.get()));
            }
            settings.optional(Setting.JWKS_CACHE).map(Path::of).ifPresent(url::cacheFile);
            UrlKeys opened = url.open();
            opened.awaitReady(patience.left()); // without them phones are asked to come again
            return opened;
        } catch (IllegalArgumentException | UncheckedIOException unusable) {
            throw new SettingsException("--jwks: " + unusable.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SettingsException("interrupted while reading --jwks");
        }
    }

    private Optional<UrlStatusLists> statusListsOfTheSettings() throws SettingsException {
        String issuer = settings.text(Setting.ISSUER);
        String where = settings.optional(Setting.STATUS_LISTS).orElse(issuer + "/oauth2/status-lists");
        if (where.equals(NONE)) {
            return Optional.empty();
        }
        try {
            UrlStatusLists.Builder url = StatusSource.url(URI.create(where), issuer, keys)
                    .refreshEvery(settings.time(Setting.STATUS_LISTS_REFRESH))
                    .maxStaleness(settings.time(Setting.STATUS_LISTS_MAX_STALENESS))
                    .clock(clock);
            Optional<Path> trust = settings.optionalPath(Setting.JWKS_TRUST);
            if (trust.isPresent()) {
                url.sslContext(trusting(trust.get()));
            }
            settings.optional(Setting.STATUS_LISTS_CACHE).map(Path::of).ifPresent(url::cacheFile);
            UrlStatusLists opened = url.open();
            opened.awaitReady(patience.left()); // without them phones are asked to come again
            return Optional.of(opened);
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException("--status-lists: " + unusable.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SettingsException("interrupted while reading --status-lists");
        }
    }

    private Optional<Followed<ServedEdges>> edges(Consumer<Set<String>> listed) throws SettingsException {
        String where = settings.optional(Setting.EDGES_URL).orElse(settings.text(Setting.ISSUER) + "/edges");
        if (where.equals(NONE)) {
            return Optional.empty();
        }
        try {
            UrlSettings url = served(where, Setting.EDGES_REFRESH, Setting.EDGES_CACHE);
            return Optional.of(Followed.edges(url, served -> listed.accept(served.certificateNames())));
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException("--edges.url: " + unusable.getMessage());
        }
    }

    /** Until the mode is known, it is off. */
    private Optional<Followed<ServedMode>> mode(Consumer<Boolean> switched) throws SettingsException {
        if (!settings.text(Setting.MODE).equals(Parts.SERVED)) {
            return Optional.empty();
        }
        String where = settings.optional(Setting.MODE_URL).orElse(settings.text(Setting.ISSUER) + "/sip-oauth-mode");
        try {
            UrlSettings url = served(where, Setting.MODE_REFRESH, Setting.MODE_CACHE);
            return Optional.of(Followed.mode(url, served -> {
                LOG.info("{}", served);
                switched.accept(served.enabled());
            }));
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException("--mode.url: " + unusable.getMessage());
        }
    }

    /** Waits for nothing: until they are known, the ports are those of the settings. */
    private Optional<Followed<ServedPorts>> ports(Consumer<ServedPorts> moved) throws SettingsException {
        if (settings.choice(Setting.PORTS, "fixed", Parts.SERVED).equals("fixed")) {
            return Optional.empty();
        }
        String where = settings.optional(Setting.PORTS_URL).orElse(settings.text(Setting.ISSUER) + "/sip-oauth-ports");
        try {
            return Optional.of(Followed.ports(served(where, Setting.PORTS_REFRESH, Setting.PORTS_CACHE), moved));
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException("--ports.url: " + unusable.getMessage());
        }
    }

    private UrlSettings served(String where, Setting refresh, Setting cache) throws SettingsException {
        UrlSettings url = new UrlSettings(URI.create(where), settings.time(refresh));
        url.clock(clock);
        Optional<Path> trust = settings.optionalPath(Setting.JWKS_TRUST);
        if (trust.isPresent()) {
            url.sslContext(trusting(trust.get()));
        }
        settings.optional(cache).map(Path::of).ifPresent(url::cacheFile);
        return url;
    }

    private static SSLContext trusting(Path authorities) throws SettingsException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {TrustFile.of(Setting.JWKS_TRUST, authorities)}, null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new SettingsException("--jwks.trust: cannot use " + authorities + ": " + unusable.getMessage());
        }
    }

    @Override
    public void close() {
        statusLists.ifPresent(UrlStatusLists::close);
        edges.ifPresent(Followed::close);
        mode.ifPresent(Followed::close);
        ports.ifPresent(Followed::close);
        try {
            keys.close();
        } catch (Exception failed) {
            throw new IllegalStateException("cannot close the key source", failed);
        }
    }
}
