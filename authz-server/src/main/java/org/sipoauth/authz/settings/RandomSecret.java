package org.sipoauth.authz.settings;

import java.security.SecureRandom;
import java.util.Base64;

/** Secrets made by the server. */
public final class RandomSecret {
    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomSecret() {}

    /** @return so many random bits in base64url */
    public static String ofBits(int bits) {
        byte[] bytes = new byte[bits / 8];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
