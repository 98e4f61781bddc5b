package org.sipoauth.benchmarks.hostile;

import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.sipoauth.benchmarks.hostile.Inputs.Kind;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.TokenIssuer;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.Reason;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;

/**
 * Random, changed and truncated tokens by the million: none is accepted, none makes the verifier throw, and none takes it long.
 * {@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.hostile.HostileInputs}, after {@code mvn package}.
 */
public final class HostileInputs {
    private static final int KEPT = 50;
    private static final int REPEATS = 50;

    private HostileInputs() {}

    public static void main(String[] args) throws GeneralSecurityException, InterruptedException {
        Options options = new Options("HostileInputs: what no verifier may accept, nor throw at, nor take long for.")
                .option("--millions", 100, "inputs, in millions")
                .option("--threads", 2, "threads")
                .option("--seed", 1, "seed; thread n takes seed + n - 1")
                .parse(args);
        Result result = run(
                options.get("--millions") * 1_000_000L, options.get("--threads"), options.get("--seed"), System.out);
        System.exit(result.accepted() == 0 && result.thrown() == 0 ? 0 : 1);
    }

    /** An input that took long, and how long. */
    private record Slow(long nanos, Kind kind, String input) {}

    record Result(long inputs, long accepted, long thrown, Duration slowest) {}

    static Result run(long inputs, int threads, int seed, PrintStream out)
            throws GeneralSecurityException, InterruptedException {
        TokenIssuer issuer = new TokenIssuer();
        long now = Clock.systemUTC().instant().getEpochSecond();
        AtomicLong done = new AtomicLong();
        List<Worker> workers = new ArrayList<>();
        try (KeySource keys = KeySource.fixed(issuer.jwkSet())) {
            TokenVerifier verifier = TokenVerifier.builder(
                            new Expectations(TokenIssuer.NAME, TokenIssuer.AUDIENCE, Duration.ZERO), keys)
                    .clock(() -> Instant.ofEpochSecond(now + 60))
                    .build();
            for (int i = 0; i < threads; i++) {
                workers.add(new Worker(verifier, new Inputs(issuer, seed + i, now), inputs / threads, done, out));
            }
            workers.forEach(Thread::start);
            for (Worker worker : workers) {
                worker.join();
            }
            return report(verifier, workers, out);
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e); // closing fixed keys throws nothing
        }
    }

    private static Result report(TokenVerifier verifier, List<Worker> workers, PrintStream out) {
        long accepted = workers.stream().mapToLong(worker -> worker.accepted).sum();
        long thrown = workers.stream().mapToLong(worker -> worker.thrown).sum();
        long inputs = 0;
        out.print("| inputs |");
        for (Kind kind : Kind.values()) {
            out.print(" " + kind + " |");
        }
        out.println();
        out.println("| --- |" + " --- |".repeat(Kind.values().length));
        for (Reason reason : Reason.values()) {
            StringBuilder line = new StringBuilder("| " + reason + " |");
            long ofReason = 0;
            for (Kind kind : Kind.values()) {
                long count = workers.stream()
                        .mapToLong(worker -> worker.reasons.get(kind)[reason.ordinal()])
                        .sum();
                ofReason += count;
                line.append(String.format(" %,d |", count));
            }
            inputs += ofReason;
            if (ofReason > 0) {
                out.println(line);
            }
        }
        Slow first = workers.stream()
                .flatMap(worker -> worker.slowest.stream())
                .max(Comparator.comparingLong(Slow::nanos))
                .orElseThrow();
        Slow own = workers.stream()
                .flatMap(worker -> worker.slowest.stream())
                .map(slow -> new Slow(best(verifier, slow.input), slow.kind, slow.input))
                .max(Comparator.comparingLong(Slow::nanos))
                .orElseThrow();
        long nanos = workers.stream().mapToLong(worker -> worker.nanos).sum();
        out.printf("%,d inputs: %d accepted, %d made it throw%n", inputs, accepted, thrown);
        out.printf(
                "time of one: %,d ns on average, at worst %,d µs (%s)%n",
                nanos / inputs, first.nanos / 1000, first.kind);
        out.printf(
                "the %d slowest of each thread again, the best of %d: at worst %,d µs (%s, %,d characters)%n",
                KEPT, REPEATS, own.nanos / 1000, own.kind, own.input.length());
        return new Result(inputs, accepted, thrown, Duration.ofNanos(own.nanos));
    }

    /** Its own time, without what else the machine did meanwhile. */
    private static long best(TokenVerifier verifier, String input) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < REPEATS; i++) {
            long start = System.nanoTime();
            verifier.verify(input);
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    private static final class Worker extends Thread {
        private static final int STEP = 1_000_000;

        private final TokenVerifier verifier;
        private final Inputs next;
        private final long inputs;
        private final AtomicLong done;
        private final PrintStream out;
        private final Map<Kind, long[]> reasons = new EnumMap<>(Kind.class);
        private final List<Slow> slowest = new ArrayList<>();
        private long fastEnough;
        private long nanos;
        private long accepted;
        private long thrown;

        Worker(TokenVerifier verifier, Inputs next, long inputs, AtomicLong done, PrintStream out) {
            this.verifier = verifier;
            this.next = next;
            this.inputs = inputs;
            this.done = done;
            this.out = out;
            for (Kind kind : Kind.values()) {
                reasons.put(kind, new long[Reason.values().length]);
            }
        }

        @Override
        public void run() {
            for (String token : next.genuine()) {
                if (!(verifier.verify(token) instanceof Verdict.Accepted)) {
                    throw new IllegalStateException("a genuine token is refused: " + verifier.verify(token));
                }
            }
            for (long i = 1; i <= inputs; i++) {
                verify(next.next());
                if (i % STEP == 0 && done.addAndGet(STEP) % (10 * STEP) == 0) {
                    out.printf("%,d inputs%n", done.get());
                }
            }
        }

        private void verify(String input) {
            try {
                long start = System.nanoTime();
                Verdict verdict = verifier.verify(input);
                long took = System.nanoTime() - start;
                nanos += took;
                if (took > fastEnough) {
                    keep(new Slow(took, next.kind(), input));
                }
                if (verdict instanceof Verdict.Rejected rejected) {
                    reasons.get(next.kind())[rejected.reason().ordinal()]++;
                } else {
                    accepted++;
                    out.println("accepted, " + next.kind() + ": " + input);
                }
            } catch (RuntimeException | Error e) { // what this program is there to find
                thrown++;
                out.println(e + ", " + next.kind() + ": " + input);
            }
        }

        private void keep(Slow slow) {
            slowest.add(slow);
            if (slowest.size() > KEPT) {
                slowest.sort(Comparator.comparingLong(Slow::nanos).reversed());
                slowest.remove(KEPT);
                fastEnough = slowest.get(KEPT - 1).nanos;
            }
        }
    }
}
