package org.sipoauth.authz.session;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.refresh.Session;
import org.sipoauth.authz.refresh.Sessions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Ends the logins of revoked clients one by one, so that their bits appear in the status lists. Walks through the index of
 * all users; one server is at work on a client, and when it dies another goes on where it was.
 */
final class ClientSweeper {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSweeper.class);
    /** Beyond a look of all servers: clocks differ, and looks take their time. */
    private static final Duration MARGIN = Duration.ofSeconds(3);
    /** The sweep is written down after so much work; what a server does beyond is done again by its successor. */
    private static final Duration STEP = Duration.ofSeconds(1);

    static final Duration LEASE = Duration.ofSeconds(30);

    private final ClientRevocations clients;
    private final ClientRevocationStore store;
    private final Sessions sessions;
    private final Clock clock;
    private final Duration settled;
    private final String server = Long.toString(new SecureRandom().nextLong(), Character.MAX_RADIX);
    private final Map<String, Instant> done = new HashMap<>();

    /**
     * @param lookEvery how often servers look for cutoffs. A sweep begins when all of them have, unless
     *     a look failed: a login that began before the cutoff is in the index by then, or whoever begins it knows of the cutoff
     *     when it gets there
     */
    ClientSweeper(
            ClientRevocations clients,
            ClientRevocationStore store,
            Sessions sessions,
            Clock clock,
            Duration lookEvery) {
        this.clients = clients;
        this.store = store;
        this.sessions = sessions;
        this.clock = clock;
        this.settled = lookEvery.plus(MARGIN);
    }

    /** Does all there is to do, which may take minutes. What fails is tried again at the next turn. */
    void turn() {
        for (Map.Entry<String, Instant> revoked : clients.cutoffs().entrySet()) {
            String client = revoked.getKey();
            Instant cutoff = revoked.getValue();
            if (!cutoff.equals(done.get(client)) && !clock.instant().isBefore(cutoff.plus(settled))) {
                try {
                    sweep(client, cutoff);
                } catch (DataAccessException e) {
                    LOG.warn("the sweep of client {} goes on later: {}", client, e.getMessage());
                }
            }
        }
    }

    private void sweep(String client, Instant cutoff) {
        Optional<ClientSweep> sweep = store.sweep(client);
        if (sweep.isEmpty() || sweep.get().cutoff().isBefore(cutoff)) { // the store has lost it
            store.beginSweep(client, cutoff, "client revoked", clock.instant());
            sweep = store.sweep(client);
        }
        while (sweep.isPresent()
                && !sweep.get().isDone()
                && !Thread.currentThread().isInterrupted()) {
            Instant now = clock.instant();
            if (!store.claim(client, server, now, now.plus(LEASE)) || !step(client, sweep.get())) {
                return; // another server is at it
            }
            sweep = store.sweep(client);
        }
        if (sweep.isPresent() && sweep.get().isDone() && sweep.get().cutoff().equals(cutoff)) {
            done.put(client, cutoff);
            LOG.info(
                    "the sweep of client {} is done: {} logins revoked",
                    client,
                    sweep.get().revoked());
        }
    }

    /** @return false if the sweep is no longer this server's */
    private boolean step(String client, ClientSweep from) {
        long until = System.nanoTime() + STEP.toNanos();
        int bucket = from.next();
        long revoked = 0;
        do {
            revoked += sweepBucket(bucket++, client, from);
        } while (bucket < Sessions.BUCKETS && System.nanoTime() < until);
        return store.advance(
                client, server, from, bucket, revoked, clock.instant().plus(LEASE));
    }

    private long sweepBucket(int bucket, String client, ClientSweep sweep) {
        long revoked = 0;
        for (Sessions.Entry entry : sessions.inBucket(bucket)) {
            Optional<Session> session = sessions.find(entry.id());
            if (session.isPresent()
                    && session.get().client().equals(client)
                    && session.get().begun().isBefore(sweep.cutoff())
                    && session.get().revoked().isEmpty()
                    && sessions.revoke(entry.id(), Sessions.Kind.CLIENT, sweep.reason())) {
                revoked++;
            }
        }
        return revoked;
    }
}
