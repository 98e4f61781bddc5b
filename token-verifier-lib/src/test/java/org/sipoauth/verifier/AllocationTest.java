package org.sipoauth.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.nimbusds.jose.jwk.JWK;
import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.keys.VerificationKey;

/**
 * What the whole check of a fresh token takes of the heap: bytes, which no other process changes. The limit here has room
 * for what a coverage agent or another JDK adds; {@code benchmarks} holds it to 3,072 bytes, without them.
 */
class AllocationTest {
    private static final long MOST = 4096; // beyond what the provider takes for its digest
    private static final int TOKENS = 100;
    /** Its code is compiled meanwhile by other threads, on a busy machine late. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final ThreadMXBean threads = threads();

    @Test
    void takesFourKibibytesAtMostForAnEs256Token() throws Exception {
        assertTakesLittle(TestKeys.ES256, TestTokens::sign, "SHA-256");
    }

    @Test
    void takesFourKibibytesAtMostForAnEd25519Token() throws Exception {
        assertTakesLittle(TestKeys.ED25519, token -> token.sign(TestKeys.ED25519, "EdDSA"), "SHA-512");
    }

    /** Only compiled code leaves out the objects that nobody needs, so the best of many rounds counts. */
    private void assertTakesLittle(JWK key, Function<TestTokens, String> sign, String digest) throws Exception {
        KeySource keys = KeySource.fixed(TestKeys.jwkSet(key));
        VerificationKey used = keys.current().find(key.getKeyID()).orElseThrow();
        await().until(used::usesTable);
        String[] tokens = IntStream.range(0, TOKENS)
                .mapToObj(i -> sign.apply(TestTokens.valid().with("jti", "0123456789abcdef" + i)))
                .toArray(String[]::new);
        Expectations expectations = new Expectations(TestTokens.ISSUER, TestTokens.AUDIENCE, Duration.ZERO);
        TokenVerifier verifier = TokenVerifier.builder(expectations, keys)
                .knownTokens(0)
                .clock(Clock.fixed(TestTokens.ISSUED, ZoneOffset.UTC))
                .build();
        byte[] message = new byte[500];

        long ours = Long.MAX_VALUE;
        long digests = Integer.MAX_VALUE;
        long giveUpAt = System.nanoTime() + LONGEST.toNanos();
        while (ours > digests + TOKENS * MOST && System.nanoTime() < giveUpAt) {
            ours = Math.min(ours, bytes(() -> {
                for (String token : tokens) {
                    if (!(verifier.verify(token) instanceof Verdict.Accepted)) { // an assertion would take some, too
                        throw new AssertionError("refused");
                    }
                }
                return null;
            }));
            digests = Math.min(digests, bytes(() -> {
                for (int i = 0; i < TOKENS; i++) {
                    MessageDigest.getInstance(digest).digest(message);
                }
                return null;
            }));
        }

        assertThat(ours).isLessThanOrEqualTo(digests + TOKENS * MOST);
    }

    private static ThreadMXBean threads() {
        boolean counts = ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                && threads.isThreadAllocatedMemorySupported()
                && threads.isThreadAllocatedMemoryEnabled();
        assumeTrue(counts, "this Java runtime does not count what a thread allocates");
        assumeTrue(leavesOutObjects(), "this Java runtime has no compiler that leaves out objects: C2");
        return (ThreadMXBean) ManagementFactory.getThreadMXBean();
    }

    private static boolean leavesOutObjects() {
        try {
            HotSpotDiagnosticMXBean hotSpot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            return hotSpot != null
                    && hotSpot.getVMOption("TieredStopAtLevel").getValue().equals("4")
                    && hotSpot.getVMOption("DoEscapeAnalysis").getValue().equals("true");
        } catch (IllegalArgumentException e) {
            return false; // no such bean, or no such option
        }
    }

    private long bytes(Callable<?> work) throws Exception {
        long before = threads.getCurrentThreadAllocatedBytes();
        work.call();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
