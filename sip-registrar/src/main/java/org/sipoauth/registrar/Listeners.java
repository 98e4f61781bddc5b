package org.sipoauth.registrar;

import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.sipoauth.registrar.register.Arrival.Port;
import org.sipoauth.registrar.served.ServedPorts;
import org.sipoauth.registrar.transport.PortInUseException;
import org.sipoauth.registrar.transport.SipServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the registrar listens: on the ports of its settings, until a server names others for its node. Thread-safe. */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final SipServer sip;
    private final String bind;
    private final String node;
    private final Supplier<Optional<ServedPorts>> served;
    private final Map<Port, InetSocketAddress> addresses = new EnumMap<>(Port.class); // guarded by this
    private final Map<Port, String> pending = new EnumMap<>(Port.class); // guarded by this
    private boolean closed; // guarded by this

    /**
     * @param node its name on the server's list
     * @param served that list; empty until it is known, and where nobody follows one
     */
    Listeners(SipServer sip, String bind, String node, Supplier<Optional<ServedPorts>> served) {
        this.sip = sip;
        this.bind = bind;
        this.node = node;
        this.served = served;
    }

    /**
     * Opens ports, each where the server wants it. One that it does not name, or that cannot be had there, is opened where the
     * settings want it: a port that is taken keeps no registrar from starting that ran without it before.
     *
     * @param ofTheSettings ports to open; 0: any free one
     * @throws PortInUseException if one cannot be had there either
     */
    synchronized void open(Map<Port, Integer> ofTheSettings) throws PortInUseException {
        Optional<ServedPorts> list = served.get();
        for (Map.Entry<Port, Integer> each : ofTheSettings.entrySet()) {
            open(each.getKey(), each.getValue(), wanted(list, each.getKey()));
        }
    }

    private void open(Port port, int ofTheSettings, Optional<Integer> wanted) throws PortInUseException {
        try {
            listen(port, wanted.orElse(ofTheSettings));
        } catch (PortInUseException taken) {
            if (wanted.isEmpty()) {
                throw taken;
            }
            listen(port, ofTheSettings);
            waiting(port, String.valueOf(taken.getMessage()));
        }
    }

    /** Moves to where the server wants the ports by now. One that cannot be had stays where it is; the next call tries again. */
    synchronized void follow() {
        Optional<ServedPorts> list = served.get();
        if (list.isEmpty() || closed) {
            return;
        }
        for (Port port : List.copyOf(addresses.keySet())) {
            Optional<Integer> wanted = wanted(list, port);
            if (wanted.isEmpty()) {
                waiting(port, "the server's list has no node " + node);
            } else if (wanted.get() == address(port).orElseThrow().getPort()) {
                pending.remove(port);
            } else {
                move(port, wanted.get());
            }
        }
    }

    private void move(Port port, int wanted) {
        InetSocketAddress before = address(port).orElseThrow();
        try {
            listen(port, wanted);
            pending.remove(port);
            LOG.info(
                    "{}: listening on {}, as the server wants; {} takes no more connections, those that are there stay",
                    port.label(),
                    text(address(port).orElseThrow()),
                    text(before));
        } catch (PortInUseException taken) {
            waiting(port, String.valueOf(taken.getMessage()));
        }
    }

    private void waiting(Port port, String why) {
        if (!why.equals(pending.put(port, why))) {
            LOG.warn("{}: stays on {}: {}", port.label(), text(address(port).orElseThrow()), why);
        }
    }

    private void listen(Port port, int number) throws PortInUseException {
        addresses.put(port, sip.listen(port, new InetSocketAddress(bind, number)));
    }

    private Optional<Integer> wanted(Optional<ServedPorts> list, Port port) {
        return list.flatMap(ports -> ports.of(node)).map(ports -> port == Port.OAUTH ? ports.oauth() : ports.mra());
    }

    synchronized Optional<InetSocketAddress> address(Port port) {
        return Optional.ofNullable(addresses.get(port));
    }

    /** Why a port is not where the server wants it; for people. */
    synchronized Map<Port, String> pending() {
        return Map.copyOf(pending);
    }

    /** Follows no more. */
    synchronized void close() {
        closed = true;
    }

    static String text(InetSocketAddress address) {
        return Parts.uriHost(address.getAddress()) + ":" + address.getPort();
    }
}
