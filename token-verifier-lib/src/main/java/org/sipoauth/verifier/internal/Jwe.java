package org.sipoauth.verifier.internal;

import java.util.Arrays;

/**
 * A JWE in compact serialization whose content encryption key is shared beforehand ({@code dir}), taken apart (RFC 7516
 * §5.2) and not yet decrypted.
 *
 * @param iv 96 bits
 * @param sealed the ciphertext, then the tag of 128 bits
 */
public record Jwe(Header header, byte[] iv, byte[] sealed) {
    private static final int IV_BYTES = 12;
    private static final int TAG_BYTES = 16;

    /** @param known headers that need no second look */
    public static Jwe parse(String compact, KnownHeaders known) throws MalformedException {
        if (Jws.countParts(compact) != 5) {
            throw new MalformedException("encrypted token is not of five parts");
        }
        int keyDot = compact.indexOf('.');
        int ivDot = compact.indexOf('.', keyDot + 1);
        int textDot = compact.indexOf('.', ivDot + 1);
        int tagDot = compact.indexOf('.', textDot + 1);
        byte[] bytes = Jws.bytes(compact);
        Header header = known.read(bytes, keyDot);
        if (header.compressed()) { // RFC 8725 §3.6
            throw new MalformedException("compressed (zip)");
        }
        if (ivDot != keyDot + 1) { // RFC 7518 §4.5
            throw new MalformedException("encrypted key, where the key is shared");
        }
        byte[] iv = CanonicalBase64Url.decode(bytes, ivDot + 1, textDot);
        byte[] text = CanonicalBase64Url.decode(bytes, textDot + 1, tagDot);
        byte[] tag = CanonicalBase64Url.decode(bytes, tagDot + 1, bytes.length);
        if (iv.length != IV_BYTES || tag.length != TAG_BYTES) { // RFC 7518 §5.3
            throw new MalformedException("initialization vector or tag of another length");
        }
        byte[] sealed = Arrays.copyOf(text, text.length + TAG_BYTES);
        System.arraycopy(tag, 0, sealed, text.length, TAG_BYTES);
        return new Jwe(header, iv, sealed);
    }

    /** The {@code cty} says that it holds a JWT (RFC 7519 §5.2), or more precisely an access token (RFC 9068 §2.1). */
    public boolean holdsToken() {
        return Header.isMediaType(header.contentType(), "JWT") || Header.isMediaType(header.contentType(), "at+jwt");
    }
}
