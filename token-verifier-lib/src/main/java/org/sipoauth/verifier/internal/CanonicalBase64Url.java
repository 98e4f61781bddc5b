package org.sipoauth.verifier.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Base64url without padding, where every byte string has exactly one spelling (RFC 7515 §2, RFC 4648 §3.5). The
 * JDK's decoder also takes padding and non-zero trailing bits, which gives one signature many spellings.
 */
public final class CanonicalBase64Url {
    private static final byte[] VALUES = values();

    private CanonicalBase64Url() {}

    public static byte[] decode(String text) throws MalformedException {
        byte[] latin1 = text.getBytes(StandardCharsets.ISO_8859_1); // whose '?' for all others is outside the alphabet
        return decode(latin1, 0, latin1.length);
    }

    /** Decodes the characters from {@code start} up to, not including, {@code end}. */
    public static byte[] decode(byte[] latin1, int start, int end) throws MalformedException {
        int length = end - start;
        int tail = length & 3;
        if (tail == 1) {
            throw new MalformedException("base64url of impossible length");
        }
        byte[] bytes = new byte[(int) (length * 3L / 4)];
        int in = start;
        int out = 0;
        for (int wholeEnd = end - tail; in < wholeEnd; in += 4) {
            int group = requireValues(value(latin1[in]) << 18
                    | value(latin1[in + 1]) << 12
                    | value(latin1[in + 2]) << 6
                    | value(latin1[in + 3]));
            bytes[out++] = (byte) (group >> 16);
            bytes[out++] = (byte) (group >> 8);
            bytes[out++] = (byte) group;
        }
        if (tail == 2) {
            int group = requireValues(value(latin1[in]) << 6 | value(latin1[in + 1]));
            requireZero(group & 0xF);
            bytes[out] = (byte) (group >> 4);
        } else if (tail == 3) {
            int group = requireValues(value(latin1[in]) << 12 | value(latin1[in + 1]) << 6 | value(latin1[in + 2]));
            requireZero(group & 0x3);
            bytes[out++] = (byte) (group >> 10);
            bytes[out] = (byte) (group >> 2);
        }
        return bytes;
    }

    /** -1 outside the alphabet; that makes negative whatever it is shifted and or-ed into. */
    private static int value(byte latin1) {
        return VALUES[latin1 & 0xFF];
    }

    private static int requireValues(int group) throws MalformedException {
        if (group < 0) {
            throw new MalformedException("character outside the base64url alphabet");
        }
        return group;
    }

    private static void requireZero(int trailingBits) throws MalformedException {
        if (trailingBits != 0) {
            throw new MalformedException("base64url with non-zero trailing bits");
        }
    }

    private static byte[] values() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        byte[] values = new byte[256];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = (byte) i;
        }
        return values;
    }
}
