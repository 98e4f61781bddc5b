package org.sipoauth.authz.signing;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.sipoauth.keys.KeyId;
import org.sipoauth.keys.KeyState;
import org.sipoauth.keys.KeyUse;
import org.sipoauth.keys.RingKey;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Hashes of secrets that are short enough to be found by trying: HMAC with SHA-256 under a key of the ring, so that who
 * reads the store alone can try none. All servers with the same ring make the same hashes, and a key that is rotated
 * leaves those it made in force for as long as refresh tokens.
 */
public final class KeyedHashes {
    private static final String LABEL = "sip-oauth hash of ";

    private final CurrentKeyRing ring;

    public KeyedHashes(CurrentKeyRing ring) {
        this.ring = ring;
    }

    /** A hash, and the id of the key that made it. */
    public record Hash(String keyId, byte[] bytes) {
        @Override
        public String toString() {
            return "Hash[" + keyId + "]";
        }
    }

    /**
     * Under the key that is active now.
     *
     * @param purpose what is hashed; the same text under another purpose has another hash
     */
    public Hash hash(String purpose, String text) {
        RingKey key = ring.get().active(KeyUse.REFRESH_TOKEN_AUTHENTICATION);
        return new Hash(key.id().value(), key.mac(input(purpose, text)));
    }

    /**
     * Under the key that has made an earlier one.
     *
     * @return empty if that is gone or revoked
     * @throws DataAccessResourceFailureException if another server uses it already and this one not yet
     */
    public Optional<byte[]> hashUnder(String keyId, String purpose, String text) {
        Optional<RingKey> key = ring.get()
                .find(new KeyId(keyId))
                .filter(found ->
                        found.use() == KeyUse.REFRESH_TOKEN_AUTHENTICATION && found.state() != KeyState.REVOKED);
        if (key.filter(found -> found.state() == KeyState.PUBLISHED).isPresent()) {
            throw new DataAccessResourceFailureException("another server uses the key " + keyId + " already");
        }
        return key.map(found -> found.mac(input(purpose, text)));
    }

    private static byte[] input(String purpose, String text) {
        return (LABEL + purpose + '\0' + text).getBytes(StandardCharsets.UTF_8);
    }
}
