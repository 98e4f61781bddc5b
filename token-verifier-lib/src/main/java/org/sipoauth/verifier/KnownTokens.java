package org.sipoauth.verifier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.keys.DecryptionKey;
import org.sipoauth.verifier.keys.VerificationKey;

/**
 * The tokens accepted before. A phone registers every two minutes with the same token for an hour: the second time, its
 * signature and its claims need no second look, only what may have changed since.
 *
 * <p>A fixed array of sets of eight. A token's set is chosen by the end of its signature (or tag), mixed with a secret of this
 * process; then the whole token is compared. Only accepted tokens enter, so nobody without the issuer's key can put
 * anything in or choose a set (of nested tokens: nobody without the key that its audience shares); and a way that was hit within {@value #KEPT_SECONDS} seconds is not taken from its token,
 * so even who has many valid ones cannot drive the established phones out. Whoever enters takes some that have expired out, so that what
 * is held follows what is in use. No lock; a hit allocates nothing, and writes at most once in {@value #NOTED_SECONDS} seconds.
 */
final class KnownTokens {
    private static final int WAYS = 8; // of four, one phone in 300 found all taken when a fifth of the places was
    private static final int MIN_CAPACITY = WAYS;
    private static final int MAX_CAPACITY = 1 << 24;
    private static final long KEPT_SECONDS = 300;
    private static final long NOTED_SECONDS = 16;
    /** In so many places, in turn, a newcomer looks for tokens that have expired: few, for each look may miss the processor's cache. */
    private static final int SWEPT = 16;
    /** The characters of the signature that choose the set; the very last one carries only part of its bits. */
    private static final int CHOOSING = 10;

    private static final VarHandle ENTRIES = MethodHandles.arrayElementVarHandle(Known[].class);
    private static final VarHandle HITS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long NEVER = Long.MIN_VALUE + 1;
    private static final long FREE = Long.MIN_VALUE;

    private final long[] marks; // of the entry in the same place, or of one before or after it: a hint to look there
    private final Known[] entries;
    private final long[] lastHits; // of the entry in the same place, in seconds since 1970
    private final boolean digestsOnly;
    private final long keepEnded; // in milliseconds
    private final int shift; // after a shift by one, leaves as many bits as number the sets
    private final long secret;
    private final long multiplier;
    private int nextSwept; // by all threads without care: two at once look at the same places

    /**
     * An accepted token and what its acceptance rests on. Immutable.
     *
     * @param content the token itself, or its SHA-256
     * @param key that had signed it
     * @param decryptionKey that it was encrypted with, if it was
     * @param from when its time has come, the tolerance included; in milliseconds since 1970, as is {@code until}
     * @param until when it expires, the tolerance included
     */
    record Known(
            Object content,
            Verdict.Accepted verdict,
            VerificationKey key,
            @Nullable DecryptionKey decryptionKey,
            long from,
            long until) {

        @Override
        public String toString() {
            return "Known[" + verdict.token() + "]"; // never the token itself
        }
    }

    /**
     * @param capacity how many tokens, rounded up to a power of two; 20 bytes each, and the tokens
     * @param digestsOnly keeps SHA-256 digests in place of tokens, so that a picture of the heap holds none that can be
     *     used; a hit then takes a hash
     * @param keepEnded how long an expired token has the same right to its place as any other
     */
    KnownTokens(int capacity, boolean digestsOnly, Duration keepEnded) {
        if (capacity < MIN_CAPACITY || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("from " + MIN_CAPACITY + " to " + MAX_CAPACITY + " known tokens");
        }
        int size = Integer.highestOneBit(capacity - 1) << 1;
        this.marks = new long[size];
        this.entries = new Known[size];
        this.lastHits = new long[size];
        this.digestsOnly = digestsOnly;
        this.keepEnded = keepEnded.toMillis();
        this.shift = Long.SIZE - 1 - Integer.numberOfTrailingZeros(size / WAYS);
        SecureRandom random = new SecureRandom();
        this.secret = random.nextLong();
        this.multiplier = random.nextLong() | 1;
    }

    /**
     * The token as it was accepted before, to be looked at again; null if it is not known.
     *
     * @param now in milliseconds since 1970: an {@code Instant} would take a tenth of the time of a hit
     */
    @Nullable
    Known find(String compact, long now) {
        if (compact.length() <= CHOOSING || compact.length() > TokenVerifier.MAX_LENGTH) { // before anything is hashed
            return null;
        }
        long mark = mark(compact);
        int first = firstWay(mark);
        for (int way = first; way < first + WAYS; way++) {
            Known known = marks[way] == mark ? (Known) ENTRIES.getAcquire(entries, way) : null;
            if (known != null && isContent(known, compact)) {
                noteHit(way, now / 1000);
                return known;
            }
        }
        return null;
    }

    /** Keeps an accepted token, if there is room that no phone in use needs. */
    void remember(
            String compact,
            Verdict.Accepted verdict,
            VerificationKey key,
            @Nullable DecryptionKey decryptionKey,
            long from,
            long until,
            long now) {
        if (compact.length() <= CHOOSING) {
            return;
        }
        long mark = mark(compact);
        int way = wayFor(compact, mark, now);
        if (way >= 0) {
            Object content = digestsOnly ? sha256(compact) : compact;
            HITS.setOpaque(lastHits, way, NEVER);
            ENTRIES.setRelease(entries, way, new Known(content, verdict, key, decryptionKey, from, until));
            marks[way] = mark;
        }
        sweep(now);
    }

    private void sweep(long now) {
        int first = nextSwept;
        nextSwept = first + SWEPT & entries.length - 1;
        for (int way = first; way < Math.min(first + SWEPT, entries.length); way++) {
            Known known = (Known) ENTRIES.getAcquire(entries, way);
            if (known != null && isOver(known, now)) {
                ENTRIES.compareAndSet(entries, way, known, (Known) null);
            }
        }
    }

    private boolean isOver(Known known, long now) {
        return now - keepEnded >= known.until();
    }

    /** The token's own way, an empty or ended one, or the one that was not hit for the longest; else -1. */
    private int wayFor(String compact, long mark, long now) {
        int first = firstWay(mark);
        int best = -1;
        long bestHit = now / 1000 - KEPT_SECONDS;
        for (int way = first; way < first + WAYS; way++) {
            Known known = (Known) ENTRIES.getAcquire(entries, way);
            if (known != null && marks[way] == mark && isContent(known, compact)) {
                return way;
            }
            boolean free = known == null || isOver(known, now);
            long hit = free ? FREE : (long) HITS.getOpaque(lastHits, way);
            if (hit < bestHit) {
                bestHit = hit;
                best = way;
            }
        }
        return best;
    }

    private void noteHit(int way, long second) {
        long last = (long) HITS.getOpaque(lastHits, way);
        if (second - last >= NOTED_SECONDS || last == NEVER) {
            HITS.setOpaque(lastHits, way, second);
        }
    }

    private boolean isContent(Known known, String compact) {
        return digestsOnly
                ? MessageDigest.isEqual((byte[]) known.content(), sha256(compact))
                : compact.equals(known.content());
    }

    private int firstWay(long mark) {
        return (int) ((mark ^ secret) * multiplier >>> 1 >>> shift) * WAYS; // the high bits depend on all
    }

    /** The last whole characters, six bits of chance each; the signature of an accepted token cannot be chosen. */
    private static long mark(String compact) {
        int end = compact.length() - 1;
        long mark = 0;
        for (int i = end - CHOOSING; i < end; i++) {
            mark = mark << 6 ^ compact.charAt(i);
        }
        return mark;
    }

    private static byte[] sha256(String compact) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(compact.getBytes(StandardCharsets.ISO_8859_1));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
