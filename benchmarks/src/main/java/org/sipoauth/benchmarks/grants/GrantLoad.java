package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Asks one token endpoint for grants over keep-alive connections, each served by a thread of its own. */
final class GrantLoad {
    private final Server.TokenEndpoint endpoint;
    private final int connections;

    GrantLoad(Server.TokenEndpoint endpoint, int connections) {
        this.endpoint = endpoint;
        this.connections = connections;
    }

    /**
     * What came of a load.
     *
     * @param failures answers other than 200, and connections that broke
     * @param firstFailure in words; empty if there was none
     * @param sortedNanos how long each grant took, in ascending order
     */
    record Result(int grants, int failures, String firstFailure, Duration elapsed, long[] sortedNanos) {
        Duration percentile(double percent) {
            int index = (int) Math.ceil(sortedNanos.length * percent / 100) - 1;
            return Duration.ofNanos(sortedNanos[Math.max(index, 0)]);
        }
    }

    /** One request with its answer; throws if it is not granted. */
    @FunctionalInterface
    private interface Grant {
        void ask(KeepAliveConnection connection) throws IOException;
    }

    /** Refreshes as fast as answers come. Each phone is one login and goes on with the token it was given last. */
    Result refresh(String[] phones, Duration duration) throws InterruptedException {
        return run(duration, 0, worker -> refreshes(phones, worker));
    }

    /**
     * Refreshes at a fixed rate, whatever the server does: a grant's time counts from the instant at which it was due, so
     * that a server that stalls is charged for all who wait.
     */
    Result refreshAtRate(String[] phones, Duration duration, int perSecond) throws InterruptedException {
        return run(duration, perSecond, worker -> refreshes(phones, worker));
    }

    /** Client credentials as fast as answers come. */
    Result clientCredentials(Duration duration) throws InterruptedException {
        String basic = endpoint.basic();
        return run(
                duration,
                0,
                worker -> connection -> require(
                        connection.post(endpoint.path(), basic, "grant_type=client_credentials"), "access_token"));
    }

    private Grant refreshes(String[] phones, int worker) {
        return new Grant() {
            private int phone = worker;

            @Override
            public void ask(KeepAliveConnection connection) throws IOException {
                phones[phone] =
                        require(connection.post(endpoint.path(), "", endpoint.refresh(phones[phone])), "refresh_token");
                phone = phone + connections < phones.length ? phone + connections : worker;
            }
        };
    }

    private static String require(KeepAliveConnection.Answer answer, String member) throws IOException {
        if (answer.status() != 200) {
            throw new IOException(answer.status() + " " + answer.body());
        }
        return answer.member(member);
    }

    private Result run(Duration duration, int perSecond, java.util.function.IntFunction<Grant> grants)
            throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        long start = System.nanoTime();
        AtomicLong due = new AtomicLong();
        List<Future<Tally>> tallies = new ArrayList<>();
        for (int worker = 0; worker < connections; worker++) {
            Grant grant = grants.apply(worker);
            tallies.add(threads.submit(() -> work(grant, start, duration.toNanos(), perSecond, due)));
        }
        threads.shutdown();
        Tally all = new Tally();
        try {
            for (Future<Tally> tally : tallies) {
                all.add(tally.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        long[] nanos = Arrays.copyOf(all.nanos, all.grants);
        Arrays.sort(nanos);
        return new Result(all.grants, all.failures, all.firstFailure, elapsed, nanos);
    }

    private Tally work(Grant grant, long start, long limit, int perSecond, AtomicLong due) throws IOException {
        Tally tally = new Tally();
        try (KeepAliveConnection connection = new KeepAliveConnection(endpoint.port())) {
            while (true) {
                long from =
                        perSecond == 0 ? System.nanoTime() : start + due.getAndIncrement() * 1_000_000_000L / perSecond;
                if (from - start >= limit) {
                    return tally;
                }
                for (long wait = from - System.nanoTime(); wait > 0; wait = from - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                try {
                    grant.ask(connection);
                    tally.granted(System.nanoTime() - from);
                } catch (IOException e) {
                    tally.failed(String.valueOf(e.getMessage()));
                    connection.drop();
                }
            }
        }
    }

    private static final class Tally {
        private long[] nanos = new long[1024];
        private int grants;
        private int failures;
        private String firstFailure = "";

        void granted(long took) {
            if (grants == nanos.length) {
                nanos = Arrays.copyOf(nanos, nanos.length * 2);
            }
            nanos[grants++] = took;
        }

        void failed(String why) {
            failures++;
            if (firstFailure.isEmpty()) {
                firstFailure = why;
            }
        }

        void add(Tally other) {
            nanos = Arrays.copyOf(nanos, Math.max(grants + other.grants, 1));
            System.arraycopy(other.nanos, 0, nanos, grants, other.grants);
            grants += other.grants;
            failures += other.failures;
            if (firstFailure.isEmpty()) {
                firstFailure = other.firstFailure;
            }
        }
    }
}
