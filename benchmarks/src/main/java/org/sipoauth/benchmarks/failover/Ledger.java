package org.sipoauth.benchmarks.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** What the servers have acknowledged, and so must not forget. Thread-safe. */
final class Ledger {
    // guarded by this
    private final List<Login> live = new ArrayList<>();
    private final List<Login> revoked = new ArrayList<>();

    synchronized void begun(Login login) {
        live.add(login);
    }

    /** One of the live logins, for somebody who will end it: it is no longer counted on. */
    synchronized Optional<Login> take() {
        return live.isEmpty()
                ? Optional.empty()
                : Optional.of(live.remove(ThreadLocalRandom.current().nextInt(live.size())));
    }

    synchronized void revoked(Login login) {
        revoked.add(login);
    }

    synchronized List<Login> live() {
        return List.copyOf(live);
    }

    synchronized List<Login> revoked() {
        return List.copyOf(revoked);
    }
}
