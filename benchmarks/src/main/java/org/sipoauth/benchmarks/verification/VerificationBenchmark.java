package org.sipoauth.benchmarks.verification;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
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
import org.sipoauth.verifier.keys.VerificationKey;

/**
 * One thread verifies {@value #TOKENS} distinct tokens by turns. Sampled, so that the median stands also on a machine that is
 * doing something else.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 4)
@Measurement(iterations = 5, time = 4)
public class VerificationBenchmark {
    private static final int TOKENS = 1000;

    @Param({"ES256", "Ed25519", "RS256"})
    public String algorithm = "";

    @Param({"tables", "jdk", "corretto"})
    public String by = "";

    private Minted minted;
    private VerificationKey key;
    private TokenVerifier verifier;
    private int next;

    @Setup
    public void mint() throws GeneralSecurityException, InterruptedException {
        System.setProperty("org.sipoauth.verifier.tables", String.valueOf(by.equals("tables")));
        if (by.equals("corretto")) {
            AmazonCorrettoCryptoProvider.install();
            AmazonCorrettoCryptoProvider.INSTANCE.assertHealthy();
        }
        minted = new Minted(algorithm, TOKENS);
        key = minted.keys.current().find("k").orElseThrow();
        verifier = minted.verifier(0); // each anew
    }

    @TearDown
    public void close() throws Exception {
        minted.keys.close();
    }

    /** The signature alone. */
    @Benchmark
    public boolean signature() {
        int i = next++ % TOKENS;
        return requireGenuine(key.verifies(minted.inputs[i], minted.signatures[i]));
    }

    /** The signature, and the least that any verifier must do beside it: both parts decoded, nothing looked at. */
    @Benchmark
    public String floor() {
        String token = minted.tokens[next++ % TOKENS];
        int firstDot = token.indexOf('.');
        int lastDot = token.lastIndexOf('.');
        Base64.Decoder decoder = Base64.getUrlDecoder();
        byte[] signature = decoder.decode(token.substring(lastDot + 1));
        requireGenuine(key.verifies(token.substring(0, lastDot).getBytes(StandardCharsets.US_ASCII), signature));
        return new String(decoder.decode(token.substring(firstDot + 1, lastDot)), StandardCharsets.UTF_8);
    }

    /** Every check, from the compact form on. */
    @Benchmark
    public Verdict token() {
        return Minted.requireAccepted(verifier.verify(minted.tokens[next++ % TOKENS]));
    }

    private static boolean requireGenuine(boolean genuine) {
        if (!genuine) {
            throw new IllegalStateException("refused");
        }
        return true;
    }
}
