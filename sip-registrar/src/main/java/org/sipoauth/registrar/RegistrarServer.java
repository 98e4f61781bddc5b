package org.sipoauth.registrar;

import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.sipoauth.registrar.bearer.BearerGate;
import org.sipoauth.registrar.bearer.HeaderPair;
import org.sipoauth.registrar.location.Binding;
import org.sipoauth.registrar.location.InMemoryLocation;
import org.sipoauth.registrar.location.Location;
import org.sipoauth.registrar.location.RedisAddress;
import org.sipoauth.registrar.location.RedisLocation;
import org.sipoauth.registrar.management.LastRefusals;
import org.sipoauth.registrar.management.ManagementServer;
import org.sipoauth.registrar.management.RegistrarMetrics;
import org.sipoauth.registrar.register.Arrival.Port;
import org.sipoauth.registrar.register.RefusedRequest;
import org.sipoauth.registrar.register.Registrar;
import org.sipoauth.registrar.register.RegistrarPolicy;
import org.sipoauth.registrar.register.ServedDomain;
import org.sipoauth.registrar.served.Followed;
import org.sipoauth.registrar.served.ServedEdges;
import org.sipoauth.registrar.served.ServedMode;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.transport.EdgeList;
import org.sipoauth.registrar.transport.PortInUseException;
import org.sipoauth.registrar.transport.ServerTls;
import org.sipoauth.registrar.transport.SipServer;
import org.sipoauth.registrar.transport.TlsFiles;
import org.sipoauth.registrar.transport.TransportSettings;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.keys.UrlKeys;
import org.sipoauth.verifier.metrics.VerifierMetrics;
import org.sipoauth.verifier.refresh.UrlSettings;
import org.sipoauth.verifier.sip.BearerChallenge;
import org.sipoauth.verifier.status.StatusReference;
import org.sipoauth.verifier.status.StatusSource;
import org.sipoauth.verifier.status.UrlStatusLists;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running registrar: all parts, put together from the settings. */
final class RegistrarServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistrarServer.class);
    private static final Duration FIRST_KEYS = Duration.ofSeconds(5);
    private static final Duration FIRST_STATUS_LISTS = Duration.ofSeconds(5);
    private static final Duration FILE_LOOK = Duration.ofSeconds(5);
    private static final String NONE = "none";
    private static final String SERVED = "served";
    private static final Duration SWEEP = Duration.ofSeconds(1);

    /** What was verified before a change of the status lists is answered by then. */
    private static final Duration SECOND_LOOK = RedisLocation.TIME_LIMIT.plusSeconds(1);

    private final Clock clock = Clock.systemUTC();
    private final RegistrarPolicy policy;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RegistrarMetrics metrics = new RegistrarMetrics(meters);
    private final LastRefusals refusals = new LastRefusals(metrics);
    private final KeySource keys;
    private final Optional<UrlStatusLists> statusLists;
    private final Optional<Followed<ServedEdges>> servedEdges;
    private final Optional<Followed<ServedMode>> servedMode;
    private volatile boolean modeServedAs;
    private final Location location;
    private final ServerTls tls;
    private final SipServer sip;
    private final ScheduledExecutorService housekeeping = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "housekeeping");
        thread.setDaemon(true);
        return thread;
    });

    private final InetSocketAddress oauthAddress;
    private final Optional<InetSocketAddress> mraAddress;
    private final ManagementServer management;
    private volatile boolean draining;

    /** Starts it: when this returns, every port is open. */
    RegistrarServer(Settings settings) throws SettingsException {
        OptionalInt mraPort = settings.optionalPort(Setting.MRA_OAUTH_PORT);
        if (mraPort.isPresent() && settings.optional(Setting.TLS_CLIENT_CA).isEmpty()) {
            throw new SettingsException("missing --tls.client-ca=…, the CAs of edges (or --mra-oauth-port=none)");
        }
        policy = policy(settings);
        TransportSettings transport = transport(settings);
        Duration reload = settings.time(Setting.TLS_RELOAD);
        ServedDomain domain = domain(settings);
        HeaderPair challenge =
                settings.choice(Setting.CHALLENGE, "407", "401").equals("407") ? HeaderPair.PROXY : HeaderPair.USER;
        Expectations expectations = expectations(settings);
        tls = tls(settings);
        servedMode = servedMode(settings);
        servedEdges = mraPort.isPresent() ? servedEdges(settings) : Optional.empty();
        keys = keys(settings);
        statusLists = statusLists(settings);
        location = location(settings);

        TokenVerifier verifier = verifier(expectations);
        BearerGate gate = new BearerGate(
                verifier,
                keys,
                challenge,
                BearerChallenge.ofRealm(settings.text(Setting.REALM))
                        .withAuthzServer(
                                settings.optional(Setting.AUTHZ_SERVER).orElse(settings.text(Setting.ISSUER))));
        Registrar registrar = new Registrar(policy, domain, gate, location, this::isRevoked, refusals, clock);
        sip = new SipServer(transport, tls, registrar::answer, metrics);
        try {
            String bind = settings.text(Setting.BIND);
            oauthAddress = sip.listen(Port.OAUTH, new InetSocketAddress(bind, settings.port(Setting.OAUTH_PORT)));
            mraAddress = mraPort.isPresent()
                    ? Optional.of(sip.listen(Port.MRA, new InetSocketAddress(bind, mraPort.getAsInt())))
                    : Optional.empty();
            management = management(settings);
        } catch (PortInUseException taken) {
            stopParts();
            Setting option = taken.port() == Port.OAUTH ? Setting.OAUTH_PORT : Setting.MRA_OAUTH_PORT;
            throw new SettingsException(taken.getMessage() + "; choose another with --" + option.key() + "=…");
        } catch (SettingsException | RuntimeException wrong) {
            stopParts();
            throw wrong;
        }
        metrics.watch(location, tls::notAfter, clock);
        metrics.watchEdges(tls.edges());
        servedEdges.ifPresent(edges -> metrics.watchServedEdges(edges, clock));
        VerifierMetrics.verdicts(verifier, Tags.empty()).bindTo(meters);
        VerifierMetrics.keys(keys, clock, Tags.empty()).bindTo(meters);
        statusLists.ifPresent(lists -> {
            VerifierMetrics.statusLists(lists, clock, Tags.empty()).bindTo(meters);
            lists.onChange(changed -> endRevoked(registrar));
        });
        every(reload, () -> tls.reload(metrics));
        every(SWEEP, () -> location.sweep(clock.instant()));
    }

    private TokenVerifier verifier(Expectations expectations) {
        TokenVerifier.Builder verifier =
                TokenVerifier.builder(expectations, keys).clock(clock);
        statusLists.ifPresent(verifier::statuses);
        return verifier.build();
    }

    /** Twice: a request that was verified by the lists before may be answered while the first look goes on, or after it. */
    private void endRevoked(Registrar registrar) {
        Runnable look = () -> {
            sip.endRevoked(this::isRevoked);
            registrar.endRevoked();
        };
        housekeeping.schedule(look, SECOND_LOOK.toMillis(), TimeUnit.MILLISECONDS);
        look.run();
    }

    private boolean isRevoked(StatusReference login) {
        return statusLists.map(lists -> lists.current().isRevoked(login)).orElse(false);
    }

    private void every(Duration interval, Runnable task) {
        housekeeping.scheduleWithFixedDelay(task, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private RegistrarPolicy policy(Settings settings) throws SettingsException {
        String mode = settings.choice(Setting.MODE, "enabled", "disabled", SERVED);
        boolean enabled = mode.equals("enabled");
        String nodeName = settings.optional(Setting.NODE_NAME).orElseGet(RegistrarServer::hostName);
        if (!nodeName.matches("[A-Za-z0-9._-]+(:\\d+)?")) { // a warn-agent: RFC 3261 §20.43
            throw new SettingsException("--node-name: not a host name: " + nodeName);
        }
        try {
            return new RegistrarPolicy(
                    mode.equals(SERVED) ? () -> modeServedAs : () -> enabled,
                    Set.copyOf(settings.list(Setting.DEVICES_OAUTH_DISABLED)),
                    nodeName,
                    settings.time(Setting.EXPIRES),
                    settings.time(Setting.MIN_EXPIRES),
                    settings.number(Setting.MAX_CONTACTS, 1, 100),
                    settings.time(Setting.TIMEOUT_IDLE));
        } catch (IllegalArgumentException wrong) {
            throw new SettingsException("--expires, --min-expires: " + wrong.getMessage());
        }
    }

    private static TransportSettings transport(Settings settings) throws SettingsException {
        return new TransportSettings(
                settings.time(Setting.TIMEOUT_HANDSHAKE),
                settings.time(Setting.TIMEOUT_MESSAGE),
                settings.time(Setting.TIMEOUT_UNREGISTERED),
                settings.time(Setting.TIMEOUT_IDLE),
                settings.time(Setting.TIMEOUT_DRAIN),
                settings.number(Setting.MAX_CONNECTIONS, 1, 10_000_000),
                Limits.DEFAULT);
    }

    private static Expectations expectations(Settings settings) throws SettingsException {
        try {
            boolean refused = settings.choice(Setting.TOKENS_WITHOUT_STATUS, "accepted", "refused")
                    .equals("refused");
            if (refused && settings.optional(Setting.STATUS_LISTS).equals(Optional.of(NONE))) {
                throw new SettingsException("--tokens-without-status=refused needs --status-lists=…");
            }
            return new Expectations(
                    settings.text(Setting.ISSUER),
                    settings.text(Setting.AUDIENCE),
                    settings.time(Setting.CLOCK_TOLERANCE),
                    refused);
        } catch (IllegalArgumentException wrong) {
            throw new SettingsException("--issuer, --audience, --clock-tolerance: " + wrong.getMessage());
        }
    }

    private static ServedDomain domain(Settings settings) {
        Set<String> hosts = new HashSet<>(settings.list(Setting.HOSTS));
        hosts.add(hostName());
        settings.optional(Setting.NODE_NAME).ifPresent(hosts::add);
        InetSocketAddress bind = new InetSocketAddress(settings.text(Setting.BIND), 0);
        if (bind.getAddress() != null && !bind.getAddress().isAnyLocalAddress()) {
            hosts.add(uriHost(bind.getAddress()));
        } else {
            addOwnAddresses(hosts);
        }
        return new ServedDomain(settings.text(Setting.DOMAIN), hosts);
    }

    private static void addOwnAddresses(Set<String> hosts) {
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .forEach(address -> hosts.add(uriHost(address)));
        } catch (SocketException unknown) {
            // then --hosts has to name them
        }
    }

    private static String uriHost(InetAddress address) {
        String text = address.getHostAddress().replaceFirst("%.*", "");
        return text.contains(":") ? "[" + text + "]" : text;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }

    private static ServerTls tls(Settings settings) throws SettingsException {
        TlsFiles files = new TlsFiles(
                settings.path(Setting.TLS_CERTIFICATE),
                settings.path(Setting.TLS_PRIVATE_KEY),
                settings.optionalPath(Setting.TLS_CLIENT_CA));
        try {
            return new ServerTls(
                    files,
                    new EdgeList(settings.list(Setting.EDGES), settings.optionalPath(Setting.EDGES_FILE)),
                    settings.choice(Setting.TLS_PHONE_CERTIFICATES, "ignored", "requested")
                            .equals("requested"));
        } catch (IllegalArgumentException | UncheckedIOException unusable) {
            throw new SettingsException(
                    "--tls.certificate, --tls.private-key, --tls.client-ca: " + unusable.getMessage());
        }
    }

    private KeySource keys(Settings settings) throws SettingsException {
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
            opened.awaitReady(FIRST_KEYS); // without them phones are asked to come again
            return opened;
        } catch (IllegalArgumentException | UncheckedIOException unusable) {
            throw new SettingsException("--jwks: " + unusable.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SettingsException("interrupted while reading --jwks");
        }
    }

    private Optional<UrlStatusLists> statusLists(Settings settings) throws SettingsException {
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
            opened.awaitReady(FIRST_STATUS_LISTS); // without them phones are asked to come again
            return Optional.of(opened);
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException("--status-lists: " + unusable.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SettingsException("interrupted while reading --status-lists");
        }
    }

    private static Location location(Settings settings) throws SettingsException {
        int limit = settings.number(Setting.MAX_BINDINGS, 1, 100_000_000);
        Optional<String> redis = settings.optional(Setting.LOCATION_REDIS);
        if (redis.isEmpty()) {
            return new InMemoryLocation(limit);
        }
        Optional<Path> trust = settings.optionalPath(Setting.LOCATION_REDIS_TRUST);
        try {
            return new RedisLocation(
                    RedisAddress.of(redis.get(), redisPassword(settings)),
                    trust.isPresent()
                            ? Optional.of(authorities(Setting.LOCATION_REDIS_TRUST, trust.get()))
                            : Optional.empty(),
                    limit);
        } catch (IllegalArgumentException wrong) {
            throw new SettingsException("--location.redis: " + wrong.getMessage());
        }
    }

    private static Optional<String> redisPassword(Settings settings) throws SettingsException {
        Optional<Path> file = settings.optionalPath(Setting.LOCATION_REDIS_PASSWORD_FILE);
        if (file.isEmpty()) {
            return Optional.ofNullable(System.getenv("SIPOAUTH_LOCATION_REDIS_PASSWORD"));
        }
        try {
            return Optional.of(Files.readString(file.get()).strip());
        } catch (IOException unreadable) {
            throw new SettingsException("--location.redis.password-file: cannot read " + file.get() + " as text");
        }
    }

    /** Waits for nothing: an edge that is turned away before the list is there comes again by itself. */
    private Optional<Followed<ServedEdges>> servedEdges(Settings settings) throws SettingsException {
        String where = settings.optional(Setting.EDGES_URL).orElse(settings.text(Setting.ISSUER) + "/edges");
        if (where.equals(NONE)) {
            return Optional.empty();
        }
        try {
            UrlSettings url = served(settings, where, Setting.EDGES_REFRESH, Setting.EDGES_CACHE);
            return Optional.of(Followed.edges(url, edges -> tls.edges().serve(edges.certificateNames())));
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException("--edges.url: " + unusable.getMessage());
        }
    }

    /** Waits for nothing: until the mode is known, it is off. */
    private Optional<Followed<ServedMode>> servedMode(Settings settings) throws SettingsException {
        if (!settings.text(Setting.MODE).equals(SERVED)) {
            return Optional.empty();
        }
        String where = settings.optional(Setting.MODE_URL).orElse(settings.text(Setting.ISSUER) + "/sip-oauth-mode");
        try {
            UrlSettings url = served(settings, where, Setting.MODE_REFRESH, Setting.MODE_CACHE);
            return Optional.of(Followed.mode(url, this::take));
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException("--mode.url: " + unusable.getMessage());
        }
    }

    private void take(ServedMode mode) {
        modeServedAs = mode.enabled();
        LOG.info("{}", mode);
    }

    private UrlSettings served(Settings settings, String where, Setting refresh, Setting cache)
            throws SettingsException {
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
        TrustManagerFactory trust = authorities(Setting.JWKS_TRUST, authorities);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new SettingsException("--jwks.trust: cannot use " + authorities + ": " + unusable.getMessage());
        }
    }

    private static TrustManagerFactory authorities(Setting setting, Path authorities) throws SettingsException {
        try (InputStream pem = Files.newInputStream(authorities)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("authority-" + store.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            return trust;
        } catch (GeneralSecurityException | IOException unusable) {
            throw new SettingsException(
                    "--" + setting.key() + ": cannot use " + authorities + ": " + unusable.getMessage());
        }
    }

    private ManagementServer management(Settings settings) throws SettingsException {
        int port = settings.port(Setting.MANAGEMENT_PORT);
        try {
            ManagementServer.Pages pages =
                    new ManagementServer.Pages(meters::scrape, this::health, this::status, this::bindings);
            return new ManagementServer(port, pages);
        } catch (IOException taken) {
            throw new SettingsException("127.0.0.1:" + port + " cannot be bound: " + taken.getMessage()
                    + "; choose another with --" + Setting.MANAGEMENT_PORT.key() + "=…");
        }
    }

    /** Healthy: phones with good tokens can register here now. */
    private ManagementServer.Health health() {
        KeySnapshot current = keys.current();
        Map<String, Object> details = new LinkedHashMap<>();
        String status = draining ? "DRAINING" : trouble().orElse("UP");
        details.put("status", status);
        details.put("mode", policy.oauthMode().getAsBoolean() ? "enabled" : "disabled");
        servedMode.ifPresent(mode -> details.put("modeReadAt", ifEver(mode.readAt())));
        details.put("keyIds", List.copyOf(current.keyIds()));
        details.put("keysReadAt", ifEver(current.readAt()));
        statusLists.map(UrlStatusLists::current).ifPresent(lists -> {
            details.put("statusLists", lists.uris().size());
            details.put("statusListsReadAt", ifEver(lists.readAt()));
            details.put("revoked", lists.countRevoked());
        });
        details.put("edges", tls.edges().size());
        servedEdges.ifPresent(edges -> details.put("edgesReadAt", ifEver(edges.readAt())));
        details.put("certificateEnds", tls.notAfter());
        details.put("bindings", location.size());
        return new ManagementServer.Health(status.equals("UP"), details);
    }

    /** What an operator asks first: what {@link #health} says, where we listen, and whom we refused last. */
    private Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("node", policy.nodeName());
        Map<String, Object> listeners = new LinkedHashMap<>();
        listeners.put(Port.OAUTH.label(), uriHost(oauthAddress.getAddress()) + ":" + oauthAddress.getPort());
        mraAddress.ifPresent(mra -> listeners.put(Port.MRA.label(), uriHost(mra.getAddress()) + ":" + mra.getPort()));
        status.put("listeners", listeners);
        status.putAll(health().details());
        status.put(
                "lastRefusals",
                refusals.list().stream().map(RegistrarServer::describe).toList());
        return status;
    }

    private static Map<String, Object> describe(RefusedRequest refused) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("at", refused.at());
        described.put("cause", refused.refusal().label());
        described.put("status", refused.status());
        described.put("detail", refused.detail());
        described.put("method", refused.method());
        described.put("to", refused.to());
        described.put("devices", refused.devices());
        described.put(
                "from",
                uriHost(refused.peer().getAddress()) + ":" + refused.peer().getPort());
        described.put("edge", refused.edge());
        described.put("port", refused.port().label());
        return described;
    }

    /** What keeps phones with good tokens from registering. */
    private Optional<String> trouble() {
        Instant now = clock.instant();
        if (keys.current().isTooOld(now)) {
            return Optional.of("KEYS_TOO_OLD");
        }
        if (statusLists.filter(lists -> lists.current().isTooOld(now)).isPresent()) {
            return Optional.of("STATUS_TOO_OLD");
        }
        return location.isUsable() ? Optional.empty() : Optional.of("LOCATION_AWAY");
    }

    private static Object ifEver(Instant instant) {
        return instant.equals(Instant.MIN) ? Optional.empty() : instant;
    }

    private List<Map<String, Object>> bindings() {
        Instant now = clock.instant();
        return location.all(now).stream().map(binding -> describe(binding, now)).toList();
    }

    private static Map<String, Object> describe(Binding binding, Instant now) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("aor", binding.addressOfRecord());
        described.put("contact", binding.contact().uri());
        described.put("path", binding.path());
        described.put("device", binding.deviceName());
        described.put("instance", binding.contact().instance());
        described.put("expires", binding.remainingSeconds(now));
        described.put("expiresAt", binding.expiresAt());
        return described;
    }

    InetSocketAddress oauthAddress() {
        return oauthAddress;
    }

    Optional<InetSocketAddress> mraAddress() {
        return mraAddress;
    }

    InetSocketAddress managementAddress() {
        return management.address();
    }

    /** The line that says that we are ready. */
    String listening() {
        return "listening oauth=" + hostAndPort(oauthAddress)
                + mraAddress.map(address -> " mra=" + hostAndPort(address)).orElse("")
                + " management=" + hostAndPort(management.address());
    }

    private static String hostAndPort(InetSocketAddress address) {
        return uriHost(address.getAddress()) + ":" + address.getPort();
    }

    /** Accepts nothing new, ends what has begun, then closes. */
    @Override
    public void close() {
        draining = true;
        stopParts();
        management.close();
    }

    private void stopParts() {
        sip.stop();
        statusLists.ifPresent(UrlStatusLists::close);
        servedEdges.ifPresent(Followed::close);
        servedMode.ifPresent(Followed::close);
        housekeeping.shutdownNow();
        location.close();
        try {
            keys.close();
        } catch (Exception failed) {
            throw new IllegalStateException("cannot close the key source", failed);
        }
    }
}
