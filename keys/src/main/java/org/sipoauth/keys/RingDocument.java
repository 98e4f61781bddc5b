package org.sipoauth.keys;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON form of a ring, private parts included: {@code {"keys":[{"id","use","state","published_at",…,"jwk"}]}}. */
final class RingDocument {
    private RingDocument() {}

    static String write(List<RingKey> keys) {
        List<Map<String, Object>> written = new ArrayList<>();
        for (RingKey key : keys) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("id", key.id().value());
            entry.put("use", key.use().name());
            entry.put("state", key.state().name());
            entry.put("published_at", key.publishedAt().toString());
            key.activatedAt().ifPresent(at -> entry.put("activated_at", at.toString()));
            key.endedAt().ifPresent(at -> entry.put("ended_at", at.toString()));
            key.material().ifPresent(jwk -> entry.put("jwk", jwk.toJSONObject()));
            written.add(entry);
        }
        return JSONObjectUtils.toJSONString(Map.of("keys", written));
    }

    static List<RingKey> read(String json, KeyVault vault) {
        try {
            List<RingKey> keys = new ArrayList<>();
            for (Map<String, Object> entry : JSONObjectUtils.getJSONObjectArray(JSONObjectUtils.parse(json), "keys")) {
                keys.add(readKey(entry, vault));
            }
            return keys;
        } catch (ParseException | DateTimeException | NullPointerException e) {
            // without the cause: parsers quote what they could not read
            throw new IllegalArgumentException("this is not a key ring, or one of a later release");
        }
    }

    private static RingKey readKey(Map<String, Object> entry, KeyVault vault) throws ParseException {
        Map<String, Object> material = JSONObjectUtils.getJSONObject(entry, "jwk");
        JWK jwk = material == null ? null : JWK.parse(material);
        KeyUse use = KeyUse.valueOf(JSONObjectUtils.getString(entry, "use"));
        KeyState state = KeyState.valueOf(JSONObjectUtils.getString(entry, "state"));
        boolean signs = !use.isSymmetric() && (state == KeyState.PUBLISHED || state == KeyState.ACTIVE);
        return new RingKey(
                use,
                state,
                new KeyId(JSONObjectUtils.getString(entry, "id")),
                Instant.parse(JSONObjectUtils.getString(entry, "published_at")),
                instant(entry, "activated_at"),
                instant(entry, "ended_at"),
                jwk,
                signs && jwk != null ? vault.signer(jwk) : null);
    }

    private static @Nullable Instant instant(Map<String, Object> entry, String name) throws ParseException {
        String text = JSONObjectUtils.getString(entry, name);
        return text == null ? null : Instant.parse(text);
    }
}
