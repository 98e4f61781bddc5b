package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.Store;
import org.sipoauth.benchmarks.platform.Workplace;

/**
 * How long a refresh takes at a part of the peak rate, as the store fills: an open load, so that a request's time counts
 * from when it was due. {@code java -cp benchmarks/target/benchmarks.jar
 * org.sipoauth.benchmarks.grants.RefreshLatency}, in the repository, after {@code mvn package}.
 */
public final class RefreshLatency {
    private static final int PEAK_CONNECTIONS = 16;
    private static final int CONNECTIONS = 64;
    private static final Duration LONGEST_P99 = Duration.ofMillis(25); // wanted

    private RefreshLatency() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = new Options("RefreshLatency: how long a refresh takes as logins become many.")
                .option("--most", 1_000_000, "logins at the end, from 1,000 on by tens")
                .option("--phones", 512, "of them, that refresh")
                .option("--percent", 70, "of the peak rate")
                .option("--seconds", 20, "of each measurement")
                .option("--warm-up", 150, "seconds of the server's processor time")
                .parse(args);
        List<Step> steps = run(
                options.get("--most"),
                options.get("--phones"),
                options.get("--percent"),
                Duration.ofSeconds(options.get("--seconds")),
                Duration.ofSeconds(options.get("--warm-up")),
                System.out);
        boolean fast = steps.stream().allMatch(step -> step.p99().compareTo(LONGEST_P99) <= 0);
        System.out.println(
                "99 of 100 within " + LONGEST_P99.toMillis() + " ms at each population: " + (fast ? "yes" : "missed"));
        System.exit(fast && steps.stream().allMatch(step -> step.failures() == 0) ? 0 : 1);
    }

    /**
     * One population.
     *
     * @param machine the 99th percentile by which a thread that does nothing but sleep woke up late meanwhile: what the
     *     machine adds, whatever the server does
     */
    record Step(
            int logins,
            double peakPerSecond,
            int ratePerSecond,
            Duration p50,
            Duration p99,
            Duration p999,
            Duration machine,
            int failures) {}

    static List<Step> run(
            int most, int phonesThatRefresh, int percent, Duration length, Duration warmUp, PrintStream out)
            throws IOException, InterruptedException {
        try (Workplace workplace = Workplace.open("refresh-latency")) {
            List<String> store = Store.single(workplace);
            try (SipOauthServer server = new SipOauthServer(
                            "sip-oauth", workplace, List.of("-Xmx256m", "-XX:+UseSerialGC"), List.of(), store);
                    RedisPipe redis = new RedisPipe(BytesPerLogin.port(store))) {
                server.start();
                String[] phones = server.refreshTokens(phonesThatRefresh).toArray(String[]::new);
                GrantLoad peak = new GrantLoad(server.endpoint(), PEAK_CONNECTIONS);
                Duration warm = server.process().processorTime().plus(warmUp);
                while (server.process().processorTime().compareTo(warm) < 0) {
                    peak.refresh(phones, Duration.ofSeconds(2));
                }
                Population population = new Population(redis);
                List<Step> steps = new ArrayList<>();
                out.println(
                        "| logins | peak a second | rate a second | p50 ms | p99 ms | p99.9 ms | the machine's own p99 ms"
                                + " | failed |\n| --- | --- | --- | --- | --- | --- | --- | --- |");
                for (int logins = 1_000; logins <= most; logins *= 10) {
                    population.grow(logins);
                    rewrite(redis);
                    Step step = measure(logins, server, phones, percent, length);
                    steps.add(step);
                    out.printf(
                            Locale.ROOT,
                            "| %,d | %.0f | %d | %.1f | %.1f | %.1f | %.1f | %d |%n",
                            step.logins(),
                            step.peakPerSecond(),
                            step.ratePerSecond(),
                            millis(step.p50()),
                            millis(step.p99()),
                            millis(step.p999()),
                            millis(step.machine()),
                            step.failures());
                }
                picture(steps, out);
                return steps;
            }
        }
    }

    /** So that Redis does not do it, with a processor of its own, because of what we filled in. */
    private static void rewrite(RedisPipe redis) throws IOException, InterruptedException {
        redis.awaitRewritten(); // perhaps it has begun by itself
        redis.ask("BGREWRITEAOF");
        redis.awaitRewritten();
    }

    private static Step measure(int logins, SipOauthServer server, String[] phones, int percent, Duration length)
            throws InterruptedException {
        GrantLoad.Result peak = new GrantLoad(server.endpoint(), PEAK_CONNECTIONS).refresh(phones, length.dividedBy(2));
        double peakPerSecond = peak.grants() / (peak.elapsed().toNanos() / 1e9);
        int rate = (int) Math.max(1, peakPerSecond * percent / 100);
        Oversleeping machine = new Oversleeping();
        machine.start();
        GrantLoad.Result load = new GrantLoad(server.endpoint(), CONNECTIONS).refreshAtRate(phones, length, rate);
        return new Step(
                logins,
                peakPerSecond,
                rate,
                load.percentile(50),
                load.percentile(99),
                load.percentile(99.9),
                machine.end(),
                peak.failures() + load.failures());
    }

    /** Both percentiles over the logins, a character a millisecond. */
    private static void picture(List<Step> steps, PrintStream out) {
        out.println();
        for (Step step : steps) {
            int p50 = (int) Math.min(Math.round(millis(step.p50())), 100);
            int p99 = (int) Math.min(Math.round(millis(step.p99())), 100);
            out.printf(
                    Locale.ROOT,
                    "%,11d  %s%s %.1f ms%n",
                    step.logins(),
                    "#".repeat(p50),
                    "-".repeat(Math.max(p99 - p50, 0)),
                    millis(step.p99()));
        }
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    /** Sleeps for a millisecond again and again. */
    private static final class Oversleeping extends Thread {
        private static final long NAP_NANOS = 1_000_000;

        private final List<Long> late = new ArrayList<>();
        private volatile boolean ending;

        @Override
        public void run() {
            while (!ending) {
                long before = System.nanoTime();
                LockSupport.parkNanos(NAP_NANOS);
                late.add(System.nanoTime() - before - NAP_NANOS);
            }
        }

        Duration end() throws InterruptedException {
            ending = true;
            join();
            List<Long> sorted = late.stream().sorted().toList();
            return Duration.ofNanos(sorted.get((int) (sorted.size() * 0.99)));
        }
    }
}
