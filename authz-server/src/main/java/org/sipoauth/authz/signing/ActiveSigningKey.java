package org.sipoauth.authz.signing;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sipoauth.keys.RingKey;
import org.springframework.security.oauth2.jwt.JoseHeaderNames;
import tools.jackson.databind.json.JsonMapper;

/** The key that signs access tokens at one moment, for whatever this server signs. Its {@code toString} prints its id. */
public final class ActiveSigningKey {
    private static final JsonMapper JSON = new JsonMapper();

    private final RingKey key;

    ActiveSigningKey(RingKey key) {
        this.key = key;
    }

    /** The {@code kid} that its signatures name. */
    public String id() {
        return key.id().value();
    }

    /**
     * A signed JWT in compact serialization (RFC 7515 §7.1).
     *
     * @param type the header's {@code typ}
     * @param claims an {@link Instant} becomes seconds (RFC 7519 §2), an audience of one a string (§4.1.3)
     */
    public String sign(String type, Map<String, Object> claims) {
        String signingInput = encode(header(type)) + "." + encode(json(claims));
        byte[] signature = key.sign(signingInput.getBytes(StandardCharsets.US_ASCII));
        return signingInput + "." + encode(signature);
    }

    Map<String, Object> header(String type) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put(JoseHeaderNames.KID, id());
        header.put(JoseHeaderNames.TYP, type);
        header.put(JoseHeaderNames.ALG, key.algorithm().joseName());
        return header;
    }

    private static Map<String, Object> json(Map<String, Object> claims) {
        Map<String, Object> json = new LinkedHashMap<>();
        claims.forEach((name, value) -> json.put(name, jsonValue(name, value)));
        return json;
    }

    private static Object jsonValue(String name, Object value) {
        if (value instanceof Instant instant) {
            return instant.getEpochSecond();
        }
        if (name.equals("aud") && value instanceof List<?> audience && audience.size() == 1) {
            return audience.get(0);
        }
        return value instanceof java.util.Date date ? date.getTime() / 1000 : value;
    }

    private static String encode(Map<String, Object> json) {
        return encode(JSON.writeValueAsBytes(json));
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "ActiveSigningKey[" + id() + "]";
    }
}
