package org.sipoauth.verifier.keys;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/** The keys trusted at one moment. Immutable: a {@link KeySource} replaces it whole, so withdrawn keys go. */
public final class KeySnapshot {
    /** 0.3 to 0.5 MiB each. */
    static final int MAX_TABLES = 8;

    private static final KeySnapshot NONE = new KeySnapshot(Map.of(), Instant.MIN, Long.MIN_VALUE);

    private final Map<String, VerificationKey> keys;
    private final Instant readAt;
    private final long tooOldAt; // in milliseconds since 1970

    private KeySnapshot(Map<String, VerificationKey> keys, Instant readAt, long tooOldAt) {
        this.keys = keys;
        this.readAt = readAt;
        this.tooOldAt = tooOldAt;
    }

    /** What a source that has read nothing yet shows: no keys, and too old at any time. */
    public static KeySnapshot none() {
        return NONE;
    }

    /**
     * Parses a JWK Set (RFC 7517 §5) strictly. As its §5 asks, keys that cannot verify our tokens (another {@code kty},
     * {@code crv}, {@code use}, {@code key_ops} or {@code alg}, no {@code kid}, a missing or out-of-range member) are
     * skipped. The result is never too old; see {@link #tooOldAfter}.
     *
     * @param jwkSetJson at most 256 KiB of UTF-8
     * @param readAt when the document was received
     * @throws IllegalArgumentException if the document is malformed, holds private key material, names two usable keys
     *     alike, or holds no usable key
     */
    public static KeySnapshot parse(String jwkSetJson, Instant readAt) {
        return parse(jwkSetJson.getBytes(StandardCharsets.UTF_8), readAt);
    }

    static KeySnapshot parse(byte[] jwkSetUtf8, Instant readAt) {
        return new KeySnapshot(JwkSet.parse(jwkSetUtf8), readAt, Long.MAX_VALUE);
    }

    /** The same keys, to be trusted no longer than {@code maxStaleness} after they were read. */
    public KeySnapshot tooOldAfter(Duration maxStaleness) {
        return new KeySnapshot(keys, readAt, readAt.plus(maxStaleness).toEpochMilli());
    }

    /** The same keys; those that {@code previous} has too are its own, with the tables they have by now. */
    KeySnapshot keepingKeysOf(KeySnapshot previous) {
        Map<String, VerificationKey> kept = new LinkedHashMap<>(keys);
        kept.replaceAll((keyId, key) -> previous.find(keyId).filter(key::isSame).orElse(key));
        return new KeySnapshot(Collections.unmodifiableMap(kept), readAt, tooOldAt);
    }

    /**
     * Gives the first {@value #MAX_TABLES} keys that take one their table, each in a task of its own so that others come
     * between, and takes it from the rest.
     */
    void buildTables(Executor background) {
        int room = MAX_TABLES;
        for (VerificationKey key : keys.values()) {
            if (key.takesTable() && room-- > 0) {
                if (!key.hasTable()) {
                    background.execute(key::buildTable);
                }
            } else {
                key.dropTable();
            }
        }
    }

    /** The key of that {@code kid}, compared character by character. */
    public Optional<VerificationKey> find(String keyId) {
        return Optional.ofNullable(keys.get(keyId));
    }

    /** Whether this very key, as an earlier snapshot of the same source gave it out, is still among these. */
    public boolean trusts(VerificationKey key) {
        return keys.get(key.keyId()) == key;
    }

    /** The {@code kid} of each key, in the order of the JWK Set. Unmodifiable. */
    public Set<String> keyIds() {
        return keys.keySet();
    }

    /** When the source last confirmed these keys; {@link Instant#MIN} where it never did. */
    public Instant readAt() {
        return readAt;
    }

    /** Whether nothing may be verified with these keys any more. */
    public boolean isTooOld(Instant now) {
        return tooOldAt != Long.MAX_VALUE && isTooOld(now.toEpochMilli());
    }

    /**
     * As {@link #isTooOld(Instant)}, for who reads the clock as a number.
     *
     * @param now in milliseconds since 1970
     */
    public boolean isTooOld(long now) {
        return now >= tooOldAt;
    }

    @Override
    public String toString() {
        return this == NONE ? "no keys read yet" : "keys " + keys.keySet() + " read at " + readAt;
    }
}
