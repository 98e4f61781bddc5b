package org.sipoauth.registrar.management;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sipoauth.registrar.location.Location;
import org.sipoauth.registrar.register.Arrival.Port;
import org.sipoauth.registrar.register.Refusal;
import org.sipoauth.registrar.register.RefusedRequest;
import org.sipoauth.registrar.register.RegistrationEvents;
import org.sipoauth.registrar.served.Followed;
import org.sipoauth.registrar.sip.Parsed;
import org.sipoauth.registrar.transport.ConnectionEvents;
import org.sipoauth.registrar.transport.ConnectionLimit;
import org.sipoauth.registrar.transport.Deadline;
import org.sipoauth.registrar.transport.EdgeList;
import org.sipoauth.registrar.transport.HandshakeFailure;

/** Counts what happens. Every series exists from the start, so that an alert can tell 0 from absent. */
public final class RegistrarMetrics implements RegistrationEvents, ConnectionEvents {
    private final MeterRegistry registry;
    private final Counter accepted;
    private final Map<Refusal, Counter> refused;
    private final Map<Port, PortMeters> ports;
    private final Counter revokedBindings;
    private final Counter endedEdges;
    private final Counter reloaded;
    private final Counter reloadFailed;

    private record PortMeters(
            AtomicInteger open,
            Counter opened,
            Map<ConnectionLimit, Counter> turnedAway,
            Map<HandshakeFailure, Counter> handshakeFailures,
            Map<Deadline, Counter> timeouts,
            Counter revoked,
            Counter crowdedOut,
            Map<Parsed.Cause, Counter> malformed) {}

    public RegistrarMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.accepted = registrations("accepted", "none");
        this.refused = each(
                Refusal.class,
                refusal -> registrations(refusal == Refusal.CHALLENGED ? "challenged" : "refused", refusal.label()));
        this.ports = each(Port.class, this::portMeters);
        this.revokedBindings = Counter.builder("sip.bindings.revoked")
                .description("Bindings ended, for their login was revoked")
                .register(registry);
        this.endedEdges = Counter.builder("sip.edges.ended")
                .description("Connections of edges ended, for they are no longer on the list")
                .register(registry);
        this.reloaded = reloads("success");
        this.reloadFailed = reloads("failure");
    }

    private static <K extends Enum<K>, V> Map<K, V> each(Class<K> type, Function<K, V> value) {
        Map<K, V> map = new EnumMap<>(type);
        for (K key : type.getEnumConstants()) {
            map.put(key, value.apply(key));
        }
        return map;
    }

    private Counter registrations(String outcome, String cause) {
        return Counter.builder("sip.registrations")
                .description("Requests by outcome and cause")
                .tag("outcome", outcome)
                .tag("cause", cause)
                .register(registry);
    }

    private Counter reloads(String outcome) {
        return Counter.builder("tls.reloads")
                .description("Changed certificates, keys and lists of edges")
                .tag("outcome", outcome)
                .register(registry);
    }

    private PortMeters portMeters(Port port) {
        AtomicInteger open = new AtomicInteger();
        Gauge.builder("sip.connections", open, AtomicInteger::get)
                .description("Open connections")
                .tag("port", port.label())
                .register(registry);
        return new PortMeters(
                open,
                counter("sip.connections.opened", "Connections taken", port, "result", "opened"),
                each(
                        ConnectionLimit.class,
                        limit -> counter(
                                "sip.connections.turned.away",
                                "Connections beyond a limit",
                                port,
                                "limit",
                                limit.label())),
                each(
                        HandshakeFailure.class,
                        failure -> counter(
                                "tls.handshake.failures", "TLS handshakes failed", port, "cause", failure.label())),
                each(
                        Deadline.class,
                        deadline -> counter(
                                "sip.timeouts", "Connections closed as too slow", port, "deadline", deadline.label())),
                counter("sip.connections.revoked", "Connections of revoked logins", port, "result", "closed"),
                counter(
                        "sip.connections.crowded.out",
                        "Connections with the largest unfinished messages, when these took too much memory",
                        port,
                        "result",
                        "closed"),
                each(Parsed.Cause.class, cause -> malformedMessages(port, cause)));
    }

    private Counter malformedMessages(Port port, Parsed.Cause cause) {
        return Counter.builder("sip.malformed")
                .description("What is no SIP message, by cause")
                .tag("port", port.label())
                .tag("cause", cause.label())
                .tag("status", Integer.toString(cause.status()))
                .register(registry);
    }

    private Counter counter(String name, String description, Port port, String key, String value) {
        return Counter.builder(name)
                .description(description)
                .tag("port", port.label())
                .tag(key, value)
                .register(registry);
    }

    /** Adds the gauges over parts that exist only later. */
    public void watch(Location location, Supplier<Instant> certificateEnd, InstantSource clock) {
        Gauge.builder("sip.bindings", location, Location::size)
                .description("Bindings held")
                .register(registry);
        Gauge.builder(
                        "tls.certificate.remaining",
                        () -> Duration.between(clock.instant(), certificateEnd.get())
                                .toSeconds())
                .description("Time until the node's certificate ends")
                .baseUnit("seconds")
                .register(registry);
    }

    /** Adds what is known of the edges that may connect. */
    public void watchEdges(EdgeList edges) {
        Gauge.builder("sip.edges.listed", edges, EdgeList::size)
                .description("Certificate names of edges that may connect")
                .register(registry);
    }

    /**
     * Adds how old it is what a server decides.
     *
     * @param name of what it decides, as in the metrics' own
     */
    public void watchServed(String name, Followed<?> followed, InstantSource clock) {
        Gauge.builder("sip." + name + ".age", followed, served -> secondsSince(served.readAt(), clock))
                .description("Since the server last confirmed it")
                .baseUnit("seconds")
                .register(registry);
        FunctionCounter.builder("sip." + name + ".refresh.failures", followed, Followed::failedPolls)
                .description("Readings of it that failed")
                .register(registry);
    }

    /** Adds how much memory messages take that are not yet whole. */
    public void watchUnfinished(Supplier<Number> bytes) {
        Gauge.builder("sip.unfinished", bytes)
                .description("Memory of messages, and records of TLS, that have begun and are not yet whole")
                .baseUnit("bytes")
                .register(registry);
    }

    /** Adds the ports that the server has changed and that could not be opened. */
    public void watchPendingPorts(Supplier<Number> pending) {
        Gauge.builder("sip.ports.pending", pending)
                .description("OAuth ports that are not where the server wants them")
                .register(registry);
    }

    /** NaN where there was no time yet. */
    private static double secondsSince(Instant time, InstantSource clock) {
        return time.equals(Instant.MIN)
                ? Double.NaN
                : Duration.between(time, clock.instant()).toMillis() / 1000.0;
    }

    @Override
    public void accepted() {
        accepted.increment();
    }

    @Override
    public void challenged() {
        of(refused, Refusal.CHALLENGED).increment();
    }

    @Override
    public void refused(RefusedRequest request) {
        of(refused, request.refusal()).increment();
    }

    @Override
    public void revoked() {
        revokedBindings.increment();
    }

    @Override
    public void revoked(Port port) {
        of(ports, port).revoked().increment();
    }

    @Override
    public void crowdedOut(Port port) {
        of(ports, port).crowdedOut().increment();
    }

    @Override
    public void opened(Port port) {
        of(ports, port).open().incrementAndGet();
        of(ports, port).opened().increment();
    }

    @Override
    public void closed(Port port) {
        of(ports, port).open().decrementAndGet();
    }

    @Override
    public void turnedAway(Port port, ConnectionLimit limit) {
        of(of(ports, port).turnedAway(), limit).increment();
    }

    @Override
    public void handshakeFailed(Port port, HandshakeFailure cause) {
        of(of(ports, port).handshakeFailures(), cause).increment();
    }

    @Override
    public void malformed(Port port, Parsed.Cause cause) {
        of(of(ports, port).malformed(), cause).increment();
    }

    @Override
    public void timedOut(Port port, Deadline deadline) {
        of(of(ports, port).timeouts(), deadline).increment();
    }

    @Override
    public void edgeEnded() {
        endedEdges.increment();
    }

    @Override
    public void reloaded(boolean successfully) {
        (successfully ? reloaded : reloadFailed).increment();
    }

    private static <K, V> V of(Map<K, V> map, K key) {
        V value = map.get(key);
        if (value == null) {
            throw new IllegalStateException("no meter for " + key);
        }
        return value;
    }
}
