package org.sipoauth.verifier.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Base64url without padding, where every byte string has exactly one spelling (RFC 7515 §2, RFC 4648 §3.5). The
 * JDK's decoder also takes padding and non-zero trailing bits, which gives one signature many spellings.
 */
public final class CanonicalBase64Url {
    private static final String OUTSIDE = "character outside the base64url alphabet";
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private CanonicalBase64Url() {}

    public static byte[] decode(String text) throws MalformedException {
        byte[] latin1 = text.getBytes(StandardCharsets.ISO_8859_1); // whose '?' for all others is outside the alphabet
        return decode(latin1, 0, latin1.length);
    }

    /** Decodes the characters from {@code start} up to, not including, {@code end}. */
    public static byte[] decode(byte[] latin1, int start, int end) throws MalformedException {
        int tail = end - start & 3;
        if (tail == 1) {
            throw new MalformedException("base64url of impossible length");
        }
        if (start < end) {
            int last = ALPHABET.indexOf(latin1[end - 1]); // padding, too, is outside; elsewhere the JDK refuses it
            int unused = tail == 2 ? 0xF : tail == 3 ? 0x3 : 0;
            if (last < 0) {
                throw new MalformedException(OUTSIDE);
            }
            if ((last & unused) != 0) {
                throw new MalformedException("base64url with non-zero trailing bits");
            }
        }
        try {
            return Base64.getUrlDecoder()
                    .decode(ByteBuffer.wrap(latin1, start, end - start))
                    .array(); // of just as many bytes, for there is no padding
        } catch (IllegalArgumentException e) {
            throw new MalformedException(OUTSIDE);
        }
    }
}
