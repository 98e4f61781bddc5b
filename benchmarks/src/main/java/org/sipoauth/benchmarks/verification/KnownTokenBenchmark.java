package org.sipoauth.benchmarks.verification;

import java.security.GeneralSecurityException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;

/**
 * Verifies tokens that were accepted before, in an order without pattern; a new {@code String} each time, as from the wire, is
 * made ahead of the measurement.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class KnownTokenBenchmark {
    @Param({"256", "50000"})
    public int held;

    /** The default, of which 50,000 tokens do not all find a place; and five times as many as phones, where nearly all do. */
    @Param({"131072", "262144"})
    public int places;

    private Minted minted;
    private TokenVerifier verifier;
    private String[] presented;

    /** Its own in each thread. */
    @State(Scope.Thread)
    public static class Place {
        private int next;
    }

    @Setup
    public void fill() throws GeneralSecurityException, InterruptedException {
        System.setProperty("org.sipoauth.verifier.tables", "true");
        minted = new Minted("RS256", held);
        verifier = minted.verifier(places);
        presented = new String[held];
        for (int i = 0; i < held; i++) {
            Minted.requireAccepted(verifier.verify(minted.tokens[i]));
            presented[i] = new String(minted.tokens[i].toCharArray());
        }
        Random random = new Random(1);
        for (int i = held - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            String swapped = presented[i];
            presented[i] = presented[j];
            presented[j] = swapped;
        }
    }

    @TearDown
    public void close() throws Exception {
        minted.keys.close();
    }

    @Benchmark
    public Verdict known(Place place) {
        int i = place.next;
        place.next = i + 1 == held ? 0 : i + 1;
        return Minted.requireAccepted(verifier.verify(presented[i]));
    }
}
