package org.sipoauth.authz.session;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.refresh.RevokedClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * The clients whose logins were revoked all at once. Every server mirrors the cutoffs, so that each refuses to refresh
 * such a login within a look, long before the sweep comes to it. A cutoff that the store has lost is put back, from
 * memory or from this server's file.
 */
final class ClientRevocations implements RevokedClients {
    private static final Logger LOG = LoggerFactory.getLogger(ClientRevocations.class);

    private final ClientRevocationStore store;
    private final CutoffFile file;
    private final Clock clock;
    private volatile Map<String, Instant> cutoffs;

    ClientRevocations(ClientRevocationStore store, CutoffFile file, Clock clock) {
        this.store = store;
        this.file = file;
        this.clock = clock;
        this.cutoffs = Map.copyOf(file.load());
        look();
    }

    @Override
    public boolean isRevoked(String client, Instant begun) {
        Instant cutoff = cutoffs.get(client);
        return cutoff != null && begun.isBefore(cutoff);
    }

    Map<String, Instant> cutoffs() {
        return cutoffs;
    }

    /**
     * Revokes every login of a client that has begun by now: at this server when the method returns, at the others within
     * a look, in the status lists when the sweep has come to it.
     *
     * @throws DataAccessException if the store or its replicas did not confirm it; then it is to be asked for again
     */
    synchronized void begin(String client, String reason) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant cutoff = now.plusMillis(1); // a login of this very millisecond, too
        store.cutOff(client, cutoff, now);
        store.beginSweep(client, cutoff, reason, now);
        Map<String, Instant> next = new HashMap<>(cutoffs);
        next.merge(client, cutoff, ClientRevocations::later);
        take(next);
    }

    private void take(Map<String, Instant> next) {
        if (!next.equals(cutoffs)) {
            cutoffs = Map.copyOf(next);
            file.save(cutoffs);
        }
    }

    Optional<ClientSweep> progress(String client) {
        return store.sweep(client);
    }

    @Scheduled(
            fixedDelayString = "${sipoauth.status-lists.look-every:2s}",
            initialDelayString = "${sipoauth.status-lists.look-every:2s}")
    synchronized void look() {
        try {
            Instant now = clock.instant();
            Map<String, Instant> stored = store.cutoffs();
            Map<String, Instant> merged = new HashMap<>(cutoffs);
            stored.forEach((client, cutoff) -> merged.merge(client, cutoff, ClientRevocations::later));
            for (Map.Entry<String, Instant> seen : Map.copyOf(merged).entrySet()) {
                String client = seen.getKey();
                if (store.isPast(seen.getValue(), now)) {
                    merged.remove(client);
                    store.forget(client);
                } else if (!seen.getValue().equals(stored.get(client))) {
                    store.cutOff(client, seen.getValue(), now);
                    LOG.error("the store had lost the revocation of client {}, and has it again", client);
                }
            }
            take(merged);
        } catch (DataAccessException e) {
            LOG.warn("the revocations of clients cannot be read: {}", e.getMessage());
        }
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
