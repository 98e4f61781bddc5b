package org.sipoauth.benchmarks.rotation;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.sipoauth.benchmarks.platform.Client;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.Load;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.rotation.Tally.Violation;

/** One run: servers, verifiers and clients, brought together and watched. */
final class Soak implements AutoCloseable {
    private static final int SERVICES = 3;
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(5);

    private final Plan plan;
    private final Cluster cluster;
    private final Tally tally;
    private final PrintStream progress;
    private final Http http;
    private final PublishedKeys publishedKeys;
    private final Verifiers verifiers;
    private final ScheduledThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor watch = new ScheduledThreadPoolExecutor(2);

    private Soak(Plan plan, Cluster cluster, Tally tally, PrintStream progress)
            throws IOException, InterruptedException {
        this.plan = plan;
        this.cluster = cluster;
        this.tally = tally;
        this.progress = progress;
        this.http = cluster.http();
        this.publishedKeys = new PublishedKeys(http, cluster.nodes());
        this.verifiers = Verifiers.open(cluster, plan, tally);
        this.workers = new ScheduledThreadPoolExecutor(plan.workers());
    }

    /** What a run shows, beside its tally. */
    record Result(
            Duration loaded,
            int rotations,
            int removedKeys,
            Duration shortestLead,
            Map<String, Duration> untilRejected) {}

    static Result run(Plan plan, Cluster cluster, Tally tally, PrintStream progress)
            throws IOException, InterruptedException {
        try (Soak soak = new Soak(plan, cluster, tally, progress)) {
            return soak.run();
        }
    }

    private Result run() throws IOException, InterruptedException {
        publishedKeys.awaitAll();
        every(LOOK_EVERY, publishedKeys::look);
        Thread.sleep(plan.propagation().toMillis()); // so that the first keys, too, have been seen for as long

        List<ScheduledFuture<?>> disturbances = disturb();
        Duration loaded = load();
        awaitEndOfLastToken();
        disturbances.forEach(disturbance -> disturbance.cancel(false));
        verifiers.endOutage();
        int rotations = publishedKeys.rotations();
        int removedKeys = publishedKeys.removed();
        Duration shortestLead = publishedKeys.shortestLead().orElse(Duration.ZERO);

        awaitAgedSuccessor();
        Map<String, Duration> untilRejected = new Revocation(http, cluster, verifiers, plan, tally).measure();
        return new Result(loaded, rotations, removedKeys, shortestLead, untilRejected);
    }

    /** @return how long the clients were at it */
    private Duration load() throws IOException, InterruptedException {
        Tokens tokens = new Tokens(verifiers, publishedKeys, plan.propagation(), workers, tally);
        List<Client> clients = new ArrayList<>();
        for (Map.Entry<String, String> user : cluster.passwords().entrySet()) {
            clients.add(new Phone(user.getKey(), user.getValue(), http, cluster, tokens, tally));
        }
        for (int i = 0; i < SERVICES; i++) {
            clients.add(new Service(new TokenEndpoint(http, cluster), cluster.service(), tokens));
        }
        Instant start = Instant.now();
        every(PROGRESS_EVERY, () -> printProgress(start));
        Load load = Load.start(
                clients, workers, failure -> tally.violations.add(Violation.REQUEST_FAILED, failure.toString()));
        Thread.sleep(plan.length().toMillis());
        load.stop();
        return Duration.between(start, Instant.now());
    }

    private void awaitEndOfLastToken() throws IOException, InterruptedException {
        workers.shutdown(); // what is scheduled is still done
        Duration limit = plan.accessToken().multipliedBy(2);
        if (!workers.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("verifying does not keep up");
        }
    }

    private List<ScheduledFuture<?>> disturb() {
        return List.of(every(plan.clockTurnEvery(), verifiers::turnWrongClock), every(plan.outageEvery(), () -> {
            verifiers.startOutage();
            watch.schedule(verifiers::endOutage, plan.outage().toMillis(), TimeUnit.MILLISECONDS);
        }));
    }

    /** The moment for an emergency: a successor that every verifier has, and no rotation in sight. */
    private void awaitAgedSuccessor() throws InterruptedException {
        Instant known = publishedKeys.lastPublication();
        while (publishedKeys.lastPublication().equals(known)) {
            Thread.sleep(LOOK_EVERY.toMillis());
        }
        Thread.sleep(plan.propagation().plus(plan.lookEvery()).toMillis());
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private ScheduledFuture<?> every(Duration pause, Step step) {
        Runnable guarded = () -> {
            try {
                step.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // ended
            } catch (RuntimeException e) { // which would end the repetition, unnoticed
                tally.violations.add(Violation.REQUEST_FAILED, e.toString());
            }
        };
        return watch.scheduleWithFixedDelay(guarded, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void printProgress(Instant start) {
        progress.printf(
                Locale.ROOT,
                "%4d s: %d rotations, %d tokens, %d refreshes, %d verifications, %s%n",
                Duration.between(start, Instant.now()).toSeconds(),
                publishedKeys.rotations(),
                tally.tokens.sum(),
                tally.refreshes.sum(),
                tally.verifications.sum(),
                tally.violations.isEmpty() ? "nothing lost" : "VIOLATIONS");
    }

    @Override
    public void close() throws IOException {
        workers.shutdownNow();
        watch.shutdownNow();
        verifiers.close();
    }
}
