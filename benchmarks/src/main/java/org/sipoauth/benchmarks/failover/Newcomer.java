package org.sipoauth.benchmarks.failover;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.sipoauth.benchmarks.platform.Client;
import org.sipoauth.benchmarks.platform.SignIns;

/** Signs in again and again; what is not answered with tokens is not counted on. */
final class Newcomer implements Client {
    private static final int LONGEST_PAUSE_MILLIS = 200;

    private final SignIns signIns;
    private final Ledger ledger;
    private final Counts counts;

    Newcomer(SignIns signIns, Ledger ledger, Counts counts) {
        this.signIns = signIns;
        this.ledger = ledger;
        this.counts = counts;
    }

    @Override
    public Duration act() throws InterruptedException {
        try {
            ledger.begun(Login.of(signIns.tryToSignIn(signIns.anyUser())));
        } catch (IOException away) {
            counts.signInsFailed.increment();
        }
        return Duration.ofMillis(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS));
    }
}
