package org.sipoauth.verifier.keys;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A content encryption key that an issuer shares with one audience: {@code dir} with {@code A256GCM} and nothing else. */
public final class DecryptionKey {
    static final int BYTES = 32;

    private static final int TAG_BITS = 128;

    private final String keyId;
    private final SecretKey key;

    DecryptionKey(String keyId, byte[] key) {
        this.keyId = keyId;
        this.key = new SecretKeySpec(key, "AES");
    }

    /** The {@code kid} (RFC 7517 §4.5). */
    public String keyId() {
        return keyId;
    }

    /**
     * Decrypts as RFC 7518 §5.3 says.
     *
     * @param iv of 96 bits
     * @param additional the additional authenticated data: the header as it stood in the token (RFC 7516 §5.2)
     * @param sealed the ciphertext, then the tag of 128 bits
     * @return empty if it was not encrypted with this key, or any of the three was altered
     */
    public Optional<byte[]> decrypt(byte[] iv, byte[] additional, byte[] sealed) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, iv));
            cipher.updateAAD(additional);
            return Optional.of(cipher.doFinal(sealed));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    boolean isSame(DecryptionKey other) {
        return this == other
                || keyId.equals(other.keyId) && MessageDigest.isEqual(key.getEncoded(), other.key.getEncoded());
    }

    /** Its key id: never the key. */
    @Override
    public String toString() {
        return keyId;
    }
}
