package org.sipoauth.benchmarks.lostresponse;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.sipoauth.benchmarks.platform.Cluster;
import org.sipoauth.benchmarks.platform.Violations;

/** Ends a server picked at random by SIGKILL at random moments, and starts it again: one at a time. */
final class Killer implements AutoCloseable {
    private static final long LONGEST_DOWN_MILLIS = 3_000;

    private final Cluster cluster;
    private final Duration mean;
    private final Violations<Violation> violations;
    private final AtomicInteger kills = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "killer");
    private volatile boolean stopping;

    private Killer(Cluster cluster, Duration mean, Violations<Violation> violations) {
        this.cluster = cluster;
        this.mean = mean;
        this.violations = violations;
    }

    /** @param mean from when all servers are ready to the next kill; zero: never */
    static Killer start(Cluster cluster, Duration mean, Violations<Violation> violations) {
        Killer killer = new Killer(cluster, mean, violations);
        if (!mean.isZero()) {
            killer.thread.start();
        }
        return killer;
    }

    int kills() {
        return kills.get();
    }

    private void run() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        try {
            while (!stopping) {
                Thread.sleep(random.nextLong(2 * mean.toMillis()));
                int victim = random.nextInt(cluster.nodes().size());
                cluster.kill(victim);
                kills.incrementAndGet();
                Thread.sleep(random.nextLong(LONGEST_DOWN_MILLIS));
                cluster.restart(victim);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // ended
        } catch (IOException | RuntimeException e) {
            violations.add(Violation.REQUEST_FAILED, "a killed server did not come back: " + e.getMessage());
        }
    }

    /** Returns when all servers are up. */
    void stop() throws InterruptedException {
        stopping = true;
        thread.join();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
