package org.sipoauth.benchmarks.verification;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What {@link VerificationComparison} measures; it sets the parameters and mints the tokens. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ComparedBenchmark {
    /** The system property that names the folder of the tokens. */
    static final String FOLDER = "sipoauth.benchmarks.tokens";

    private static Issuer issuer(Algorithm algorithm, int tokens) throws Exception {
        return Issuer.keptIn(Path.of(System.getProperty(FOLDER)), algorithm, tokens);
    }

    /** A whole token. */
    @Benchmark
    public Object token(OneLibrary library, Turns turns) throws Exception {
        return library.check().verify(turns.next());
    }

    /** Nothing that threads share, nor memory: what a second processor is worth on this machine just now. */
    @Benchmark
    public long arithmetic(Sum sum) {
        long n = sum.value;
        for (int i = 0; i < 1000; i++) {
            n = n * 6364136223846793005L + 1442695040888963407L; // a congruential generator
        }
        sum.value = n;
        return n;
    }

    @State(Scope.Thread)
    public static class Sum {
        private long value = 1;
    }

    @State(Scope.Benchmark)
    public static class OneLibrary {
        @Param("ES256")
        public Algorithm algorithm = Algorithm.ES256;

        @Param("DEFAULT")
        public Provider provider = Provider.DEFAULT;

        @Param("SIP_OAUTH")
        public Library library = Library.SIP_OAUTH;

        /** So many distinct ones by turns that no library knows one again by accident. */
        @Param("1000")
        public int tokens;

        private List<String> minted = List.of();
        private @Nullable Check check;
        private final AtomicInteger threads = new AtomicInteger();

        @Setup
        public void prepare() throws Exception {
            provider.use();
            Issuer issuer = issuer(algorithm, tokens);
            minted = issuer.tokens();
            check = library.prepareAndTry(issuer);
            for (String token : minted) {
                check.verify(token); // who knows tokens again knows these
            }
        }

        Check check() {
            return Objects.requireNonNull(check);
        }

        /** Where the next thread begins among the tokens. */
        int begin() {
            return threads.getAndIncrement() % 2 * (minted.size() / 2);
        }
    }

    /** The tokens as one thread has them arrive: at a place in memory of their own, as with every request. */
    @State(Scope.Thread)
    public static class Turns {
        private String[] tokens = {};
        private int next;

        @Setup
        public void receive(OneLibrary library) {
            tokens = library.minted.stream()
                    .map(token -> new String(token.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII))
                    .toArray(String[]::new);
            next = library.begin();
        }

        String next() {
            int i = next;
            next = i + 1 == tokens.length ? 0 : i + 1;
            return tokens[i];
        }
    }

    /** The provider's part alone: what no library can save without cryptography of its own. */
    @Benchmark
    public boolean signature(Signatures signatures) throws Exception {
        return signatures.verifyNext();
    }

    @State(Scope.Thread)
    public static class Signatures {
        @Param("ES256")
        public Algorithm algorithm = Algorithm.ES256;

        @Param("DEFAULT")
        public Provider provider = Provider.DEFAULT;

        private @Nullable Issuer issuer;
        private byte[][] inputs = {};
        private byte[][] signatures = {};
        private int next;

        @Setup
        public void prepare() throws Exception {
            provider.use();
            Issuer kept = issuer(algorithm, 1000);
            issuer = kept;
            inputs = kept.tokens().stream()
                    .map(token -> token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new);
            signatures = kept.tokens().stream()
                    .map(token -> Base64.getUrlDecoder().decode(token.substring(token.lastIndexOf('.') + 1)))
                    .toArray(byte[][]::new);
        }

        boolean verifyNext() throws Exception {
            int i = next;
            next = i + 1 == inputs.length ? 0 : i + 1;
            Signature verifier = algorithm.signature();
            verifier.initVerify(Objects.requireNonNull(issuer).key());
            verifier.update(inputs[i]);
            if (!verifier.verify(signatures[i])) {
                throw new IllegalStateException("refused");
            }
            return true;
        }
    }

    /** A node takes over all phones of another: every token is new to it, and two processors have at them. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.SECONDS)
    public void failover(Failover phones) throws Exception {
        phones.registerAll();
    }

    @State(Scope.Benchmark)
    public static class Failover {
        private static final int WARM_UP = 2000;
        private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(3);

        @Param("ES256")
        public Algorithm algorithm = Algorithm.ES256;

        @Param("SIP_OAUTH_KNOWING")
        public Library library = Library.SIP_OAUTH_KNOWING;

        @Param("50000")
        public int tokens;

        private final ExecutorService processors = Executors.newFixedThreadPool(2);
        private List<String> minted = List.of();
        private @Nullable Check check;

        /** A node that takes over is not cold: others' tokens come first, to checks of which none is the measured one. */
        @Setup
        public void warmUp() throws Exception {
            Issuer issuer = issuer(algorithm, tokens);
            List<String> others = issuer(algorithm, Math.min(WARM_UP, tokens)).tokens();
            long start = System.nanoTime();
            do {
                verifyAll(library.prepareAndTry(issuer), others);
            } while (System.nanoTime() - start < WARM_UP_NANOS);
            minted = issuer.tokens();
            check = library.prepare(issuer);
        }

        void registerAll() throws Exception {
            verifyAll(Objects.requireNonNull(check), minted);
        }

        private void verifyAll(Check by, List<String> all) throws Exception {
            int half = all.size() / 2;
            for (Future<?> done : List.of(
                    processors.submit(() -> verify(by, all.subList(0, half))),
                    processors.submit(() -> verify(by, all.subList(half, all.size()))))) {
                done.get();
            }
        }

        private static boolean verify(Check by, List<String> tokens) throws Exception {
            for (String token : tokens) {
                by.verify(token);
            }
            return true;
        }

        @TearDown
        public void end() {
            processors.shutdown();
        }
    }
}
