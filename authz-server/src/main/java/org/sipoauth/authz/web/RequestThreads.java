package org.sipoauth.authz.web;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardThreadExecutor;
import org.apache.coyote.AbstractProtocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * The threads that work on the requests of a listener, first come, first served, which know how long theirs has waited for
 * one. They are the system's: of thousands of virtual threads some wait 20 seconds for a lock that others get at once.
 */
final class RequestThreads extends StandardThreadExecutor {
    private static final ThreadLocal<@Nullable Turn> TURN = new ThreadLocal<>();

    private final LongSupplier nanoTime;
    private final Semaphore roomForOthers;

    /** @param waited for this thread */
    private record Turn(RequestThreads of, Duration waited) {}

    RequestThreads(int port, int most, int idle, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.roomForOthers = new Semaphore(Math.max(1, most / 2));
        setName("requests-" + port);
        setNamePrefix("request-" + port + "-");
        setMaxThreads(most);
        setMinSpareThreads(idle);
    }

    /** How long the request at hand, or the first of those that came with it in one piece, has waited for this thread. */
    static Duration waited() {
        Turn turn = TURN.get();
        return turn == null ? Duration.ZERO : turn.waited();
    }

    /** Half of the threads of the listener at which the request at hand came; null at one without such threads. */
    static @Nullable Semaphore roomForOthers() {
        Turn turn = TURN.get();
        return turn == null ? null : turn.of().roomForOthers;
    }

    @Override
    public void execute(Runnable work) {
        long came = nanoTime.getAsLong();
        super.execute(() -> {
            TURN.set(new Turn(this, Duration.ofNanos(nanoTime.getAsLong() - came)));
            work.run();
        });
    }

    /** Gives each listener threads of its own, and no more of them, and of connections, than the heap has room for. */
    static final class OfEachListener implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, Ordered {
        private static final Logger LOG = LoggerFactory.getLogger(RequestThreads.class);

        private final HeapRoom room;

        OfEachListener(HeapRoom room) {
            this.room = room;
        }

        /** After everything that sets the limits of the first listener, and before further ones take them over. */
        @Override
        public int getOrder() {
            return Ordered.LOWEST_PRECEDENCE - 1;
        }

        @Override
        public void customize(TomcatServletWebServerFactory factory) {
            factory.addConnectorCustomizers(this::customize);
        }

        private void customize(Connector connector) {
            AbstractProtocol<?> protocol = (AbstractProtocol<?>) connector.getProtocolHandler();
            int connections = room.connections(protocol.getMaxConnections());
            int requests = room.requests(protocol.getMaxThreads());
            if (connections < protocol.getMaxConnections() || requests < protocol.getMaxThreads()) {
                LOG.info(
                        "port {}: a heap of {} MB has room for {} connections and {} requests at once",
                        connector.getPort(),
                        room.heap() >> 20,
                        connections,
                        requests);
            }
            protocol.setMaxConnections(connections);
            protocol.setExecutor(new RequestThreads(
                    connector.getPort(),
                    requests,
                    Math.min(requests, protocol.getMinSpareThreads()),
                    System::nanoTime));
        }
    }
}
