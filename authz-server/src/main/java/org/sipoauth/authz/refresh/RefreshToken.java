package org.sipoauth.authz.refresh;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.sipoauth.authz.audit.Concerned;
import org.sipoauth.keys.KeyId;
import org.sipoauth.keys.RingKey;

/**
 * A refresh token: a family, one of its generations, and the proof that we made it. In base64url:
 *
 * <pre>version (1 byte, 2) | shard (1) | family (16) | generation (4, from 1)
 *   | length of the user (1) | user (UTF-8) | length of the device (1) | device (UTF-8; none: 0 bytes)
 *   | tag (32) | key id (rest, ASCII)</pre>
 *
 * The tag is an HMAC with SHA-256 over all that precedes it, under a key derived from the named key of the ring and from
 * the family's secret: who has only the ring, or only the store, can make none. Nothing of a token is stored; the same
 * family, generation and key always make the same token. User and device are the family's: they are named so that the
 * store can be asked about all three at once.
 *
 * <p>Version 1, which builds before 0.1.0 made, has neither user nor device.
 */
final class RefreshToken {
    private static final byte VERSION = 2;
    private static final byte VERSION_WITHOUT_HOLDER = 1;
    private static final int TAG_BYTES = 32;
    private static final int MAX_NAME_BYTES = 255; // its length is one byte
    private static final int MAX_KEY_ID_BYTES = 64; // KeyId takes no longer one
    private static final int MAX_BYTES =
            1 + 1 + FamilyId.BYTES + 4 + 1 + MAX_NAME_BYTES + 1 + MAX_NAME_BYTES + TAG_BYTES + MAX_KEY_ID_BYTES;
    private static final int MAX_CHARACTERS = (MAX_BYTES * 4 + 2) / 3; // base64url without padding
    private static final byte[] KEY_LABEL = "sip-oauth refresh token".getBytes(StandardCharsets.US_ASCII);

    private final FamilyId family;
    private final int generation;
    private final Optional<Holder> holder;
    private final KeyId keyId;
    private final byte[] authenticated;
    private final byte[] tag;

    /** Whose family it is: its user and its device, if it has one. */
    record Holder(String user, Optional<String> device) {}

    private RefreshToken(
            FamilyId family, int generation, Optional<Holder> holder, KeyId keyId, byte[] authenticated, byte[] tag) {
        this.family = family;
        this.generation = generation;
        this.holder = holder;
        this.keyId = keyId;
        this.authenticated = authenticated;
        this.tag = tag;
    }

    static RefreshToken make(Family family, int generation, RingKey key) {
        byte[] user = bytes(family.user());
        byte[] device = bytes(family.device().orElse(""));
        ByteBuffer buffer = ByteBuffer.allocate(1 + 1 + FamilyId.BYTES + 4 + 1 + user.length + 1 + device.length)
                .put(VERSION);
        family.id().putInto(buffer);
        byte[] authenticated = buffer.putInt(generation)
                .put((byte) user.length)
                .put(user)
                .put((byte) device.length)
                .put(device)
                .array();
        return new RefreshToken(
                family.id(),
                generation,
                Optional.of(new Holder(family.user(), family.device())),
                key.id(),
                authenticated,
                tag(authenticated, key, family.secret()));
    }

    private static byte[] bytes(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "the name of an account or a device has at most " + MAX_NAME_BYTES + " bytes");
        }
        return bytes;
    }

    /** Reads a token in its one canonical form; empty if it has any other. Does not say that it is authentic. */
    static Optional<RefreshToken> parse(String value) {
        if (value.length() > MAX_CHARACTERS) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(value);
            if (!encode(bytes).equals(value)) {
                return Optional.empty();
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            byte version = buffer.get();
            FamilyId family = FamilyId.takeFrom(buffer);
            int generation = buffer.getInt();
            Optional<Holder> holder = version == VERSION ? Optional.of(holder(buffer)) : Optional.empty();
            byte[] authenticated = Arrays.copyOf(bytes, buffer.position());
            byte[] tag = new byte[TAG_BYTES];
            buffer.get(tag);
            KeyId keyId = new KeyId(StandardCharsets.ISO_8859_1.decode(buffer).toString());
            return (version == VERSION || version == VERSION_WITHOUT_HOLDER) && generation > 0
                    ? Optional.of(new RefreshToken(family, generation, holder, keyId, authenticated, tag))
                    : Optional.empty();
        } catch (IllegalArgumentException | BufferUnderflowException notBase64OrCutShortOrNoSuchId) {
            return Optional.empty();
        }
    }

    private static Holder holder(ByteBuffer buffer) {
        String user = name(buffer);
        String device = name(buffer);
        return new Holder(user, device.isEmpty() ? Optional.empty() : Optional.of(device));
    }

    private static String name(ByteBuffer buffer) {
        byte[] name = new byte[Byte.toUnsignedInt(buffer.get())];
        buffer.get(name);
        return new String(name, StandardCharsets.UTF_8);
    }

    /** Whether we made this token with this key for the family that has this secret. */
    boolean isAuthentic(RingKey key, FamilySecret secret) {
        return MessageDigest.isEqual(tag, tag(authenticated, key, secret));
    }

    FamilyId family() {
        return family;
    }

    int generation() {
        return generation;
    }

    /** Whose family it says it is; empty in a token of an earlier release. */
    Optional<Holder> holder() {
        return holder;
    }

    /** All that it names. */
    Concerned named() {
        return new Concerned(
                family.toString(),
                holder.map(Holder::user).orElse(null),
                holder.flatMap(Holder::device).orElse(null),
                null);
    }

    KeyId keyId() {
        return keyId;
    }

    /** The token itself, for the phone alone. */
    String value() {
        byte[] key = keyId.value().getBytes(StandardCharsets.US_ASCII);
        return encode(ByteBuffer.allocate(authenticated.length + TAG_BYTES + key.length)
                .put(authenticated)
                .put(tag)
                .put(key)
                .array());
    }

    private static byte[] tag(byte[] authenticated, RingKey ringKey, FamilySecret secret) {
        byte[] familyBytes = secret.bytes();
        byte[] derivation = Arrays.copyOf(KEY_LABEL, KEY_LABEL.length + familyBytes.length);
        System.arraycopy(familyBytes, 0, derivation, KEY_LABEL.length, familyBytes.length);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(ringKey.mac(derivation), "HmacSHA256"));
            return mac.doFinal(authenticated);
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
