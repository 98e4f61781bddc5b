package org.sipoauth.verifier.internal;

import org.jspecify.annotations.Nullable;

/**
 * The header of a JWS or a JWE in compact serialization: the parameters we use. {@code jwk}, {@code jku}, {@code x5c} and
 * {@code x5u} are passed over like any unknown one (RFC 7515 §4): keys come from our key source alone (RFC 8725 §3.10).
 *
 * @param text as it stood before the first dot
 * @param type the {@code typ}, where there is one
 * @param keyId the {@code kid}, where there is one
 * @param contentType the {@code cty}, where there is one
 * @param encryption the {@code enc}, where there is one
 * @param compressed whether there is a {@code zip}
 */
public record Header(
        byte[] text,
        String algorithm,
        @Nullable String type,
        @Nullable String keyId,
        @Nullable String contentType,
        @Nullable String encryption,
        boolean compressed) {

    static Header parse(byte[] text) throws MalformedException {
        JsonReader json = new JsonReader(CanonicalBase64Url.decode(text, 0, text.length));
        String algorithm = null;
        String type = null;
        String keyId = null;
        String contentType = null;
        String encryption = null;
        boolean compressed = false;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.name()) {
                case "alg" -> algorithm = json.string();
                case "typ" -> type = json.string();
                case "kid" -> keyId = json.string();
                case "cty" -> contentType = json.string();
                case "enc" -> encryption = json.string();
                case "zip" -> {
                    compressed = true;
                    json.skipValue();
                }
                // RFC 7515 §4.1.11: who understands no extension refuses a token that needs one
                case "crit" -> throw new MalformedException("header needs an extension (crit)");
                case "b64" -> throw new MalformedException("unencoded payload (b64)"); // RFC 7797 §3
                default -> json.skipValue();
            }
        }
        json.end();
        if (algorithm == null) {
            throw new MalformedException("header without alg"); // RFC 7515 §4.1.1
        }
        return new Header(text, algorithm, type, keyId, contentType, encryption, compressed);
    }

    /** A media type, so case-insensitive and with or without its {@code application/} (RFC 7515 §4.1.9). */
    static boolean isMediaType(@Nullable String value, String subtype) {
        return value != null && (value.equalsIgnoreCase(subtype) || value.equalsIgnoreCase("application/" + subtype));
    }
}
