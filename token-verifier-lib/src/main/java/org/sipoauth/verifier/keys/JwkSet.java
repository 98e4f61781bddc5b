package org.sipoauth.verifier.keys;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.sipoauth.verifier.internal.JsonReader;
import org.sipoauth.verifier.internal.MalformedException;

/** Reads the usable verification keys out of a JWK Set (RFC 7517 §5); the rules are those of {@link KeySnapshot#parse}. */
final class JwkSet {
    static final int MAX_BYTES = 256 * 1024;

    private JwkSet() {}

    static Map<String, VerificationKey> parse(byte[] utf8) {
        List<Jwk> jwks = read(utf8);
        if (jwks.stream().anyMatch(Jwk::isPrivate)) {
            throw new IllegalArgumentException("JWK Set holds private key material");
        }
        return usable(jwks, Jwk::toVerificationKey);
    }

    /** Those of which a key can be made, by {@code kid}. */
    static <K> Map<String, K> usable(List<Jwk> jwks, Function<Jwk, Optional<K>> toKey) {
        Map<String, K> keys = new LinkedHashMap<>();
        for (Jwk jwk : jwks) {
            Optional<K> key = toKey.apply(jwk);
            if (key.isPresent() && keys.put(jwk.keyId(), key.get()) != null) {
                throw new IllegalArgumentException("JWK Set gives one kid to two keys");
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("JWK Set without a usable key");
        }
        return Collections.unmodifiableMap(keys); // in the order of the document
    }

    static List<Jwk> read(byte[] utf8) {
        if (utf8.length > MAX_BYTES) {
            throw new IllegalArgumentException("JWK Set of more than 256 KiB");
        }
        try {
            List<Jwk> jwks = null;
            JsonReader json = new JsonReader(utf8);
            json.beginObject();
            while (json.hasNext()) {
                if (json.name().equals("keys")) {
                    jwks = readKeys(json);
                } else {
                    json.skipValue();
                }
            }
            json.end();
            if (jwks == null) {
                throw new IllegalArgumentException("JWK Set without keys member");
            }
            return jwks;
        } catch (MalformedException e) {
            throw new IllegalArgumentException("JWK Set is malformed: " + e.getMessage(), e);
        }
    }

    private static List<Jwk> readKeys(JsonReader json) throws MalformedException {
        List<Jwk> jwks = new ArrayList<>();
        json.beginArray();
        while (json.hasNext()) {
            jwks.add(Jwk.read(json));
        }
        return jwks;
    }
}
