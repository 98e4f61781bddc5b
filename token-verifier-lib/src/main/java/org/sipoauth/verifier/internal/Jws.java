package org.sipoauth.verifier.internal;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A JWS in compact serialization, taken apart (RFC 7515 §5.2) and not yet verified.
 *
 * @param bytes all of it
 * @param signed how many of these are the signing input
 */
public record Jws(Header header, byte[] bytes, int signed, byte[] payload, byte[] signature) {

    /** @param maxLength the most characters that {@code compact} may have */
    public static Jws parse(String compact, int maxLength) throws MalformedException {
        requireLength(compact, maxLength);
        return parse(compact, new KnownHeaders());
    }

    /** @param known headers that need no second look */
    public static Jws parse(String compact, KnownHeaders known) throws MalformedException {
        if (countParts(compact) != 3) {
            throw new MalformedException("token is not of three parts");
        }
        int firstDot = compact.indexOf('.');
        int secondDot = compact.lastIndexOf('.');
        byte[] bytes = bytes(compact);
        Header header = known.read(bytes, firstDot);
        byte[] payload = CanonicalBase64Url.decode(bytes, firstDot + 1, secondDot);
        byte[] signature = CanonicalBase64Url.decode(bytes, secondDot + 1, bytes.length);
        return new Jws(header, bytes, secondDot, payload, signature);
    }

    public String algorithm() {
        return header.algorithm();
    }

    /** The {@code typ}, where there is one. */
    public @Nullable String type() {
        return header.type();
    }

    /** The {@code kid}, where there is one. */
    public @Nullable String keyId() {
        return header.keyId();
    }

    /** A media type, so case-insensitive and with or without its {@code application/} (RFC 7515 §4.1.9). */
    public boolean isOfType(String subtype) {
        return Header.isMediaType(header.type(), subtype);
    }

    /** To be called before any work is done for it. */
    public static void requireLength(String compact, int maxLength) throws MalformedException {
        if (compact.length() > maxLength) {
            throw new MalformedException("token of more than " + maxLength / 1024 + " KiB");
        }
    }

    /** How many parts a compact serialization has: three are a JWS, five a JWE (RFC 7516 §9). */
    public static int countParts(String compact) {
        int parts = 1;
        for (int dot = compact.indexOf('.'); dot >= 0; dot = compact.indexOf('.', dot + 1)) {
            parts++;
        }
        return parts;
    }

    /** One byte a character, so that both are counted alike. Those outside Latin-1 become {@code ?}, no base64url. */
    static byte[] bytes(String compact) throws MalformedException {
        byte[] bytes = compact.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length != compact.length()) { // two surrogates become one
            throw new MalformedException("character outside the base64url alphabet");
        }
        return bytes;
    }
}
