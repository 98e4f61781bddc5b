package org.sipoauth.authz.refresh;

import java.security.SecureRandom;
import java.util.Base64;

/** The 128 random bits of one family that go into the key of its tokens. Stored with the family, shown to nobody. */
final class FamilySecret {
    private static final int BYTES = 16;

    private final byte[] bytes;

    private FamilySecret(byte[] bytes) {
        this.bytes = bytes;
    }

    static FamilySecret random(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new FamilySecret(bytes);
    }

    /** The counterpart of {@link #toStored}. */
    static FamilySecret fromStored(String stored) {
        byte[] bytes = Base64.getUrlDecoder().decode(stored);
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a family's secret has 128 bits");
        }
        return new FamilySecret(bytes);
    }

    /** For the family's record in Redis, and nothing else. */
    String toStored() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** For the derivation of the token's key. */
    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return "FamilySecret[…]";
    }
}
