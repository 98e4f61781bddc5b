package org.sipoauth.benchmarks.hostile;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sipoauth.benchmarks.platform.Options;
import org.sipoauth.benchmarks.platform.TokenIssuer;
import org.sipoauth.benchmarks.platform.TokenIssuer.Algorithm;
import org.sipoauth.verifier.Expectations;
import org.sipoauth.verifier.TokenVerifier;
import org.sipoauth.verifier.Verdict;
import org.sipoauth.verifier.keys.KeySource;

/**
 * Phones register every two minutes, each with the token it has; then come a million forged tokens, and twice a million genuine
 * ones of somebody who has a login and harms others with it, each shown twice to look like a phone. What it costs the phones, and what
 * stays in memory. {@code java -cp benchmarks/target/benchmarks.jar org.sipoauth.benchmarks.hostile.HostileFlood}, after
 * {@code mvn package}.
 */
public final class HostileFlood {
    private static final Duration ROUND = Duration.ofMinutes(2); // in which each phone registers once
    private static final int ROUNDS = 5; // that each flood lasts
    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final Instant START = Instant.parse("2026-11-25T00:00:00Z");

    private final TokenIssuer issuer;
    private final TokenVerifier verifier;
    private final AtomicLong now; // in milliseconds since START
    private final String[] tokens; // of each phone
    private final Verdict[] verdicts; // the last one of each
    private final SplittableRandom random = new SplittableRandom(1);
    private long serial;
    private long asked;
    private long known;

    private HostileFlood(TokenIssuer issuer, TokenVerifier verifier, AtomicLong now, int phones) {
        this.issuer = issuer;
        this.verifier = verifier;
        this.now = now;
        this.tokens = new String[phones];
        this.verdicts = new Verdict[phones];
    }

    public static void main(String[] args) throws GeneralSecurityException {
        Options options = new Options(
                        "HostileFlood: forged and genuine tokens by the million, beside phones that register.")
                .option("--phones", 50_000, "phones")
                .option("--tokens", 1_000_000, "tokens of each flood")
                .option("--known", 131_072, "tokens the verifier knows again")
                .option("--hours", 8, "hours that the phones register before, with a new token in each")
                .parse(args);
        Result result = run(
                options.get("--phones"),
                options.get("--tokens"),
                options.get("--known"),
                options.get("--hours"),
                System.out);
        System.exit(result.hitRateUnderForged() > 0.99 && result.hitRateUnderGenuine() > 0.99 ? 0 : 1);
    }

    /**
     * @param bytesBefore of the heap in use once it is collected, with nothing but the phones' tokens
     * @param hitRateUnderForged how many of the phones' tokens were known again during that flood
     */
    record Result(
            long bytesBefore,
            long bytesAfterForged,
            long bytesAfterGenuine,
            long bytesAfterMoreGenuine,
            long bytesAnHourLater,
            double hitRateBefore,
            double hitRateUnderForged,
            double hitRateUnderGenuine) {}

    static Result run(int phones, int flood, int capacity, int hours, PrintStream out) throws GeneralSecurityException {
        TokenIssuer issuer = new TokenIssuer();
        AtomicLong now = new AtomicLong();
        try (KeySource keys = KeySource.fixed(issuer.jwkSet())) {
            TokenVerifier verifier = TokenVerifier.builder(
                            new Expectations(TokenIssuer.NAME, TokenIssuer.AUDIENCE, Duration.ZERO), keys)
                    .knownTokens(capacity)
                    .clock(() -> START.plusMillis(now.get()))
                    .build();
            return new HostileFlood(issuer, verifier, now, phones).run(flood, hours, out);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e); // closing fixed keys throws nothing
        }
    }

    private Result run(int flood, int hours, PrintStream out) {
        out.printf("%,d bytes of heap with the phones' tokens to come%n", heap());
        for (int hour = 0; hour < hours; hour++) {
            issueToPhones();
            rounds(ROUNDS, 0, null);
            now.addAndGet(LIFETIME.toMillis() - ROUNDS * ROUND.toMillis());
        }
        issueToPhones();
        rounds(2, 0, null); // each is new in the first
        startCounting();
        rounds(ROUNDS, 0, null);
        double rateBefore = hitRate();
        long before = heap();
        out.printf("%,d bytes, hit rate %.3f %%: phones alone%n", before, 100 * rateBefore);

        startCounting();
        rounds(ROUNDS, flood, this::forged);
        double underForged = hitRate();
        long afterForged = heap();
        out.printf("%,d bytes, hit rate %.3f %%: %,d forged tokens%n", afterForged, 100 * underForged, flood);

        startCounting();
        long[] afterGenuine = new long[2]; // the first fills what places the phones leave
        for (int i = 0; i < 2; i++) {
            rounds(ROUNDS, flood, this::genuine);
            afterGenuine[i] = heap();
            out.printf(
                    "%,d bytes, hit rate %.3f %%: %,d genuine tokens, twice each%n",
                    afterGenuine[i], 100 * hitRate(), flood);
        }
        double underGenuine = hitRate();
        now.addAndGet(LIFETIME.toMillis());
        issueToPhones();
        rounds(1, 0, null);
        long anHourLater = heap();
        out.printf("%,d bytes: an hour later%n", anHourLater);
        return new Result(
                before,
                afterForged,
                afterGenuine[0],
                afterGenuine[1],
                anHourLater,
                rateBefore,
                underForged,
                underGenuine);
    }

    private interface Harm {
        /** Shows a token that nobody showed before. */
        void show();
    }

    /** Every phone registers once a round, and the flood comes in between, evenly. */
    private void rounds(int rounds, long flood, @Nullable Harm harm) {
        long steps = (long) rounds * tokens.length;
        long begin = now.get();
        for (long step = 0; step < steps; step++) {
            now.set(begin + rounds * ROUND.toMillis() * step / steps);
            register((int) (step % tokens.length));
            if (harm != null) {
                for (long due = flood * (step + 1) / steps - flood * step / steps; due > 0; due--) {
                    harm.show();
                }
            }
        }
        now.set(begin + rounds * ROUND.toMillis());
    }

    /** A token that is known is answered with the verdict that it got before. */
    private void register(int phone) {
        Verdict verdict = verifier.verify(tokens[phone]);
        if (!(verdict instanceof Verdict.Accepted)) {
            throw new IllegalStateException("a phone is refused: " + verdict);
        }
        asked++;
        known += verdict == verdicts[phone] ? 1 : 0;
        verdicts[phone] = verdict;
    }

    private void issueToPhones() {
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = token("phone" + i);
        }
    }

    private void forged() {
        String token = token("mallory");
        int dot = token.lastIndexOf('.');
        char[] signature = token.substring(dot + 1).toCharArray();
        signature[random.nextInt(80)] ^= 1; // mostly another one of the alphabet; where it is not, no base64url
        if (verifier.verify(token.substring(0, dot + 1) + new String(signature)) instanceof Verdict.Accepted) {
            throw new IllegalStateException("a forged token is accepted");
        }
    }

    private void genuine() {
        String token = token("mallory");
        for (int time = 0; time < 2; time++) {
            if (!(verifier.verify(token) instanceof Verdict.Accepted)) {
                throw new IllegalStateException("a genuine token is refused");
            }
        }
    }

    private String token(String user) {
        long issuedAt = START.plusMillis(now.get()).getEpochSecond();
        String claims = TokenIssuer.claims(
                TokenIssuer.AUDIENCE, user, "token" + serial++, issuedAt, issuedAt + LIFETIME.toSeconds());
        return issuer.sign(Algorithm.ES256, TokenIssuer.header(Algorithm.ES256), claims);
    }

    private void startCounting() {
        asked = 0;
        known = 0;
    }

    private double hitRate() {
        return (double) known / asked;
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
