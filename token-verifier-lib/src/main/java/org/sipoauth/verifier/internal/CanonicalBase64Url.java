package org.sipoauth.verifier.internal;

import java.util.Arrays;

/**
 * Base64url without padding, where every byte string has exactly one spelling (RFC 7515 §2, RFC 4648 §3.5). The
 * JDK's decoder also takes padding and non-zero trailing bits, which gives one signature many spellings.
 */
public final class CanonicalBase64Url {
    private static final byte[] VALUES = values();

    private CanonicalBase64Url() {}

    public static byte[] decode(CharSequence text) throws MalformedException {
        return decode(text, 0, text.length());
    }

    /** Decodes the characters from {@code start} up to, not including, {@code end}. */
    public static byte[] decode(CharSequence text, int start, int end) throws MalformedException {
        int length = end - start;
        int tail = length & 3;
        if (tail == 1) {
            throw new MalformedException("base64url of impossible length");
        }
        byte[] bytes = new byte[(int) (length * 3L / 4)];
        int in = start;
        int out = 0;
        for (int wholeEnd = end - tail; in < wholeEnd; in += 4) {
            int group =
                    value(text, in) << 18 | value(text, in + 1) << 12 | value(text, in + 2) << 6 | value(text, in + 3);
            bytes[out++] = (byte) (group >> 16);
            bytes[out++] = (byte) (group >> 8);
            bytes[out++] = (byte) group;
        }
        if (tail == 2) {
            int group = value(text, in) << 6 | value(text, in + 1);
            requireZero(group & 0xF);
            bytes[out] = (byte) (group >> 4);
        } else if (tail == 3) {
            int group = value(text, in) << 12 | value(text, in + 1) << 6 | value(text, in + 2);
            requireZero(group & 0x3);
            bytes[out++] = (byte) (group >> 10);
            bytes[out] = (byte) (group >> 2);
        }
        return bytes;
    }

    private static int value(CharSequence text, int index) throws MalformedException {
        char c = text.charAt(index);
        int value = c < VALUES.length ? VALUES[c] : -1;
        if (value < 0) {
            throw new MalformedException("character outside the base64url alphabet");
        }
        return value;
    }

    private static void requireZero(int trailingBits) throws MalformedException {
        if (trailingBits != 0) {
            throw new MalformedException("base64url with non-zero trailing bits");
        }
    }

    private static byte[] values() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        byte[] values = new byte[128];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = (byte) i;
        }
        return values;
    }
}
