package org.sipoauth.authz.refresh;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Base64;
import org.sipoauth.authz.status.StatusListName;

/**
 * Names a family of refresh tokens. Not a secret: it opens nothing.
 *
 * @param shard of the store, 0 to 63, drawn at random; the family and what belongs to it share the hash tag
 *     <code>{sNN}</code>, so that one script can reach them in a Redis Cluster
 * @param value 128 random bits in base64url
 */
public record FamilyId(int shard, String value) {
    static final int BYTES = 16;

    private static final int CHARACTERS = 22;

    public FamilyId {
        if (shard < 0 || shard >= StatusListName.SHARDS || !is128BitsInBase64Url(value)) {
            throw new IllegalArgumentException("a family id is a shard of 0 to 63 and 128 bits in base64url");
        }
    }

    /** In the one canonical form: of its last character the two highest bits count. */
    private static boolean is128BitsInBase64Url(String value) {
        return value.length() == CHARACTERS
                && "AQgw".indexOf(value.charAt(CHARACTERS - 1)) >= 0
                && value.chars().allMatch(FamilyId::isBase64Url);
    }

    private static boolean isBase64Url(int character) {
        return character >= 'A' && character <= 'Z'
                || character >= 'a' && character <= 'z'
                || character >= '0' && character <= '9'
                || character == '-'
                || character == '_';
    }

    static FamilyId random(SecureRandom random) {
        byte[] value = new byte[BYTES];
        random.nextBytes(value);
        return new FamilyId(random.nextInt(StatusListName.SHARDS), encode(value));
    }

    /** The counterpart of {@link #putInto}. */
    static FamilyId takeFrom(ByteBuffer buffer) {
        int shard = buffer.get();
        byte[] value = new byte[BYTES];
        buffer.get(value);
        return new FamilyId(shard, encode(value));
    }

    void putInto(ByteBuffer buffer) {
        buffer.put((byte) shard).put(Base64.getUrlDecoder().decode(value));
    }

    /**
     * Reads what {@link #toString} printed.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static FamilyId parse(String text) {
        if (!text.matches("s\\d\\d\\..+")) {
            throw new IllegalArgumentException("not a family id");
        }
        return new FamilyId(Integer.parseInt(text.substring(1, 3)), text.substring(4));
    }

    /** The key of its record in Redis. */
    String key() {
        return "{" + StatusListName.shardName(shard) + "}:f:" + value;
    }

    private static String encode(byte[] value) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
    }

    @Override
    public String toString() {
        return StatusListName.shardName(shard) + "." + value;
    }
}
