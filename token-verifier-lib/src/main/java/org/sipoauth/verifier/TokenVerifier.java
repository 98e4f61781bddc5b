package org.sipoauth.verifier;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.sipoauth.verifier.internal.Header;
import org.sipoauth.verifier.internal.Jwe;
import org.sipoauth.verifier.internal.Jws;
import org.sipoauth.verifier.internal.KnownHeaders;
import org.sipoauth.verifier.internal.MalformedException;
import org.sipoauth.verifier.keys.DecryptionKey;
import org.sipoauth.verifier.keys.DecryptionKeySource;
import org.sipoauth.verifier.keys.KeySnapshot;
import org.sipoauth.verifier.keys.KeySource;
import org.sipoauth.verifier.keys.VerificationKey;
import org.sipoauth.verifier.status.StatusReference;
import org.sipoauth.verifier.status.StatusSnapshot;
import org.sipoauth.verifier.status.StatusSource;

/**
 * Verifies access tokens (RFC 9068) offline, for one issuer and one audience; for several issuers there is
 * {@link IssuerVerifiers}. Thread-safe; verifying does no I/O and
 * takes no lock.
 */
public final class TokenVerifier {
    private static final String TYPE = "at+jwt";
    static final int MAX_LENGTH = 8 * 1024;

    private static final Duration MAX_OUTAGE_GRACE = Duration.ofHours(24);

    /** For how long a server has been out of reach before we call that an outage: three refreshes of keys, as they come. */
    private static final Duration OUTAGE = Duration.ofMinutes(15);

    /** How long a server may take to name a new status list. */
    private static final Duration NEW_LIST_TIME = Duration.ofSeconds(10);

    private final Expectations expectations;
    private final KeySource keys;
    private final @Nullable DecryptionKeySource decryptionKeys;
    private final boolean unencryptedToo;
    private final @Nullable StatusSource statuses;
    private final @Nullable KnownTokens knownTokens;
    private final KnownHeaders knownHeaders = new KnownHeaders();
    private volatile Claims lastClaims = Claims.NONE; // of an accepted token, to share what the next one repeats
    private final Duration outageGrace;
    private final LongAdder acceptedByGrace = new LongAdder();
    private final InstantSource clock;
    private final VerdictCounts counts = new VerdictCounts();

    /**
     * A verifier that takes revoked tokens until they expire; in all else as a {@link Builder} has it.
     *
     * @throws IllegalArgumentException if {@code status} is expected, which nobody would look at
     */
    public TokenVerifier(Expectations expectations, KeySource keys) {
        this(builder(expectations, keys));
    }

    /** A verifier that refuses what {@code statuses} says was revoked; in all else as a {@link Builder} has it. */
    public TokenVerifier(Expectations expectations, KeySource keys, StatusSource statuses) {
        this(builder(expectations, keys).statuses(statuses));
    }

    private TokenVerifier(Builder settings) {
        this.expectations = settings.expectations;
        this.keys = settings.keys;
        this.decryptionKeys = settings.decryptionKeys;
        this.unencryptedToo = settings.unencryptedToo || decryptionKeys == null;
        this.statuses = settings.statuses;
        this.outageGrace = settings.outageGrace;
        this.knownTokens = settings.knownTokens == 0
                ? null
                : new KnownTokens(settings.knownTokens, settings.knownAsDigests, outageGrace);
        this.clock = settings.clock;
        if (expectations.statusRequired() && statuses == null) {
            throw new IllegalArgumentException("status is required, so its source is, too");
        }
        if (!outageGrace.isZero() && (statuses == null || knownTokens == null)) {
            throw new IllegalArgumentException("a grace needs status lists, which tell the revoked, and known tokens");
        }
        if (settings.unencryptedToo && decryptionKeys == null) {
            throw new IllegalArgumentException("no decryption keys, so none but unencrypted tokens are taken anyway");
        }
    }

    /** A verifier with further settings: decryption keys, known tokens, a grace, a clock. */
    public static Builder builder(Expectations expectations, KeySource keys) {
        return new Builder(expectations, keys);
    }

    /** The settings of a verifier that most servers leave as they are. */
    public static final class Builder {
        private final Expectations expectations;
        private final KeySource keys;
        private @Nullable DecryptionKeySource decryptionKeys;
        private boolean unencryptedToo;
        private @Nullable StatusSource statuses;
        private int knownTokens = 131_072;
        private boolean knownAsDigests;
        private Duration outageGrace = Duration.ZERO;
        private InstantSource clock = Clock.systemUTC();

        private Builder(Expectations expectations, KeySource keys) {
            this.expectations = Objects.requireNonNull(expectations);
            this.keys = Objects.requireNonNull(keys);
        }

        /** Refuses what these say was revoked. Without them revoked tokens are taken until they expire. */
        public Builder statuses(StatusSource source) {
            this.statuses = Objects.requireNonNull(source);
            return this;
        }

        /**
         * Takes nested tokens, signed and then encrypted to this audience ({@code dir} with {@code A256GCM}; RFC 7516), <b>and
         * no others</b>: one that is signed alone is refused as {@link Reason#NOT_DECRYPTED} (RFC 9068 §4). Without these keys
         * it is the other way round.
         */
        public Builder decryptionKeys(DecryptionKeySource source) {
            this.decryptionKeys = Objects.requireNonNull(source);
            return this;
        }

        /**
         * Also takes tokens that are signed alone, of which everybody on their way can read what they say. For the hour or
         * so in which an issuer begins to encrypt; then take it out again.
         */
        public Builder insecureUnencryptedToo() {
            this.unencryptedToo = true;
            return this;
        }

        /**
         * How many accepted tokens to know again (default 131,072, of which a fifth finds room nearly always): at the second
         * sight of one, signature and claims need no second look. Expiry, key and status are looked at always.
         *
         * <p>One takes about 1.5 KB, until some time after it has expired, so by default this is up to 200 MB of the heap:
         * what a hundred thousand phones take, or whoever has as many valid tokens to show. Ten thousand phones take 20 MB.
         *
         * @param capacity from 8 to 16,777,216, rounded up to a power of two; or 0 to verify each token anew
         * @throws IllegalArgumentException if it is anything else, from {@link #build}
         */
        public Builder knownTokens(int capacity) {
            this.knownTokens = capacity;
            return this;
        }

        /** Knows tokens by their SHA-256, so that a picture of the heap holds none that could be used; a hit takes a hash. */
        public Builder knownTokensAsDigests() {
            this.knownAsDigests = true;
            return this;
        }

        /**
         * Lets phones that were here before go on after their token has expired, while no server can renew it (default: none).
         * An expired token is taken only
         * <ul>
         *   <li>if it was accepted before it expired, and is still among the {@linkplain #knownTokens known tokens};
         *   <li>while the keys' source says that the server is out of reach ({@link KeySource#unreachableSince}) and was for
         *       15 minutes when the token expired, so that the phone could not have renewed it: the first answer of the server
         *       ends all grace;
         *   <li>until {@code longest} after its expiry, and no longer than keys and status lists may be trusted without
         *       news: their own limits, {@code maxStaleness}, go on to hold;
         *   <li>if its login's status is in a list, which says that it is valid.
         * </ul>
         *
         * <p>It weakens what expiry promises: who cuts this server off from the authorization server, and has had a token
         * accepted here, keeps it for as much longer; and a login that is ended during the outage goes on here, as it does
         * without grace until its token expires.
         *
         * @param longest at most 24 hours
         * @see Verdict.Accepted#graceUntil
         * @see TokenVerifier#acceptedByGrace
         */
        public Builder outageGrace(Duration longest) {
            if (longest.isNegative() || longest.compareTo(MAX_OUTAGE_GRACE) > 0) {
                throw new IllegalArgumentException("a grace of at most 24 hours");
            }
            this.outageGrace = longest;
            return this;
        }

        /** Tells the time (default: the system's clock). */
        public Builder clock(InstantSource source) {
            this.clock = Objects.requireNonNull(source);
            return this;
        }

        /**
         * @throws IllegalArgumentException if {@code status} is expected and there is no source of it, if there is a grace but
         *     no status lists or no known tokens, or if unencrypted tokens are allowed where no other is taken
         */
        public TokenVerifier build() {
            return new TokenVerifier(this);
        }
    }

    /**
     * Verifies an access token in JWS compact serialization, or with {@link Builder#decryptionKeys} one inside a JWE in compact
     * serialization; at most 8 KiB of ASCII. Does not check scope, device,
     * address-of-record or certificate: ask the {@link AccessToken} for those.
     *
     * @return {@link Verdict.Accepted}, or {@link Verdict.Rejected} with the first check that failed; never null
     * @throws NullPointerException if {@code compact} is null; nothing in a token makes this method throw
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9068#section-4">RFC 9068 §4</a>
     */
    public Verdict verify(String compact) {
        Objects.requireNonNull(compact);
        long now = clock.millis(); // read once
        Verdict known = verifyKnown(compact, now);
        Verdict verdict = known == null ? verifyAnew(compact, now) : known;
        counts.add(verdict, known != null);
        return verdict;
    }

    /** What this verifier has answered so far. */
    public VerdictCounts counts() {
        return counts;
    }

    /** How often an expired token was taken by grace of {@link Builder#outageGrace}, since this verifier was made. */
    public long acceptedByGrace() {
        return acceptedByGrace.sum();
    }

    String issuer() {
        return expectations.issuer();
    }

    boolean decrypts() {
        return decryptionKeys != null;
    }

    boolean hasDecryptionKey(@Nullable String keyId) {
        return keyId != null
                && decryptionKeys != null
                && decryptionKeys.current().find(keyId).isPresent();
    }

    /** The verdict on a token that was accepted before; null if it is not known, or is no longer acceptable. */
    @Nullable
    Verdict verifyKnown(String compact) {
        Verdict known = verifyKnown(compact, clock.millis());
        if (known != null) {
            counts.add(known, true);
        }
        return known;
    }

    /** What may have changed since a token was accepted; null if the token is not known, or is no longer acceptable. */
    private @Nullable Verdict verifyKnown(String compact, long now) {
        KnownTokens.Known known = knownTokens == null ? null : knownTokens.find(compact, now);
        if (known == null || now < known.from()) {
            return null;
        }
        boolean expired = now >= known.until();
        if (expired && !isInGrace(known, Instant.ofEpochMilli(now))) {
            return null;
        }
        KeySnapshot trusted = keys.current();
        DecryptionKey opener = known.decryptionKey();
        if (trusted.isTooOld(now)
                || !trusted.trusts(known.key())
                || opener != null && !requireDecryptionKeys().current().trusts(opener)) {
            return null;
        }
        try {
            requireStatus(known.verdict().token().claims(), now);
        } catch (Refusal refusal) {
            return refusal.verdict();
        }
        if (expired) {
            acceptedByGrace.increment();
            return new Verdict.Accepted(known.verdict().token(), Optional.of(graceEnd(known)));
        }
        return known.verdict();
    }

    /** The rules are those of {@link Builder#outageGrace}. */
    private boolean isInGrace(KnownTokens.Known known, Instant now) {
        if (!now.isBefore(graceEnd(known)) || statuses == null) {
            return false;
        }
        Optional<Instant> since = keys.unreachableSince();
        Optional<StatusReference> status = known.verdict().token().claims().status;
        return since.isPresent()
                && !since.get().plus(OUTAGE).isAfter(Instant.ofEpochMilli(known.until()))
                && status.isPresent()
                && statuses.current().find(status.get(), now) == StatusSnapshot.Status.VALID;
    }

    private Instant graceEnd(KnownTokens.Known known) {
        return Instant.ofEpochMilli(known.until()).plus(outageGrace);
    }

    private Verdict verifyAnew(String compact, long now) {
        try {
            Jws.requireLength(compact, MAX_LENGTH);
            Opened opened = open(compact); // decrypted where it must be: RFC 7516 §5.2, RFC 9068 §4
            Jws jws = Jws.parse(opened.jws, knownHeaders); // strict base64url and JSON, no crit: RFC 7515 §5.2
            requireType(jws); // RFC 9068 §4
            VerificationKey key = findKey(requireFresh(keys.current(), now), jws.keyId());
            requireSignature(jws, key); // the key fixes the algorithm, never the token: RFC 8725 §3.1
            Claims last = lastClaims; // other threads replace it
            Claims claims = Claims.parse(jws.payload(), last); // every claim RFC 9068 §2.2 requires, each of its type
            requireIssuer(claims);
            requireAudience(claims);
            requireTime(claims, now);
            requireStatus(claims, now); // after all others: draft-ietf-oauth-status-list-20 §8.3
            Verdict.Accepted accepted = new Verdict.Accepted(new AccessToken(claims));
            remember(compact, accepted, key, opened.key, now);
            knownHeaders.remember(jws.header());
            knownHeaders.remember(opened.header);
            if (!claims.repeats(last)) {
                lastClaims = claims;
            }
            return accepted;
        } catch (MalformedException malformed) {
            return Refusal.of(malformed).verdict();
        } catch (Refusal refusal) {
            return refusal.verdict();
        }
    }

    /**
     * A signed token, and what it was encrypted with if it was. No record: it would print the token.
     */
    static final class Opened {
        final String jws;
        final @Nullable DecryptionKey key;
        final @Nullable Header header;

        private Opened(String jws, @Nullable DecryptionKey key, @Nullable Header header) {
            this.jws = jws;
            this.key = key;
            this.header = header;
        }
    }

    Opened open(String compact) throws MalformedException, Refusal {
        if (decryptionKeys == null || Jws.countParts(compact) == 3) {
            if (!unencryptedToo) {
                throw new Refusal(Reason.NOT_DECRYPTED, "not encrypted");
            }
            return new Opened(compact, null, null);
        }
        Jwe jwe = Jwe.parse(compact, knownHeaders);
        Header header = jwe.header();
        if (!jwe.holdsToken()) { // RFC 7519 §5.2
            throw new Refusal(Reason.WRONG_TYPE, "cty " + Refusal.quoted(String.valueOf(header.contentType())));
        }
        DecryptionKey key = findDecryptionKey(header.keyId());
        if (!header.algorithm().equals("dir") || !"A256GCM".equals(header.encryption())) { // the key fixes both
            throw new Refusal(
                    Reason.NOT_DECRYPTED,
                    "alg " + Refusal.quoted(header.algorithm()) + " with enc "
                            + Refusal.quoted(String.valueOf(header.encryption())));
        }
        byte[] jws = key.decrypt(jwe.iv(), header.text(), jwe.sealed())
                .orElseThrow(() -> new Refusal(Reason.NOT_DECRYPTED, "not encrypted with key " + key));
        return new Opened(new String(jws, StandardCharsets.ISO_8859_1), key, header);
    }

    private DecryptionKeySource requireDecryptionKeys() {
        return Objects.requireNonNull(decryptionKeys);
    }

    private DecryptionKey findDecryptionKey(@Nullable String keyId) throws Refusal {
        if (keyId == null) {
            throw new Refusal(Reason.UNKNOWN_KEY, "no kid for decryption");
        }
        DecryptionKeySource source = requireDecryptionKeys();
        return source.current().find(keyId).orElseThrow(() -> {
            source.keyUnknown(keyId); // only a hint; it does not wait
            return new Refusal(Reason.UNKNOWN_KEY, "kid " + Refusal.quoted(keyId) + " for decryption");
        });
    }

    private void remember(
            String compact,
            Verdict.Accepted accepted,
            VerificationKey key,
            @Nullable DecryptionKey decryptionKey,
            long now) {
        if (knownTokens != null) {
            Claims claims = accepted.token().claims();
            Instant begins = claims.notBefore.filter(claims.issuedAt::isBefore).orElse(claims.issuedAt);
            knownTokens.remember(
                    compact,
                    accepted,
                    key,
                    decryptionKey,
                    begins.minus(expectations.clockTolerance()).toEpochMilli(),
                    claims.expiresAt.plus(expectations.clockTolerance()).toEpochMilli(),
                    now);
        }
    }

    private static void requireType(Jws jws) throws Refusal {
        String type = jws.type();
        if (type == null) {
            throw new Refusal(Reason.WRONG_TYPE, "no typ");
        }
        if (!jws.isOfType(TYPE)) {
            throw new Refusal(Reason.WRONG_TYPE, "typ " + Refusal.quoted(type));
        }
    }

    private static KeySnapshot requireFresh(KeySnapshot snapshot, long now) throws Refusal {
        if (snapshot.isTooOld(now)) {
            throw new Refusal(Reason.KEYS_TOO_OLD, snapshot.toString());
        }
        return snapshot;
    }

    private VerificationKey findKey(KeySnapshot snapshot, @Nullable String keyId) throws Refusal {
        if (keyId == null) {
            throw new Refusal(Reason.UNKNOWN_KEY, "no kid");
        }
        Optional<VerificationKey> key = snapshot.find(keyId);
        if (key.isEmpty()) {
            keys.keyUnknown(keyId); // only a hint; it does not wait
            throw new Refusal(Reason.UNKNOWN_KEY, "kid " + Refusal.quoted(keyId));
        }
        return key.get();
    }

    private static void requireSignature(Jws jws, VerificationKey key) throws Refusal {
        if (!key.isFor(jws.algorithm())) {
            throw new Refusal(
                    Reason.BAD_SIGNATURE, "alg " + Refusal.quoted(jws.algorithm()) + " is not that of key " + key);
        }
        if (!key.verifies(jws.bytes(), jws.signed(), jws.signature())) {
            throw new Refusal(Reason.BAD_SIGNATURE, "not signed by key " + key);
        }
    }

    private void requireIssuer(Claims claims) throws Refusal {
        if (!claims.issuer.equals(expectations.issuer())) {
            throw new Refusal(Reason.WRONG_ISSUER, "iss " + Refusal.quoted(claims.issuer));
        }
    }

    private void requireAudience(Claims claims) throws Refusal {
        if (!claims.audience.contains(expectations.audience())) {
            throw new Refusal(Reason.WRONG_AUDIENCE, "aud " + Refusal.quoted(claims.audience.toString()));
        }
    }

    /** RFC 7519 §4.1.4 to §4.1.6: now is before {@code exp}, and neither before {@code nbf} nor before {@code iat}. */
    private void requireTime(Claims claims, long now) throws Refusal {
        long tolerance = expectations.clockTolerance().toMillis();
        if (now - tolerance >= claims.expiresAt.toEpochMilli()) {
            throw new Refusal(Reason.EXPIRED, "expired at " + claims.expiresAt);
        }
        Optional<Instant> notBefore = claims.notBefore;
        if (notBefore.isPresent() && now + tolerance < notBefore.get().toEpochMilli()) {
            throw new Refusal(Reason.NOT_YET_VALID, "nbf " + notBefore.get());
        }
        if (now + tolerance < claims.issuedAt.toEpochMilli()) {
            throw new Refusal(Reason.NOT_YET_VALID, "iat " + claims.issuedAt);
        }
    }

    /** A token without {@code status} is not of a login, or of a server without lists: accepted unless one is required. */
    private void requireStatus(Claims claims, long now) throws Refusal {
        if (claims.status.isEmpty()) {
            if (expectations.statusRequired()) {
                throw new Refusal(Reason.MISSING_CLAIM, "no status");
            }
        } else if (statuses != null) {
            StatusSnapshot lists = statuses.current();
            StatusReference reference = claims.status.get();
            StatusSnapshot.Status found = lists.find(reference, now);
            if (found == StatusSnapshot.Status.REVOKED) {
                throw new Refusal(Reason.REVOKED, place(reference));
            } else if (found == StatusSnapshot.Status.NOT_HELD) {
                requireYoungerThan(lists, claims, reference);
            } else if (found != StatusSnapshot.Status.VALID) {
                throw new Refusal(Reason.STATUS_TOO_OLD, place(reference) + "; " + lists);
            }
        }
    }

    /** A list may be newer than our last reading; a token older than that should have its list there. */
    private void requireYoungerThan(StatusSnapshot lists, Claims claims, StatusReference reference) throws Refusal {
        Instant shown = claims.issuedAt.plus(expectations.clockTolerance()).plus(NEW_LIST_TIME);
        if (!lists.readAt().isBefore(shown)) {
            throw new Refusal(Reason.STATUS_TOO_OLD, place(reference) + " is not held; " + lists);
        }
    }

    private static String place(StatusReference reference) {
        return "index " + reference.index() + " of " + Refusal.quoted(reference.uri());
    }
}
