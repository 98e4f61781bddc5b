package org.sipoauth.benchmarks.rotation;

import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.sipoauth.benchmarks.rotation.Tally.Violation;

/** What becomes of every access token: it is verified at once, and again at the end of its life. */
final class Tokens {
    private static final Duration BEFORE_EXPIRY = Duration.ofSeconds(4);

    private final Verifiers verifiers;
    private final PublishedKeys publishedKeys;
    private final Duration propagation;
    private final ScheduledExecutorService workers;
    private final Tally tally;

    Tokens(
            Verifiers verifiers,
            PublishedKeys publishedKeys,
            Duration propagation,
            ScheduledExecutorService workers,
            Tally tally) {
        this.verifiers = verifiers;
        this.publishedKeys = publishedKeys;
        this.propagation = propagation;
        this.workers = workers;
        this.tally = tally;
    }

    /** @param askedAt no later than when it was signed */
    void issued(String token, Instant askedAt) throws IOException {
        tally.tokens.increment();
        Instant expiresAt;
        String keyId;
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            expiresAt = jwt.getJWTClaimsSet().getExpirationTime().toInstant();
            keyId = jwt.getHeader().getKeyID();
        } catch (ParseException e) {
            throw new IOException("a token that does not parse", e);
        }
        requirePublished(keyId, askedAt);
        verifiers.judge(token, expiresAt, "fresh");
        Duration untilThen = Duration.between(Instant.now(), expiresAt.minus(BEFORE_EXPIRY));
        workers.schedule(
                () -> verifiers.judge(token, expiresAt, "at the end of its life"),
                untilThen.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void requirePublished(String keyId, Instant askedAt) {
        Optional<Duration> lead = publishedKeys.signed(keyId, askedAt);
        if (lead.isEmpty() || lead.get().compareTo(propagation) < 0) {
            tally.violations.add(
                    Violation.SIGNED_BY_UNPUBLISHED_KEY,
                    keyId + " had been published for "
                            + lead.map(Duration::toString).orElse("no time"));
        }
    }
}
