package org.sipoauth.keys;

import java.util.regex.Pattern;

/**
 * The {@code kid} of a key (RFC 7515 §4.1.4): 1 to 64 characters of the base64url alphabet. A signing key's is its JWK
 * thumbprint (RFC 7638); a symmetric key's is random, so that it says nothing about the key.
 */
public record KeyId(String value) {
    private static final Pattern BASE64URL = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public KeyId {
        if (!BASE64URL.matcher(value).matches()) {
            throw new IllegalArgumentException("a key id is 1 to 64 characters of A-Z a-z 0-9 - _");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
