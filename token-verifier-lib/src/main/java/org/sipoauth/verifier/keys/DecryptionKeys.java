package org.sipoauth.verifier.keys;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The content encryption keys of one audience at one moment: one in use, others that overlap with it while they rotate.
 * They are secrets between the issuer and the servers of that audience, and never in its JWK Set. Immutable.
 */
public final class DecryptionKeys {
    private static final DecryptionKeys NONE = new DecryptionKeys(Map.of());

    private final Map<String, DecryptionKey> keys;

    private DecryptionKeys(Map<String, DecryptionKey> keys) {
        this.keys = keys;
    }

    /** What a source that has read nothing yet shows. */
    public static DecryptionKeys none() {
        return NONE;
    }

    /**
     * Parses symmetric keys in the form of a JWK Set (RFC 7517 §5, RFC 7518 §6.4) strictly. Keys that cannot decrypt our
     * tokens are skipped: another {@code kty} than {@code oct}, other than 256 bits, another {@code use} than {@code enc},
     * {@code key_ops} without {@code decrypt}, another {@code alg} than {@code dir} or {@code A256GCM}, no {@code kid}.
     *
     * @param jwkSetJson at most 256 KiB of UTF-8
     * @throws IllegalArgumentException if the document is malformed, names two usable keys alike, or holds no usable key; the
     *     message holds no key
     */
    public static DecryptionKeys parse(String jwkSetJson) {
        return parse(jwkSetJson.getBytes(StandardCharsets.UTF_8));
    }

    static DecryptionKeys parse(byte[] jwkSetUtf8) {
        return new DecryptionKeys(JwkSet.usable(JwkSet.read(jwkSetUtf8), Jwk::toDecryptionKey));
    }

    /** The key of that {@code kid}, compared character by character. */
    public Optional<DecryptionKey> find(String keyId) {
        return Optional.ofNullable(keys.get(keyId));
    }

    /** Whether the same key under the same name is still among these. */
    public boolean trusts(DecryptionKey key) {
        DecryptionKey ours = keys.get(key.keyId());
        return ours != null && ours.isSame(key);
    }

    /** The {@code kid} of each key, in the order of the document. Unmodifiable. */
    public Set<String> keyIds() {
        return keys.keySet();
    }

    /** Their key ids: never a key. */
    @Override
    public String toString() {
        return "decryption keys " + keys.keySet();
    }
}
