package org.sipoauth.verifier.internal;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A JWS in compact serialization, taken apart (RFC 7515 §5.2) and not yet verified.
 *
 * @param type the {@code typ}, where there is one
 * @param keyId the {@code kid}, where there is one
 */
public record Jws(
        String algorithm,
        @Nullable String type,
        @Nullable String keyId,
        byte[] signingInput,
        byte[] payload,
        byte[] signature) {

    /** @param maxLength the most characters that {@code compact} may have */
    public static Jws parse(String compact, int maxLength) throws MalformedException {
        if (compact.length() > maxLength) {
            throw new MalformedException("token of more than " + maxLength / 1024 + " KiB");
        }
        int firstDot = compact.indexOf('.');
        int secondDot = compact.indexOf('.', firstDot + 1);
        if (firstDot < 0 || secondDot < 0 || compact.indexOf('.', secondDot + 1) >= 0) {
            throw new MalformedException("token is not of three parts");
        }
        byte[] header = CanonicalBase64Url.decode(compact, 0, firstDot);
        byte[] payload = CanonicalBase64Url.decode(compact, firstDot + 1, secondDot);
        byte[] signature = CanonicalBase64Url.decode(compact, secondDot + 1, compact.length());
        byte[] signingInput = compact.substring(0, secondDot).getBytes(StandardCharsets.US_ASCII);
        return withHeader(new JsonReader(header), signingInput, payload, signature);
    }

    /**
     * Reads the three parameters we use. {@code jwk}, {@code jku}, {@code x5c} and {@code x5u} are passed over like any
     * unknown one (RFC 7515 §4): keys come from our key source alone (RFC 8725 §3.10).
     */
    private static Jws withHeader(JsonReader json, byte[] signingInput, byte[] payload, byte[] signature)
            throws MalformedException {
        String algorithm = null;
        String type = null;
        String keyId = null;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.name()) {
                case "alg" -> algorithm = json.string();
                case "typ" -> type = json.string();
                case "kid" -> keyId = json.string();
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
        return new Jws(algorithm, type, keyId, signingInput, payload, signature);
    }

    /** A media type, so case-insensitive and with or without its {@code application/} (RFC 7515 §4.1.9). */
    public boolean isOfType(String subtype) {
        return type != null && (type.equalsIgnoreCase(subtype) || type.equalsIgnoreCase("application/" + subtype));
    }
}
