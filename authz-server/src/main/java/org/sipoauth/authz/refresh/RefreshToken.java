package org.sipoauth.authz.refresh;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.sipoauth.keys.KeyId;
import org.sipoauth.keys.RingKey;

/**
 * A refresh token: a family, one of its generations, and the proof that we made it. In base64url:
 *
 * <pre>version (1 byte, 1) | shard (1) | family (16) | generation (4, from 1) | tag (32) | key id (rest, ASCII)</pre>
 *
 * The tag is an HMAC with SHA-256 over all that precedes it, under a key derived from the named key of the ring and from
 * the family's secret: who has only the ring, or only the store, can make none. Nothing of a token is stored; the same
 * family, generation and key always make the same token.
 */
final class RefreshToken {
    private static final byte VERSION = 1;
    private static final int AUTHENTICATED_BYTES = 1 + 1 + FamilyId.BYTES + 4;
    private static final int TAG_BYTES = 32;
    private static final int MAX_CHARACTERS = 120;
    private static final byte[] KEY_LABEL = "sip-oauth refresh token".getBytes(StandardCharsets.US_ASCII);

    private final FamilyId family;
    private final int generation;
    private final KeyId keyId;
    private final byte[] tag;

    private RefreshToken(FamilyId family, int generation, KeyId keyId, byte[] tag) {
        this.family = family;
        this.generation = generation;
        this.keyId = keyId;
        this.tag = tag;
    }

    static RefreshToken make(FamilyId family, int generation, RingKey key, FamilySecret secret) {
        return new RefreshToken(family, generation, key.id(), tag(family, generation, key, secret));
    }

    /** Reads a token in its one canonical form; empty if it has any other. Does not say that it is authentic. */
    static Optional<RefreshToken> parse(String value) {
        if (value.length() > MAX_CHARACTERS) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(value);
            if (bytes.length <= AUTHENTICATED_BYTES + TAG_BYTES
                    || !encode(bytes).equals(value)) {
                return Optional.empty();
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            byte version = buffer.get();
            FamilyId family = FamilyId.takeFrom(buffer);
            int generation = buffer.getInt();
            byte[] tag = new byte[TAG_BYTES];
            buffer.get(tag);
            KeyId keyId = new KeyId(StandardCharsets.ISO_8859_1.decode(buffer).toString());
            return version == VERSION && generation > 0
                    ? Optional.of(new RefreshToken(family, generation, keyId, tag))
                    : Optional.empty();
        } catch (IllegalArgumentException notBase64OrNoSuchId) {
            return Optional.empty();
        }
    }

    /** Whether we made this token with this key for the family that has this secret. */
    boolean isAuthentic(RingKey key, FamilySecret secret) {
        return MessageDigest.isEqual(tag, tag(family, generation, key, secret));
    }

    FamilyId family() {
        return family;
    }

    int generation() {
        return generation;
    }

    KeyId keyId() {
        return keyId;
    }

    /** The token itself, for the phone alone. */
    String value() {
        byte[] key = keyId.value().getBytes(StandardCharsets.US_ASCII);
        return encode(ByteBuffer.allocate(AUTHENTICATED_BYTES + TAG_BYTES + key.length)
                .put(authenticated(family, generation))
                .put(tag)
                .put(key)
                .array());
    }

    private static byte[] authenticated(FamilyId family, int generation) {
        ByteBuffer buffer = ByteBuffer.allocate(AUTHENTICATED_BYTES).put(VERSION);
        family.putInto(buffer);
        return buffer.putInt(generation).array();
    }

    private static byte[] tag(FamilyId family, int generation, RingKey ringKey, FamilySecret secret) {
        byte[] familyBytes = secret.bytes();
        byte[] derivation = Arrays.copyOf(KEY_LABEL, KEY_LABEL.length + familyBytes.length);
        System.arraycopy(familyBytes, 0, derivation, KEY_LABEL.length, familyBytes.length);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(ringKey.mac(derivation), "HmacSHA256"));
            return mac.doFinal(authenticated(family, generation));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no HmacSHA256", e);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "RefreshToken[" + family + ", generation " + generation + "]";
    }
}
