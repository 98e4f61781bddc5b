package org.sipoauth.benchmarks.verification;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;

/**
 * A process that verifies one token and ends; {@link VerificationComparison} starts it. Needs the verifier's jar and this
 * class alone. Without arguments it does nothing, which is what the Java virtual machine costs.
 */
final class FirstVerdict {
    private FirstVerdict() {}

    /** @param args a file with a JWK Set, a file with a token, the issuer, the audience */
    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        if (args.length == 0) {
            return;
        }
        KeySource keys = KeySource.fixed(Files.readString(Path.of(args[0])));
        TokenVerifier verifier = new TokenVerifier(new Expectations(args[2], args[3], Duration.ZERO), keys);
        Verdict verdict = verifier.verify(Files.readString(Path.of(args[1])));
        System.out.println((System.nanoTime() - start) / 1000);
        if (!(verdict instanceof Verdict.Accepted)) {
            throw new IllegalStateException("refused: " + verdict);
        }
        keys.close();
    }
}
