package org.sipoauth.cli.token;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Base64;
import java.util.Optional;
import org.sipoauth.cli.json.JsonObject;

/**
 * What a token says about itself, with nothing checked but its form: no signature, no issuer, no time. Good for
 * showing to a person, never for deciding anything.
 */
public final class UnverifiedToken {
    /** Text that is no token in compact serialization (RFC 7515 §7.1, RFC 7516 §7.1); the message says where it breaks. */
    public static final class NotAToken extends Exception {
        private static final long serialVersionUID = 1L;

        NotAToken(String why) {
            super(why, null, false, false);
        }
    }

    private static final int SIGNED_PARTS = 3;
    private static final int ENCRYPTED_PARTS = 5;

    private final JsonObject header;
    private final Optional<JsonObject> claims;
    private final int signatureBytes;

    private UnverifiedToken(JsonObject header, Optional<JsonObject> claims, int signatureBytes) {
        this.header = header;
        this.claims = claims;
        this.signatureBytes = signatureBytes;
    }

    public static UnverifiedToken parse(String compact) throws NotAToken {
        String[] parts = compact.split("\\.", -1);
        if (parts.length == ENCRYPTED_PARTS) {
            return new UnverifiedToken(object("header", parts[0]), Optional.empty(), 0);
        }
        if (parts.length != SIGNED_PARTS) {
            throw new NotAToken("it has " + parts.length + (parts.length == 1 ? " part" : " parts")
                    + " between dots; a signed token has 3, an encrypted one 5");
        }
        return new UnverifiedToken(
                object("header", parts[0]),
                Optional.of(object("claims", parts[1])),
                bytes("signature", parts[2]).length);
    }

    public JsonObject header() {
        return header;
    }

    /** Empty if the token is encrypted: then only its header can be read without the key. */
    public Optional<JsonObject> claims() {
        return claims;
    }

    public int signatureBytes() {
        return signatureBytes;
    }

    private static JsonObject object(String part, String encoded) throws NotAToken {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(part, encoded)))
                    .toString();
        } catch (CharacterCodingException notText) {
            throw new NotAToken("its " + part + " part is not UTF-8 text");
        }
        try {
            return JsonObject.parse(text);
        } catch (ParseException notJson) {
            throw new NotAToken("its " + part + " part is not a JSON object");
        }
    }

    /** Base64url without padding, and only the one spelling of each value: the last character's unused bits are zero. */
    private static byte[] bytes(String part, String encoded) throws NotAToken {
        byte[] decoded;
        try {
            decoded = Base64.getUrlDecoder().decode(encoded);
        } catch (IllegalArgumentException notBase64) {
            throw new NotAToken("its " + part + " part is not base64url");
        }
        if (!Base64.getUrlEncoder().withoutPadding().encodeToString(decoded).equals(encoded)) {
            throw new NotAToken("its " + part + " part is not canonical base64url (padding, or stray bits at its end)");
        }
        return decoded;
    }
}
