package org.sipoauth.registrar;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.sipoauth.registrar.bearer.BearerGate;
import org.sipoauth.registrar.bearer.HeaderPair;
import org.sipoauth.registrar.location.Binding;
import org.sipoauth.registrar.location.Location;
import org.sipoauth.registrar.location.RedisLocation;
import org.sipoauth.registrar.management.LastRefusals;
import org.sipoauth.registrar.management.ManagementServer;
import org.sipoauth.registrar.management.PhoneQuery;
import org.sipoauth.registrar.management.RegistrarMetrics;
import org.sipoauth.registrar.register.Arrival.Port;
import org.sipoauth.registrar.register.PeerLog;
import org.sipoauth.registrar.register.Refusal;
import org.sipoauth.registrar.register.RefusedRequest;
import org.sipoauth.registrar.register.Registrar;
import org.sipoauth.registrar.register.RegistrarPolicy;
import org.sipoauth.registrar.register.ServedDomain;
import org.sipoauth.registrar.served.ServedPorts;
import org.sipoauth.registrar.transport.PortInUseException;
import org.sipoauth.registrar.transport.ServerTls;
import org.sipoauth.registrar.transport.SipServer;
import org.sipoauth.registrar.transport.TransportSettings;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.metrics.VerifierMetrics;
import org.sipoauth.verifier.sip.BearerChallenge;
import org.sipoauth.verifier.status.UrlStatusLists;

/** A running registrar: all parts, put together from the settings. */
final class RegistrarServer implements AutoCloseable {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration SWEEP = Duration.ofSeconds(1);
    private static final Duration LAST_METRICS = Duration.ofSeconds(3);

    /** What was verified before a change of the status lists is answered by then. */
    private static final Duration SECOND_LOOK = RedisLocation.TIME_LIMIT.plusSeconds(1);

    private final Clock clock = Clock.systemUTC();
    private final RegistrarPolicy policy;
    private final PrometheusMeterRegistry page = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Optional<MeterRegistry> sent;
    private final RegistrarMetrics metrics;
    private final PeerLog log = new PeerLog();
    private final LastRefusals refusals;
    private final Sources sources;
    private final Location location;
    private final ServerTls tls;
    private final SipServer sip;
    private final Housekeeping housekeeping = new Housekeeping();
    private final Listeners listeners;
    private final ManagementServer management;
    private volatile Optional<ServedPorts> portsOfTheServer = Optional.empty();
    private volatile boolean modeOfTheServer;
    private volatile boolean draining;

    /** Starts it: when this returns, every port is open. */
    RegistrarServer(Settings settings) throws SettingsException {
        OptionalInt mraPort = settings.optionalPort(Setting.MRA_OAUTH_PORT);
        if (mraPort.isPresent() && settings.optional(Setting.TLS_CLIENT_CA).isEmpty()) {
            throw new SettingsException("missing --tls.client-ca=…, the CAs of edges (or --mra-oauth-port=none)");
        }
        policy = Parts.policy(settings, () -> modeOfTheServer);
        sent = Parts.otlp(settings, policy.nodeName());
        MeterRegistry meters = sent.<MeterRegistry>map(this::both).orElse(page);
        metrics = new RegistrarMetrics(meters);
        refusals = new LastRefusals(metrics);
        TransportSettings transport = Parts.transport(settings);
        Duration reload = settings.time(Setting.TLS_RELOAD);
        ServedDomain domain = Parts.domain(settings);
        HeaderPair challenge =
                settings.choice(Setting.CHALLENGE, "407", "401").equals("407") ? HeaderPair.PROXY : HeaderPair.USER;
        Expectations expectations = Parts.expectations(settings);
        tls = Parts.tls(settings);
        Optional<Consumer<Set<String>>> listed =
                mraPort.isPresent() ? Optional.of(tls.edges()::serve) : Optional.empty();
        sources = new Sources(
                settings,
                clock,
                listed,
                enabled -> modeOfTheServer = enabled,
                ports -> portsOfTheServer = Optional.of(ports));
        location = Parts.location(settings);

        TokenVerifier verifier = sources.verifier(expectations);
        BearerGate gate = new BearerGate(
                verifier,
                sources.keys(),
                challenge,
                BearerChallenge.ofRealm(settings.text(Setting.REALM))
                        .withAuthzServer(
                                settings.optional(Setting.AUTHZ_SERVER).orElse(settings.text(Setting.ISSUER))));
        Registrar registrar =
                new Registrar(policy, domain, gate, location, sources::isRevoked, this::trouble, refusals, clock, log);
        sip = new SipServer(transport, tls, registrar::answer, metrics, log);
        listeners = new Listeners(sip, settings.text(Setting.BIND), policy.nodeName(), () -> portsOfTheServer);
        try {
            management = management(settings); // first: a port that the server names may not take this one's
        } catch (SettingsException | RuntimeException wrong) {
            stopParts();
            sendLast();
            throw wrong;
        }
        try {
            Map<Port, Integer> ports = new EnumMap<>(Port.class);
            ports.put(Port.OAUTH, settings.port(Setting.OAUTH_PORT));
            mraPort.ifPresent(port -> ports.put(Port.MRA, port));
            listeners.open(ports);
        } catch (PortInUseException taken) {
            close();
            Setting option = taken.port() == Port.OAUTH ? Setting.OAUTH_PORT : Setting.MRA_OAUTH_PORT;
            throw new SettingsException(taken.getMessage() + "; choose another with "
                    + (portsOfTheServer.isPresent() ? "sipoauth node set, or " : "") + "--" + option.key() + "=…");
        } catch (SettingsException | RuntimeException wrong) {
            close();
            throw wrong;
        }
        metrics.watch(location, tls::notAfter, clock);
        metrics.watchUnfinished(sip::unfinishedBytes);
        metrics.watchEdges(tls.edges());
        sources.edges().ifPresent(edges -> metrics.watchServed("edges", edges, clock));
        sources.mode().ifPresent(mode -> metrics.watchServed("mode", mode, clock));
        sources.ports().ifPresent(ports -> {
            metrics.watchServed("ports", ports, clock);
            metrics.watchPendingPorts(() -> listeners.pending().size());
            housekeeping.every(SWEEP, "following the ports", listeners::follow);
        });
        new JvmMemoryMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        new FileDescriptorMetrics().bindTo(meters); // a connection is an open file
        VerifierMetrics.verdicts(verifier, Tags.empty()).bindTo(meters);
        VerifierMetrics.keys(sources.keys(), clock, Tags.empty()).bindTo(meters);
        sources.statusLists().ifPresent(lists -> {
            VerifierMetrics.statusLists(lists, clock, Tags.empty()).bindTo(meters);
            lists.onChange(changed -> endRevoked(registrar));
            housekeeping.every(SWEEP, "ending what is revoked", registrar::endRevokedLeft);
        });
        housekeeping.every(MINUTE, "telling what the log left out", log::endMinute);
        housekeeping.every(reload, "reading certificates and edges", () -> tls.reload(metrics));
        housekeeping.every(SWEEP, "sweeping the location", () -> location.sweep(clock.instant()));
    }

    private MeterRegistry both(MeterRegistry other) {
        return new CompositeMeterRegistry(io.micrometer.core.instrument.Clock.SYSTEM, List.of(page, other));
    }

    /** Twice: a request that was verified by the lists before may be answered while the first look goes on, or after it. */
    private void endRevoked(Registrar registrar) {
        Runnable look = () -> {
            sip.endRevoked(sources::isRevoked);
            registrar.endRevoked();
        };
        housekeeping.after(SECOND_LOOK, "ending what is revoked", look);
        look.run();
    }

    private ManagementServer management(Settings settings) throws SettingsException {
        int port = settings.port(Setting.MANAGEMENT_PORT);
        String bind = settings.text(Setting.MANAGEMENT_BIND);
        try {
            ManagementServer.Pages pages = new ManagementServer.Pages(
                    page::scrape, this::health, this::status, this::bindings, this::refusals);
            return new ManagementServer(new InetSocketAddress(bind, port), pages);
        } catch (IOException | UnresolvedAddressException taken) {
            throw new SettingsException(bind + ":" + port + " cannot be bound: " + taken.getMessage()
                    + "; choose another with --" + Setting.MANAGEMENT_PORT.key() + "=… or --"
                    + Setting.MANAGEMENT_BIND.key() + "=…");
        }
    }

    /** Healthy: phones with good tokens can register here now. */
    private ManagementServer.Health health() {
        KeySnapshot current = sources.keys().current();
        Map<String, Object> details = new LinkedHashMap<>();
        String status = trouble().orElse("UP");
        details.put("status", status);
        details.put("mode", policy.oauthMode().getAsBoolean() ? "enabled" : "disabled");
        sources.mode().ifPresent(mode -> details.put("modeReadAt", ifEver(mode.readAt())));
        details.put("keyIds", List.copyOf(current.keyIds()));
        details.put("keysReadAt", ifEver(current.readAt()));
        sources.statusLists().map(UrlStatusLists::current).ifPresent(lists -> {
            details.put("statusLists", lists.uris().size());
            details.put("statusListsReadAt", ifEver(lists.readAt()));
            details.put("revoked", lists.countRevoked());
        });
        details.put("edges", tls.edges().size());
        sources.edges().ifPresent(edges -> details.put("edgesReadAt", ifEver(edges.readAt())));
        details.put("certificateEnds", tls.notAfter());
        details.put("bindings", location.size());
        return new ManagementServer.Health(status.equals("UP"), details);
    }

    /** What an operator asks first: what {@link #health} says, where we listen, and whom we refused last. */
    private Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("node", policy.nodeName());
        Map<String, Object> listening = new LinkedHashMap<>();
        Map<String, Object> pending = new LinkedHashMap<>();
        for (Port port : Port.values()) {
            listeners.address(port).ifPresent(address -> listening.put(port.label(), Listeners.text(address)));
            Optional.ofNullable(listeners.pending().get(port)).ifPresent(why -> pending.put(port.label(), why));
        }
        status.put("listeners", listening);
        sources.ports().ifPresent(ports -> {
            status.put("portsPending", pending);
            status.put("portsReadAt", ifEver(ports.readAt()));
        });
        status.putAll(health().details());
        status.put("lastRefusals", refusals(PhoneQuery.ANY));
        return status;
    }

    private List<Map<String, Object>> refusals(PhoneQuery query) {
        return refusals.list(query).stream().map(RegistrarServer::describe).toList();
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
                Parts.uriHost(refused.peer().getAddress()) + ":"
                        + refused.peer().getPort());
        described.put("edge", refused.edge());
        described.put("port", refused.port().label());
        return described;
    }

    /** What keeps phones with good tokens from registering, as in {@code status} of {@link #health}. */
    private Optional<String> trouble() {
        if (draining) {
            return Optional.of("DRAINING");
        }
        return sources.trouble()
                .or(() -> location.isUsable() ? Optional.empty() : Optional.of(Refusal.LOCATION_AWAY))
                .map(Refusal::name);
    }

    private static Object ifEver(Instant instant) {
        return instant.equals(Instant.MIN) ? Optional.empty() : instant;
    }

    private List<Map<String, Object>> bindings(PhoneQuery query) {
        Instant now = clock.instant();
        return location.all(now).stream()
                .filter(binding -> query.device().isEmpty() || query.device().equals(binding.deviceName()))
                .filter(binding -> query.addressOfRecord()
                        .filter(wanted -> !wanted.equals(binding.addressOfRecord()))
                        .isEmpty())
                .map(binding -> describe(binding, now))
                .toList();
    }

    private static Map<String, Object> describe(Binding binding, Instant now) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("aor", binding.addressOfRecord());
        described.put("contact", binding.contact().uri());
        described.put("path", binding.path());
        described.put("device", binding.deviceName());
        described.put("instance", binding.contact().instance());
        described.put("flow", binding.flow());
        described.put("expires", binding.remainingSeconds(now));
        described.put("expiresAt", binding.expiresAt());
        return described;
    }

    InetSocketAddress oauthAddress() {
        return listeners.address(Port.OAUTH).orElseThrow();
    }

    Optional<InetSocketAddress> mraAddress() {
        return listeners.address(Port.MRA);
    }

    InetSocketAddress managementAddress() {
        return management.address();
    }

    /** The line that says that we are ready. */
    String listening() {
        return "listening oauth=" + Listeners.text(oauthAddress())
                + mraAddress().map(address -> " mra=" + Listeners.text(address)).orElse("")
                + " management=" + Listeners.text(management.address());
    }

    /** Accepts nothing new, ends what has begun, then closes. */
    @Override
    public void close() {
        draining = true;
        stopParts();
        management.close();
        sendLast();
    }

    private void stopParts() {
        listeners.close();
        sip.stop();
        sources.close();
        housekeeping.close();
        location.close();
        log.endMinute();
    }

    /** Metrics once more, after all else: a collector that is away or hangs is no reason to end later, or not as it should. */
    private void sendLast() {
        if (sent.isEmpty()) {
            return;
        }
        Thread sending = new Thread(sent.get()::close, "last metrics");
        sending.setDaemon(true);
        sending.start();
        try {
            sending.join(LAST_METRICS.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
