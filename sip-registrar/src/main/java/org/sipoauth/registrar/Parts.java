package org.sipoauth.registrar;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.sipoauth.registrar.location.InMemoryLocation;
import org.sipoauth.registrar.location.Location;
import org.sipoauth.registrar.location.RedisAddress;
import org.sipoauth.registrar.location.RedisLocation;
import org.sipoauth.registrar.management.OtlpExport;
import org.sipoauth.registrar.register.RegistrarPolicy;
import org.sipoauth.registrar.register.ServedDomain;
import org.sipoauth.registrar.sip.Limits;
import org.sipoauth.registrar.transport.EdgeList;
import org.sipoauth.registrar.transport.ServerTls;
import org.sipoauth.registrar.transport.TlsFiles;
import org.sipoauth.registrar.transport.TransportSettings;
import org.sipoauth.verifier.Expectations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a registrar that its settings alone make. */
final class Parts {
    static final String SERVED = "served";

    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);
    private static final int USUAL_CONNECTIONS = 50_000;
    /** The most memory for what peers have not sent to its end: the other parts are bindings, TLS, keys and garbage. */
    private static final int HEAP_TO_UNFINISHED = 8;

    private static final int IDLE_TO_MARGIN = 10;
    private static final Duration SHORTEST_FLOW_TIMER = Duration.ofSeconds(1);
    private static final int MOST_CONNECTIONS = 10_000_000;

    private Parts() {}

    /** @param modeOfTheServer whether the mode is on, where the settings leave it to the server */
    static RegistrarPolicy policy(Settings settings, BooleanSupplier modeOfTheServer) throws SettingsException {
        String mode = settings.choice(Setting.MODE, "enabled", "disabled", SERVED);
        boolean enabled = mode.equals("enabled");
        String nodeName = settings.optional(Setting.NODE_NAME).orElseGet(Parts::hostName);
        if (!nodeName.matches("[A-Za-z0-9._-]+(:\\d+)?")) { // a warn-agent: RFC 3261 §20.43
            throw new SettingsException("--node-name: not a host name: " + nodeName);
        }
        try {
            return new RegistrarPolicy(
                    mode.equals(SERVED) ? modeOfTheServer : () -> enabled,
                    Set.copyOf(settings.list(Setting.DEVICES_OAUTH_DISABLED)),
                    nodeName,
                    settings.time(Setting.EXPIRES),
                    settings.time(Setting.MIN_EXPIRES),
                    settings.number(Setting.MAX_CONTACTS, 1, 100),
                    flowTimer(settings.time(Setting.TIMEOUT_IDLE)));
        } catch (IllegalArgumentException wrong) {
            throw new SettingsException("--expires, --min-expires: " + wrong.getMessage());
        }
    }

    /**
     * A phone is told less than it has: its keep-alive comes in the last moment (RFC 5626 §5.4), and takes its time. Never 0, as which
     * less than a second would be printed.
     */
    private static Duration flowTimer(Duration idle) {
        Duration told = idle.minus(idle.dividedBy(IDLE_TO_MARGIN));
        return told.compareTo(SHORTEST_FLOW_TIMER) < 0 ? SHORTEST_FLOW_TIMER : told;
    }

    static TransportSettings transport(Settings settings) throws SettingsException {
        boolean byAddress = !settings.text(Setting.MAX_CONNECTIONS_PER_ADDRESS).equals(Sources.NONE);
        return new TransportSettings(
                settings.time(Setting.TIMEOUT_HANDSHAKE),
                settings.time(Setting.TIMEOUT_MESSAGE),
                settings.time(Setting.TIMEOUT_UNREGISTERED),
                settings.time(Setting.TIMEOUT_IDLE),
                settings.time(Setting.TIMEOUT_DRAIN),
                maxConnections(settings, OpenFiles.limit()),
                byAddress
                        ? settings.number(Setting.MAX_CONNECTIONS_PER_ADDRESS, 1, MOST_CONNECTIONS)
                        : MOST_CONNECTIONS,
                Limits.DEFAULT,
                Runtime.getRuntime().maxMemory() / HEAP_TO_UNFINISHED);
    }

    /**
     * A connection that could not be accepted would wait unanswered, and so would the next one.
     *
     * @param files that this process may have open; empty where nobody knows
     */
    static int maxConnections(Settings settings, OptionalLong files) throws SettingsException {
        boolean set = settings.optional(Setting.MAX_CONNECTIONS).isPresent();
        int wanted = set ? settings.number(Setting.MAX_CONNECTIONS, 1, MOST_CONNECTIONS) : USUAL_CONNECTIONS;
        long room = files.orElse(Long.MAX_VALUE) - OpenFiles.BESIDE_CONNECTIONS;
        if (wanted <= room) {
            return wanted;
        }
        String trouble =
                "%d connections need %d open files, and this process may have %d (LimitNOFILE of systemd, ulimit -n)"
                        .formatted(wanted, wanted + (long) OpenFiles.BESIDE_CONNECTIONS, files.getAsLong());
        if (set || room < 1) {
            throw new SettingsException("--max-connections: " + trouble + "; raise the one or lower the other");
        }
        LOG.warn("{}; max-connections is {}", trouble, room);
        return (int) room;
    }

    static Expectations expectations(Settings settings) throws SettingsException {
        try {
            boolean refused = settings.choice(Setting.TOKENS_WITHOUT_STATUS, "accepted", "refused")
                    .equals("refused");
            if (refused && settings.optional(Setting.STATUS_LISTS).equals(Optional.of(Sources.NONE))) {
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

    static ServedDomain domain(Settings settings) {
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

    static String uriHost(InetAddress address) {
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

    static ServerTls tls(Settings settings) throws SettingsException {
        TlsFiles files = new TlsFiles(
                settings.path(Setting.TLS_CERTIFICATE),
                settings.path(Setting.TLS_PRIVATE_KEY),
                settings.optionalPath(Setting.TLS_CLIENT_CA));
        List<String> believed = settings.list(Setting.EDGES_PHONE_CERTIFICATES);
        if (!believed.isEmpty() && settings.optional(Setting.TLS_CLIENT_CA).isEmpty()) {
            LOG.warn(
                    "{} names {}, and counts for nothing: without {} no edge is let in",
                    Setting.EDGES_PHONE_CERTIFICATES.key(),
                    believed,
                    Setting.TLS_CLIENT_CA.key());
        }
        try {
            return new ServerTls(
                    files,
                    new EdgeList(settings.list(Setting.EDGES), settings.optionalPath(Setting.EDGES_FILE), believed),
                    settings.choice(Setting.TLS_PHONE_CERTIFICATES, "ignored", "requested")
                            .equals("requested"));
        } catch (IllegalArgumentException | UncheckedIOException unusable) {
            throw new SettingsException(
                    "--tls.certificate, --tls.private-key, --tls.client-ca: " + unusable.getMessage());
        }
    }

    static Optional<MeterRegistry> otlp(Settings settings, String nodeName) throws SettingsException {
        Duration every = settings.time(Setting.OTLP_METRICS_EVERY);
        Optional<String> url = settings.optional(Setting.OTLP_METRICS_URL);
        if (url.isEmpty()) {
            return Optional.empty();
        }
        URI collector = collector(url.get())
                .orElseThrow(() -> new SettingsException("--" + Setting.OTLP_METRICS_URL.key()
                        + ": not an address such as http://collector:4318/v1/metrics; what the collector asks for belongs"
                        + " into the environment, as OTEL_EXPORTER_OTLP_HEADERS"));
        return Optional.of(OtlpExport.to(collector, every, nodeName));
    }

    private static Optional<URI> collector(String url) {
        try {
            URI uri = new URI(url);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return web && uri.getHost() != null && uri.getRawUserInfo() == null ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException wrong) {
            return Optional.empty();
        }
    }

    static Location location(Settings settings) throws SettingsException {
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
                            ? Optional.of(TrustFile.of(Setting.LOCATION_REDIS_TRUST, trust.get())
                                    .factory())
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
}
